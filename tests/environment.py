"""A pytest plugin, loaded first: the environment of the tests, and a PostgreSQL of their own.

Every run has its own cluster, so two runs never meet; every worker has its own ports. With
TEST_DATABASE_URL the tests use that server instead, as somebody who may create databases.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from newsroom.dev import postgres
from newsroom.dev.processes import free_port

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
# A test never waits for the disk: what it writes is thrown away.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}
ROOM = 2 * 1024**3  # bytes
_started: list[tuple[postgres.Postgres | None, Path]] = []


def _quick_place() -> str | None:
    """Memory, where there is enough of it: emptying all tables makes hundreds of files anew."""
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return str(memory) if is_roomy else None


def _prepare() -> None:
    site, stand_in = free_port(), free_port()
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "ENV_FILE": "",
            "DEMO": "0",
            "DEBUG": "0",
            "SITE_URL": f"http://127.0.0.1:{site}",
            "DJANGO_LIVE_TEST_SERVER_ADDRESS": f"127.0.0.1:{site}",
            "STRIPE_API_BASE": f"http://127.0.0.1:{stand_in}",
            "STRIPE_SECRET_KEY": "sk_test_for_the_tests_only",
            "STRIPE_WEBHOOK_SECRET": "whsec_for_the_tests_only_0123456789",
            "SECRET_KEY": "for-the-tests-only-" * 3,
            "HASH_KEY": "for-the-tests-only-too-" * 3,
            "EMAIL_URL": "memorymail://",
            "SERVE_MEDIA": "1",
            "LOG_LEVEL": "WARNING",
            # Playwright's own loop runs in the thread that the tests run in.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
    )
    # Processes that tests start would otherwise compile everything anew, each of them.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in ("MIRROR_ORIGINS", "ALLOWED_HOSTS", "BEHIND_PROXY", "OPERATORS", "DATA_DIR"):
        os.environ.pop(name, None)
    if IS_WORKER:
        return
    folder = Path(tempfile.mkdtemp(prefix="newsroom-tests-", dir=_quick_place()))
    folder.chmod(0o711)  # the server's user passes through
    for name in ("media", "static"):
        (folder / name).mkdir()
        os.environ[f"{name.upper()}_ROOT"] = str(folder / name)
    if given := os.environ.get("TEST_DATABASE_URL"):
        _started.append((None, folder))
        os.environ["DATABASE_URL"] = given
        return
    server = postgres.start(folder / "postgres", options=QUICK)
    _started.append((server, folder))
    os.environ["DATABASE_URL"] = server.url


_prepare()


def pytest_unconfigure(config: pytest.Config) -> None:
    while _started:
        server, folder = _started.pop()
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
