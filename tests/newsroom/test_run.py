"""`make run`, as a person meets it: it starts, it stops, it survives being killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from newsroom.dev import demo_env
from newsroom.dev.processes import free_port, is_alive, is_listening

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds; a busy machine is slow, and a test must not hang


class Runner:
    """One `make run` with its data in a folder that only its owner can enter."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.output = data.parent / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "newsroom.dev.run"],
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(data.parent),
                    "ENV_FILE": "",
                    "EMPTY": "1",
                    "PORT": str(port),
                    "DATA_DIR": str(data),
                },
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for_the_panel(self) -> None:
        wait_until(lambda: "Ctrl-C stops everything" in self.said() or self.process.poll())
        assert self.process.poll() is None, self.said()

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as response:
            return bool(response.status == 200)

    def database(self) -> "psycopg.Connection[tuple[object, ...]]":
        url = demo_env.read(self.data / "demo.env")["DATABASE_URL"]
        return psycopg.connect(url, autocommit=True)

    def pids(self) -> list[int]:
        """Everything of ours that runs: whatever names this folder or this port."""
        listed = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,command="], capture_output=True, text=True, check=True
        )
        marks = [str(self.data), f"127.0.0.1:{self.port}"]
        cluster = self.data / "postgres"
        if cluster.is_symlink():
            marks.append(str(cluster.readlink()))
        return [
            int(line.split()[0])
            for line in listed.stdout.splitlines()
            if any(mark in line for mark in marks)
        ]


def wait_until(is_true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, "It took too long."
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Runner]]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    port = free_port()
    started: list[Runner] = []

    def run() -> Runner:
        started.append(Runner(home / "data", port))
        return started[-1]

    yield run
    for runner in started:
        if runner.process.poll() is None:
            runner.process.terminate()
            runner.process.wait(PATIENCE)


def test_it_starts_from_nothing_and_whoever_kills_it_loses_nothing(
    start: Callable[[], Runner],
) -> None:
    runner = start()
    runner.wait_for_the_panel()
    assert runner.answers()
    panel = runner.said()
    for expected in ("editor@example.com", "/admin/", "/outbox/", str(runner.port)):
        assert expected in panel
    assert re.search(r"Starting PostgreSQL … \d", panel)

    second = start()
    assert second.process.wait(PATIENCE) == 1
    assert "runs already" in second.said()

    with runner.database() as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS number")
    runner.process.kill()
    runner.process.wait()

    again = start()
    again.wait_for_the_panel()
    assert again.answers()
    with again.database() as session:
        assert session.execute("SELECT number FROM kept").fetchone() == (42,)
    # A part that dies takes the house down in order, and says which it was. A request that it
    # was still reading holds nothing back: the next start may come at once.
    victim = int((again.data / "run.pids").read_text().split()[1])
    with socket.create_connection(("127.0.0.1", again.port)) as slow:
        slow.sendall(
            b"POST /support/later/ HTTP/1.1\r\nHost: %b\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
            % f"127.0.0.1:{again.port}".encode()
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 100")
        os.kill(victim, signal.SIGKILL)
        assert again.process.wait(PATIENCE) == 1
        assert "web has stopped" in again.said()
        assert again.pids() == []

    without_database = start()
    without_database.wait_for_the_panel()
    cluster = without_database.data / "postgres"
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert without_database.process.wait(PATIENCE) == 1
    assert "PostgreSQL has stopped" in without_database.said()
    wait_until(lambda: not is_alive(postmaster))

    last = start()
    last.wait_for_the_panel()
    last.process.send_signal(signal.SIGINT)
    assert last.process.wait(PATIENCE) == 0
    assert last.pids() == []


@pytest.mark.parametrize(
    ("port", "says"),
    [("eighty", "PORT is a number"), ("70000", "PORT is a number"), ("taken", "is taken")],
)
def test_a_port_that_cannot_be_is_explained(tmp_path: Path, port: str, says: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", taken := str(free_port())],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        try:
            wait_until(lambda: is_listening(int(taken)))
            result = _run(tmp_path, PORT=taken if port == "taken" else port)
        finally:
            other.terminate()
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = _run(tmp_path / "file")
    assert result.returncode == 1
    assert "cannot be used" in result.stderr
    assert "Traceback" not in result.stderr


def _run(data: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "newsroom.dev.run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": "", "DATA_DIR": str(data), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
