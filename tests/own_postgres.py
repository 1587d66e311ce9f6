"""A PostgreSQL of a test's own, to be stopped, restarted and frozen."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from newsroom.dev import postgres
from newsroom.dev.house import until


@contextlib.contextmanager
def own_postgres() -> Iterator["OwnPostgres"]:
    """Begins as a copy of what is committed in the tests' database at this moment."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    # Not in `tmp_path`: any other run makes that private again, and PostgreSQL has its own user.
    folder = Path(tempfile.mkdtemp(prefix="newsroom-tests-"))
    folder.chmod(0o711)
    found = OwnPostgres(folder / "postgres", f"{server}/{settings.DATABASES['default']['NAME']}")
    try:
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder)


class OwnPostgres:
    """A PostgreSQL that may be stopped, with what the tests' own holds; it waits for its disk."""

    def __init__(self, home: Path, original: str) -> None:
        self.server = postgres.start(home)
        self.url = self.server.url
        self.cluster = home.resolve()
        programs = postgres._programs()
        dump: list[str | Path] = [programs / "pg_dump", "--no-owner", original]
        made = subprocess.run(dump, capture_output=True, check=True).stdout
        fill: list[str | Path] = [programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", self.url]
        subprocess.run(fill, input=made, stdout=subprocess.DEVNULL, check=True)

    def restart_at_once(self) -> None:
        """As after a power cut: no session is waited for, and the log is read again."""
        self._control("restart", "--mode=immediate")

    def stop_at_once(self) -> None:
        # How it was started: on a port of its own, among others.
        _, *options = shlex.split((self.cluster / "postmaster.opts").read_text())
        self._options = shlex.join(each for each in options if each.startswith("--"))
        self._control("stop", "--mode=immediate")

    def start_again(self) -> None:
        self._control("start", f"--options={self._options}")

    def _control(self, order: str, *how: str) -> None:
        log = self.cluster.with_name("restarted.log")
        command: list[str | Path] = [
            postgres._programs() / "pg_ctl", order, *how, "--wait", "--silent",
            f"--pgdata={self.cluster}", f"--log={log}",
        ]  # fmt: skip
        log.touch()
        log.chmod(0o666)
        subprocess.run(command, check=True, cwd="/", **postgres._as_user())

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing of it runs, and nothing is refused: as on a machine that hangs."""
        main = self._main()
        os.kill(main, signal.SIGSTOP)  # first, so that no new ones come
        every = [main, *self._children(main)]
        try:
            for pid in every:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in every:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(self._main(), signal.SIGINT)
        if self.server.process is not None:
            self.server.process.wait(30)
        assert until(lambda: not (self.cluster / "postmaster.pid").exists(), seconds=30)

    def _main(self) -> int:
        return int((self.cluster / "postmaster.pid").read_text().splitlines()[0])

    def _children(self, main: int) -> list[int]:
        asked = ["ps", "-A", "-o", "pid=", "-o", "ppid="]
        listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        pairs = (line.split() for line in listed.splitlines())
        return [int(pid) for pid, parent in pairs if int(parent) == main]
