"""What `make run` keeps running: its parts, in the order in which they were started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from newsroom.dev.postgres import Postgres
from newsroom.dev.processes import ends_with_parent

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10  # seconds that a part may take to stop


class CannotStart(Exception):
    """Why, and what to do: the message is for the person at the keyboard."""


@dataclass
class Part:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def obituary(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:]
        said = "\n".join(f"    {line}" for line in lines)
        return (
            f"{self.name} has stopped (exit status {self.process.returncode}), "
            f"so everything else stops too. Its last words:\n{said}\n"
            f"  The whole log: {self.log}. Nothing that was saved is lost: `make run` starts again."
        )


@dataclass
class House:
    data: Path
    parts: list[Part] = field(default_factory=list)
    postgres: Postgres | None = None

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def start(self, name: str, *command: str | Path) -> None:
        self.logs.mkdir(exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=ends_with_parent(),
                process_group=0,  # Ctrl-C is for us; we stop the parts in order
            )
        self.parts.append(Part(name, process, log))
        # Where the system does not end children with their parent, the next start reads this.
        self._pids_file.write_text("\n".join(str(part.process.pid) for part in self.parts))

    def check(self) -> None:
        """Raises CannotStart when something that should run does not."""
        for part in self.parts:
            if part.process.poll() is not None:
                raise CannotStart(part.obituary())
        if self.postgres is not None and not self.postgres.is_running():
            raise CannotStart(
                "PostgreSQL has stopped, so everything else stops too.\n"
                f"  Its log: {self.data / 'postgres.log'}. "
                "Nothing that was saved is lost: `make run` starts again."
            )

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Raises CannotStart when it takes longer, or when something falls meanwhile."""

        def settled() -> bool:
            self.check()
            return is_ready()

        if not until(settled, seconds=seconds):
            raise CannotStart(f"It did not answer within {seconds:.0f} s. Logs: {self.logs}")

    def stop(self) -> None:
        for part in reversed(self.parts):
            if part.process.poll() is None:
                part.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for part in reversed(self.parts):
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(part.process.pid)
                part.process.wait()
        # A part that was killed leaves children, and gunicorn's would hold the port for a while.
        _end_groups({part.process.pid for part in self.parts}, patience=2)
        if self.postgres is not None:
            self.postgres.stop()
        self._pids_file.unlink(missing_ok=True)

    def was_killed(self) -> bool:
        """The last start did not come to its end."""
        return self._pids_file.exists()

    def end_leftovers(self) -> None:
        """Processes of a start that was killed, where the system did not end them with it."""
        try:
            pids = {int(each) for each in self._pids_file.read_text().split()}
        except (FileNotFoundError, ValueError):
            return
        _end_groups(pids, patience=PATIENCE)

    @property
    def _pids_file(self) -> Path:
        return self.data / "run.pids"


def until(is_true: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every 50 ms; False when it was not true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def _end_groups(groups: set[int], *, patience: float) -> None:
    for pid in _living(groups):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    if not until(lambda: not _living(groups), seconds=patience):
        for pid in _living(groups):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _living(groups: set[int]) -> list[int]:
    """Our processes in these groups; a number may have gone to another program since."""
    columns = ["-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "command="]
    listed = subprocess.run(
        ["ps", "-A", "-ww", *columns], capture_output=True, text=True, check=False
    )
    found = []
    for line in listed.stdout.splitlines():
        pid, group, state, *command = line.split(None, 3)
        if int(group) in groups and not state.startswith("Z") and str(ROOT) in "".join(command):
            found.append(int(pid))
    return found


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
