"""PostgreSQL stops, restarts and freezes while people read: what was read is still there."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from articles.models import Article
from newsroom.dev.house import until
from tests.articles.factories import ArticleFactory
from tests.own_postgres import OwnPostgres, own_postgres
from tests.web_server import Reader, WebServer, web_server

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 4
# What readers are promised, in seconds.
CACHED_WITHIN = 1.0
UNCACHED_WITHIN = 3.0


class Read(NamedTuple):
    path: str
    status: int  # 0: no answer
    seconds: float
    retry_after: str | None


class Readers:
    """They read what others have read before, one page after the other, on kept connections."""

    def __init__(self, server: WebServer, paths: list[str]) -> None:
        self.reads: list[Read] = []
        self._server, self._paths = server, paths
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(READERS)]

    def __enter__(self) -> "Readers":
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for each in self._threads:
            each.join(30)

    def go_on(self, more: int) -> None:
        before = len(self.reads)
        assert until(lambda: len(self.reads) >= before + more, seconds=30)

    def _read(self, number: int) -> None:
        with Reader(self._server.port) as reader:
            while not self._stopped.is_set():
                for path in self._paths[number:] + self._paths[:number]:
                    self.reads.append(timed(reader, path))
                    self._stopped.wait(0.005)


def timed(reader: Reader, path: str) -> Read:
    began = time.monotonic()
    try:
        answer = reader.ask(path)
    except OSError:
        return Read(path, 0, time.monotonic() - began, None)
    seconds = time.monotonic() - began
    return Read(path, answer.status, seconds, answer.headers.get("Retry-After"))


@pytest.fixture
def story() -> Article:
    return ArticleFactory(published=True, headline="The bridge is open")


@pytest.fixture
def database(story: Article) -> Iterator[OwnPostgres]:
    with own_postgres() as found:
        yield found


@pytest.fixture
def server(database: OwnPostgres, tmp_path: Path) -> Iterator[WebServer]:
    with web_server(tmp_path, DATABASE_URL=database.url) as found:
        yield found


@pytest.fixture
def pages(story: Article) -> list[str]:
    return ["/", story.get_absolute_url(), story.section.get_absolute_url(), "/archive/", "/feed/"]


def ask_at_once(server: WebServer, paths: list[str]) -> list[Read]:
    """Each on a connection of its own, all in the same moment."""
    found: list[Read] = []

    def ask(path: str) -> None:
        with Reader(server.port) as reader:
            found.append(timed(reader, path))

    threads = [threading.Thread(target=ask, args=(path,)) for path in paths]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(found) == len(paths)
    return found


UNCACHED = [f"/{kind}/{n}/" for kind in ("nobody", "authors", "topics") for n in range(4)] + [
    "/support/",
    "/support/thanks/",
    "/admin/login/",
    "/search/?q=bridge",
]


def assert_honest(refused: list[Read]) -> None:
    for each in refused:
        assert each.status == 503, each
        assert each.retry_after, each
        assert each.seconds < UNCACHED_WITHIN, each


def assert_served(reads: list[Read]) -> None:
    assert {each.status for each in reads} == {200}
    assert max(each.seconds for each in reads) < CACHED_WITHIN


def figures(name: str, reads: list[Read]) -> str:
    seconds = sorted(each.seconds for each in reads)
    p99 = seconds[int(len(seconds) * 0.99)]
    return (
        f"{name}: {len(seconds):,} answers, median {seconds[len(seconds) // 2] * 1_000:.1f} ms, "
        f"99 % within {p99 * 1_000:.0f} ms, longest {seconds[-1] * 1_000:.0f} ms"
    )


@pytest.mark.parametrize("reads", [200, pytest.param(10_000, marks=pytest.mark.soak)])
def test_what_was_read_is_read_on(
    reads: int, server: WebServer, database: OwnPostgres, pages: list[str],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    server.fill(pages)
    with Readers(server, pages) as readers:
        readers.go_on(reads)
        since = len(readers.reads)
        with database.frozen():
            refused = ask_at_once(server, UNCACHED) + ask_at_once(server, UNCACHED)
            readers.go_on(reads)
            assert server.ask("/healthz").status == 200
            assert server.ask("/readyz").status == 503
        frozen = readers.reads[since:]
        assert_honest(refused)
        assert until(lambda: server.ask("/readyz").status == 200, seconds=15)
        assert until(lambda: server.ask("/search/?q=open").status == 200, seconds=15)

        since = len(readers.reads)
        database.stop_at_once()
        refused_at_once = ask_at_once(server, UNCACHED)
        readers.go_on(reads)
        assert server.ask("/healthz").status == 200
        assert server.ask("/readyz").status == 503
        stopped = readers.reads[since:]
        database.start_again()
        assert_honest(refused_at_once)
        assert until(lambda: server.ask("/readyz").status == 200, seconds=15)
        assert until(lambda: server.ask("/nobody/1/").status == 404, seconds=15)
        readers.go_on(reads)
    assert_served(readers.reads)
    if reads > 1_000:
        said = {
            "Kept pages while frozen": frozen, "Kept pages while stopped": stopped,
            "Refused while frozen": refused, "Refused while stopped": refused_at_once,
        }  # fmt: skip
        record_property("figures", "\n".join(figures(*each) for each in said.items()))
