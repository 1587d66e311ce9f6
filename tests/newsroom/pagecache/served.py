"""The paper behind gunicorn, spoken to byte by byte."""

import contextlib
import http.client
import json
import os
import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from newsroom.pagecache.finished import Finished
from newsroom.pagecache.rendering import Renderer
from tests.web_server import WebServer, web_server

HOST = urlsplit(settings.SITE_URL).netloc
# What gunicorn says of the connection and the moment.
ITS_OWN = {"date", "server", "connection", "transfer-encoding"}
SECONDS = 20.0


class Said(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for each, value in self.headers if each == name.lower()), None)


def said(status: int, headers: Any, body: bytes) -> Said:
    """Comparable: names in small letters; seconds that run down are left out. A page may come
    compressed a second time, so of that only what it says counts.
    """
    named = {name.lower(): value for name, value in headers}
    passing = set(ITS_OWN)
    if named.get("content-encoding") == "br":
        passing.add("content-length")
        if body:
            assert named["content-length"] == str(len(body))
            body = brotli.decompress(body)
    kept = (
        (name.lower(), re.sub(r"=\d+", "=…", value) if name.lower() == "cache-control" else value)
        for name, value in headers
        if name.lower() not in passing
    )
    return Said(status, tuple(sorted(kept)), body)


def fresh(path: str, query: str = "", encoding: str = "") -> Said:
    """What a reader of this page would get if it were rendered now. `path` as WSGI has it."""
    page = rendered(path, query)
    headers, body = page.variants.get(encoding) or page.variants[""]
    return said(page.code, headers, body)


# Nothing changes while a paper is attacked. Emptied with each paper.
@cache
def rendered(path: str, query: str = "") -> Finished:
    """By a thread of its own, whose database connection is in no test's transaction."""
    renderer = Renderer(get_wsgi_application(), urlsplit(settings.SITE_URL), 1)
    with ThreadPoolExecutor(1) as thread:
        return Finished(thread.submit(renderer._render, (path, query)).result(), None)


def request(
    target: str | bytes, *headers: str | bytes, method: str = "GET", host: str | None = HOST,
    body: bytes = b"", version: str = "HTTP/1.1",
) -> bytes:  # fmt: skip
    """As it goes over the wire, whatever stands in it."""

    def as_bytes(text: str | bytes) -> bytes:
        return text.encode("latin-1") if isinstance(text, str) else text

    lines = [b"%s %s %s" % (method.encode(), as_bytes(target), version.encode())]
    if host is not None:
        lines.append(f"Host: {host}".encode())
    return b"\r\n".join([*lines, *map(as_bytes, headers), b"", body])


class Line:
    """One connection; answers are read as they come."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self._file: BinaryIO = self._socket.makefile("rb")

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, sent: bytes) -> None:
        # Who is refused in the middle of a sentence may have hung up.
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(sent)

    def hear(self, method: str = "GET") -> Said | None:
        """The next answer; None when the other side has hung up."""
        try:
            return self._hear(method)
        except ConnectionError:
            return None

    def _hear(self, method: str) -> Said | None:
        status = 100
        while status == 100:
            line = self._file.readline()
            if not line:
                return None
            status = int(line.split()[1])
            headers = http.client.parse_headers(self._file)
        return said(status, headers.items(), self._body(method, status, headers))

    def _body(self, method: str, status: int, headers: http.client.HTTPMessage) -> bytes:
        if method == "HEAD" or status in {204, 304}:
            return b""
        if headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self._file.readline(), 16):
                body += self._file.read(size)
                self._file.readline()
            self._file.readline()
            return body
        length = headers.get("Content-Length")
        return self._file.read(int(length)) if length is not None else self._file.read()


class Served:
    def __init__(self, server: WebServer, renders: Path) -> None:
        self._server, self._renders = server, renders
        self.port = server.port

    def line(self) -> Line:
        return Line(self.port)

    def ask(self, sent: bytes, method: str = "GET") -> Said | None:
        with self.line() as line:
            line.send(sent)
            return line.hear(method)

    def read(self, target: str, *headers: str, encoding: str = "", method: str = "GET") -> Said:
        """As an innocent reader does."""
        accept = [f"Accept-Encoding: {encoding}"] if encoding else []
        tries = 8
        while True:
            answer = self.ask(request(target, *accept, *headers, method=method), method)
            assert answer is not None, self.log()
            tries -= 1
            if answer.status != 503 or not tries:  # a busy machine: the page comes in a moment
                return answer

    def renders(self) -> Counter[tuple[int, str]]:
        """How often each process rendered each address."""
        if not self._renders.exists():
            return Counter()
        lines = self._renders.read_text().splitlines()
        return Counter((int(pid), address) for pid, _, address in (x.partition(" ") for x in lines))

    def memory(self) -> dict[str, Any]:
        return dict(json.loads(self.read("/_memory").body))

    def log(self) -> str:
        return self._server.log.read_text()[-4_000:]


@contextlib.contextmanager
def served(folder: Path, *, workers: int = 1, **env: str) -> Iterator[Served]:
    """gunicorn as in production, over the tests' database."""
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    renders = folder / "renders"
    with web_server(
        folder, workers=workers, application="tests.newsroom.pagecache.watched",
        **{
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "SITE_URL": settings.SITE_URL, "RENDERS": str(renders),
        } | env,
    ) as running:  # fmt: skip
        yield Served(running, renders)
