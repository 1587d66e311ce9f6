"""nginx in front of two web servers that write down what they are asked."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsroom.dev.house import until
from tests.deploy.nginx import Nginx
from tests.deploy.recorder import Asked, Recorder

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """For servers that are not root: they may pass through."""
    found = Path(tempfile.mkdtemp(prefix="newsroom-tests-"))
    found.chmod(0o711)
    yield found
    shutil.rmtree(found)


@pytest.fixture(scope="module")
def _site(folder: Path) -> Iterator[tuple[Nginx, Recorder, Recorder]]:
    one, other = Recorder(), Recorder()
    front = Nginx(folder, (one.port, other.port))
    front.start()
    yield front, one, other
    front.stop()
    one.stop()
    other.stop()


class Web:
    """The two web servers, as one."""

    def __init__(self, *servers: Recorder) -> None:
        self.servers = servers

    @property
    def asked(self) -> list[Asked]:
        return [asked for each in self.servers for asked in each.asked]

    def answers(self, headers: dict[str, str] | None = None, *, status: int = 200) -> None:
        for each in self.servers:
            each.answers(headers, status=status)


@pytest.fixture
def web(_site: tuple[Nginx, Recorder, Recorder]) -> Web:
    """Running, with pages that may be kept for a minute."""
    servers = Web(*_site[1:])
    servers.answers()
    for each in servers.servers:
        each.start()
    return servers


@pytest.fixture
def site(_site: tuple[Nginx, Recorder, Recorder], web: Web) -> Nginx:
    front = _site[0]
    # It tries again in a moment, where a test had taken both servers away.
    assert until(lambda: front.ask("/healthz").status == 200, seconds=10)
    web.answers()
    return front


@pytest.fixture
def story() -> str:
    """The address of a story that nobody has asked for before."""
    return f"/2026/03/01/story-{next(_numbers)}/"
