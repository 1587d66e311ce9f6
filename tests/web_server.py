"""gunicorn as in production, as a process of its own, and readers of it over HTTP."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

from newsroom.dev.house import until
from newsroom.dev.processes import ends_with_parent, free_port, is_listening

# The kernel gives each to one of the processes: so many leave none out (2 ** -23 with two).
CONNECTIONS = 24
ROOT = Path(__file__).resolve().parents[1]


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class WebServer:
    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port, self.process, self.log = port, process, log
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        with Reader(self.port) as reader:
            return reader.ask(path, headers)

    def fill(self, paths: Iterable[str]) -> None:
        """Have these pages read so often that each process has them in its memory."""
        for path in paths:
            for _ in range(CONNECTIONS):
                answer = self.ask(path)
                assert answer.status == 200, (path, answer.status)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)


class Reader:
    """One connection that is kept; a server closes it when it likes."""

    def __init__(self, port: int, *, patience: float = 20.0) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET"
    ) -> Answer:
        try:
            return self._ask(path, headers or {}, method)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._link.close()
            return self._ask(path, headers or {}, method)

    def _ask(self, path: str, headers: Mapping[str, str], method: str) -> Answer:
        try:
            self._link.request(method, path, headers=dict(headers))
            answer = self._link.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (TimeoutError, http.client.CannotSendRequest):
            self._link.close()
            raise


@contextlib.contextmanager
def web_server(
    folder: Path, *, workers: int = 2, application: str = "newsroom.wsgi", **env: str
) -> Iterator[WebServer]:
    """The whole application under deploy/gunicorn.conf.py, with the tests' settings and `env`.

    `folder` takes its log. Its SITE_URL is its own address unless `env` names another.
    """
    port = free_port()
    log = folder / f"gunicorn-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-W", "ignore", "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py",
                "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--preload", application,
            ],
            cwd=ROOT, stdout=output, stderr=output, preexec_fn=ends_with_parent(),
            env={**os.environ, "SITE_URL": f"http://127.0.0.1:{port}", **env},
        )  # fmt: skip
    server = WebServer(port, process, log)
    try:
        assert until(lambda: is_listening(port), seconds=20), log.read_text()
        yield server
    finally:
        server.stop()
