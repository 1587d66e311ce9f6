"""`make run`: everything a newspaper needs, on this machine, from nothing. Ctrl-C stops it all."""

import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import environ

from newsroom.dev import demo_env, postgres
from newsroom.dev.house import PATIENCE, ROOT, CannotStart, House, until
from newsroom.dev.processes import end_with_our_parent, is_listening

PANEL = """
  {name} is running.

    The paper   {site}/
    The desk    {site}/admin/
{sign_ins}
    Mail        {site}/outbox/  (nothing leaves this machine)
    Stripe      {stripe}/  (a stand-in: no real money; card 4242 4242 4242 4242)
    Logs        {logs}

  Ctrl-C stops everything. Your data stays in {data}.
"""


class StopRequested(Exception):
    """Ctrl-C, or a signal that says the same."""


def main() -> None:
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, _ask_to_stop)
    if "MAKELEVEL" in os.environ:
        end_with_our_parent()
    house = House(Path(os.environ.get("DATA_DIR", ROOT / ".data")).absolute())
    try:
        with _only_one(house):
            try:
                _open(house)
                while True:
                    house.check()
                    time.sleep(0.5)
            finally:
                # A second Ctrl-C must not leave half of it running.
                for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(each, signal.SIG_IGN)
                house.stop()
    except (CannotStart, postgres.PostgresError) as error:
        sys.exit(f"\n  {error}\n")
    except StopRequested:
        print("\n  Stopped. Nothing runs any more.", flush=True)


def _open(house: House) -> None:
    port = _port()
    site = f"http://127.0.0.1:{port}"
    house.end_leftovers()
    # What was ours a moment ago may still be letting go of it.
    if not until(lambda: not is_listening(port), seconds=5 if house.was_killed() else 0):
        raise CannotStart(
            f"Port {port} is taken by another program.\n  Choose another: PORT={port + 1} make run"
        )
    os.environ.update({"DEMO": "1", "DATA_DIR": str(house.data)})
    own_settings = _own_settings()

    if "DATABASE_URL" not in own_settings:
        with _step("Starting PostgreSQL"):
            house.postgres = postgres.start(house.data / "postgres")
    uses_stand_in = "STRIPE_SECRET_KEY" not in own_settings
    env = demo_env.write(
        house.data / "demo.env",
        site=site,
        database=house.postgres.url if house.postgres else None,
        uses_stand_in=uses_stand_in,
    )
    os.environ.update({name: env[name] for name in env if name not in own_settings})

    with _step("Preparing the database"):
        _prepare_database()
    with _step("Collecting styles and scripts"):
        _collect_static(house)
    if uses_stand_in:
        with _step("Starting the Stripe stand-in"):
            stripe_port = int(env["STRIPE_API_BASE"].rpartition(":")[2])
            house.start(
                "stripe", sys.executable, "-m", "donations.stripe_stand_in",
                "--port", str(stripe_port), "--data", house.data / "stripe.sqlite3",
                "--webhook-url", f"{site}/support/stripe/webhook/",
                "--webhook-secret", env["STRIPE_WEBHOOK_SECRET"],
            )  # fmt: skip
            house.wait_until(lambda: is_listening(stripe_port))
    with _step("Setting the demo paper"):
        _seed()
    with _step("Opening the site"):
        house.start(
            "web", sys.executable, "-m", "gunicorn", "-c", ROOT / "deploy/gunicorn.conf.py",
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--preload",
        )  # fmt: skip
        house.start(
            "worker", sys.executable, ROOT / "manage.py", "work",
            "--concurrency", "4", "--patience", str(PATIENCE - 2),
        )  # fmt: skip
        house.wait_until(lambda: _answers(f"{site}/readyz"))
    _print_panel(house, site)


def _prepare_database() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    django.setup()
    logging.disable(logging.INFO)  # here only: the parts have logs of their own
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _collect_static(house: House) -> None:
    """Only when a file changed: it reads and renames hundreds of them."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            changed_at = Path(storage.path(path)).stat().st_mtime_ns
            seen.update(f"{path} {changed_at}\n".encode())
    stamp = house.data / "static.stamp"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == seen.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(seen.hexdigest())


def _seed() -> None:
    from django.core.management import call_command
    from django.db import connections

    call_command("seed_demo", empty=os.environ.get("EMPTY") == "1")
    connections.close_all()


def _own_settings() -> set[str]:
    """Names that the person has set: in the environment, or in .env."""
    env_file = os.environ.get("ENV_FILE", ".env")
    if env_file and (ROOT / env_file).is_file():
        environ.Env.read_env(str(ROOT / env_file))
    return {name for name, value in os.environ.items() if value}


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdecimal() and 0 < int(given) < 65536):
        raise CannotStart(f"PORT is a number from 1 to 65535; it is {given!r}.")
    return int(given)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"  {what} …", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except OSError as error:
        print(flush=True)
        raise CannotStart(f"{what} failed: {error.strerror or error}.{_cure(error)}") from error
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)


def _cure(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "\n  The disk is full. Make room and try again; nothing that was saved is lost."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"\n  {error.filename} cannot be written. Give it to your user, or set DATA_DIR."
    return ""


@contextlib.contextmanager
def _only_one(house: House) -> Iterator[None]:
    try:
        house.data.mkdir(parents=True, exist_ok=True)
        lock = (house.data / "run.lock").open("w")
    except OSError as error:
        raise CannotStart(f"{house.data} cannot be used.{_cure(error)}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"It runs already, with its data in {house.data}.\n"
                "  Stop that one with Ctrl-C, or give this one a place of its own:\n"
                "  DATA_DIR=/another/folder PORT=8001 make run"
            ) from error
        yield


def _print_panel(house: House, site: str) -> None:
    from newsroom.demo import PASSWORD, SIGN_INS
    from newsroom.models import Paper

    sign_ins = "\n".join(
        f"                {address:<24} {PASSWORD}  ({desk or 'Administrators'})"
        for address, desk in SIGN_INS.items()
    )
    panel = PANEL.format(
        name=Paper.load().name,
        site=site,
        sign_ins=sign_ins,
        stripe=os.environ.get("STRIPE_API_BASE") or "https://dashboard.stripe.com",
        logs=house.logs,
        data=house.data,
    )
    print(panel, flush=True)


def _ask_to_stop(signum: int, frame: FrameType | None) -> None:
    raise StopRequested


if __name__ == "__main__":
    main()
