"""A paper to be measured, from nothing: its own PostgreSQL, and web servers as in production."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from newsroom.dev import postgres
from newsroom.dev.house import ROOT, House
from newsroom.dev.processes import free_port, is_listening

WORKERS = 2


class Server(NamedTuple):
    name: str
    port: int
    pid: int


@contextmanager
def a_paper(**settings: str) -> Iterator[House]:
    """In a folder that is gone afterwards. `settings` go before our own."""
    folder = Path(tempfile.mkdtemp(prefix="newsroom-bench-"))
    folder.chmod(0o711)  # PostgreSQL's user passes through
    house = House(folder)
    try:
        house.postgres = postgres.start(folder / "postgres")
        os.environ.update(
            {
                "ENV_FILE": "",
                "DEMO": "0",
                "DEBUG": "0",
                "DATA_DIR": str(folder),
                "DATABASE_URL": house.postgres.url,
                "SITE_URL": f"http://127.0.0.1:{free_port()}",
                "SECRET_KEY": "only-for-the-bench-" * 3,
                "HASH_KEY": "only-for-the-bench-too-" * 3,
                "STRIPE_SECRET_KEY": "sk_test_only_for_the_bench",
                "STRIPE_WEBHOOK_SECRET": "whsec_only_for_the_bench_0123456789",
                "EMAIL_URL": "dummymail://",
                **settings,
            }
        )
        manage("migrate")
        yield house
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


def manage(*arguments: str) -> None:
    _python("manage.py", *arguments, "--verbosity", "0")


def run_module(name: str) -> None:
    _python("-m", name)


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", *arguments], cwd=ROOT, check=True)


def start_gunicorn(
    house: House, name: str, application: str, *options: str, workers: int = WORKERS, **env: str
) -> Server:
    """Under deploy/gunicorn.conf.py; its SITE_URL is its own address unless `env` has another."""
    port = free_port()
    settings = {"SITE_URL": f"http://127.0.0.1:{port}", **env}
    house.start(
        name, "env", *(f"{each}={value}" for each, value in settings.items()),
        sys.executable, "-m", "gunicorn", "-c", ROOT / "deploy/gunicorn.conf.py",
        "--bind", f"127.0.0.1:{port}", "--workers", str(workers), *options, application,
    )  # fmt: skip
    house.wait_until(lambda: is_listening(port))
    return Server(name, port, house.parts[-1].process.pid)
