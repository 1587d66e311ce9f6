"""A web server that writes down what it is asked, and answers as a test says."""

import itertools
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from newsroom.dev.processes import free_port

# No two answers are the same.
_numbers = itertools.count(1)
FOR_A_MINUTE = "public, max-age=60, s-maxage=60, stale-while-revalidate=60"


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes


class Recorder:
    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[Asked] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self._server: ThreadingHTTPServer | None = None

    def answers(self, headers: Mapping[str, str] | None = None, *, status: int = 200) -> None:
        """From now on, and what was asked so far is forgotten."""
        self.status = status
        self.headers = {"Cache-Control": FOR_A_MINUTE, **(headers or {})}
        self.asked.clear()

    def start(self) -> None:
        """Unless it runs."""
        if self._server is not None:
            return
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline()
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                self._answer()

            def _answer(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                sent = self.rfile.read(int(headers.get("content-length", 0)))
                recorder.asked.append(Asked(self.command, self.path, headers, sent))
                said = headers.get("accept-encoding", "as it is")
                body = f"{said}: {self.path}, number {next(_numbers)}".encode()
                self.send_response(recorder.status)
                for name, value in recorder.headers.items():
                    self.send_header(name, value)
                self.send_header("Vary", "Accept-Encoding")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Its port refuses then."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
