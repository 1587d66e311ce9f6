"""Connections to servers of this machine, plain or encrypted, kept as browsers keep them."""

import http.client
import json
import socket
import ssl
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

HERE = "127.0.0.1"
# Where bench/observed.py says which of its processes a connection leads to.
WORKER = "/bench/worker/"
# With reuse_port the system chooses a worker for each connection; so many tries find all.
TRIES = 200


class Address(NamedTuple):
    """A site as its readers know it (`https://paper.example`), and the port where it is."""

    site: str
    port: int
    certificate: Path | None = None

    @property
    def name(self) -> str:
        return self.site.partition("://")[2].partition(":")[0]

    def connect(self) -> socket.socket:
        link = socket.create_connection((HERE, self.port), timeout=30)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.certificate is None:
            return link
        tls = ssl.create_default_context(cafile=self.certificate)
        return tls.wrap_socket(link, server_hostname=self.name)


class Link(http.client.HTTPConnection):
    def __init__(self, address: Address) -> None:
        super().__init__(address.name, address.port)
        self.address = address

    def connect(self) -> None:
        self.sock = self.address.connect()

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        self.request("GET", path, headers={"Accept-Encoding": "identity", **headers})
        answer = self.getresponse()
        return answer, answer.read()

    def worker(self) -> dict[str, Any]:
        """The process at the other end: its pid, how many purges it heard, renders by path."""
        known: dict[str, Any] = json.loads(self.get(WORKER)[1])
        return known


def one_to_each_worker(address: Address, workers: int) -> list[Link]:
    found: dict[int, Link] = {}
    for _ in range(TRIES):
        link = Link(address)
        pid = link.worker()["pid"]
        if found.setdefault(pid, link) is not link:
            link.close()
        if len(found) == workers:
            return list(found.values())
    raise AssertionError(f"{len(found)} of {workers} workers answered in {TRIES} tries")


def is_up(address: Address) -> bool:
    try:
        with closing(Link(address)) as link:
            return link.get("/readyz")[0].status == 200
    except OSError:
        return False
