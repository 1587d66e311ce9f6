"""Everybody at once, on a page that has just become old."""

import selectors
import time
from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from bench.answers import read_answer
from bench.links import Address, Link, one_to_each_worker
from bench.rounds import ROUNDS, Figures

READERS = 500
PATIENCE = 30.0


class Story(NamedTuple):
    pk: int
    path: str


class _Reader:
    def __init__(self, address: Address, path: str) -> None:
        self.socket = address.connect()
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {address.name}:{address.port}\r\n"
            "Accept-Encoding: identity\r\n\r\n"
        ).encode()
        self._got = b""
        self._asked_at = 0.0
        self.seconds = 0.0  # until the whole answer was there
        self.status = 0  # 0: none came
        self.page = b""

    def ask(self) -> None:
        self._got, self.status, self.page = b"", 0, b""
        self._asked_at = time.perf_counter()
        self.socket.sendall(self._request)

    def is_done(self) -> bool:
        try:
            chunk = self.socket.recv(262_144)
        except ConnectionError:
            chunk = b""
        self.seconds = time.perf_counter() - self._asked_at
        if not chunk:
            return True
        self._got += chunk
        answer = read_answer(self._got)
        if answer is not None:
            self.status, self.page = answer
        return answer is not None


def measure(address: Address, story: Story, database: str, workers: int) -> Figures:
    """Worst of ROUNDS: READERS ask at once for a story that was changed in this moment."""
    worst = {"renders": 0.0, "errors": 0.0, "old": 0.0, "longest": 0.0}
    for number in range(ROUNDS):
        readers = [_Reader(address, story.path) for _ in range(READERS)]
        try:
            _all_ask(readers)
            links = one_to_each_worker(address, workers)
            before = [link.worker() for link in links]
            headline = f"Stampede {number}"
            _change(database, story, headline)
            _wait_until_heard(links, [each["purges"] for each in before])
            _all_ask(readers)
        finally:
            for reader in readers:
                reader.socket.close()
        after = [link.worker() for link in links]
        renders = [
            now["renders"][story.path] - then["renders"].get(story.path, 0)
            for then, now in zip(before, after, strict=True)
        ]
        good = [reader for reader in readers if reader.status == 200]
        figures = {
            "renders": max(renders),
            "errors": READERS - len(good),
            "old": sum(headline.encode() not in reader.page for reader in good),
            "longest": max(reader.seconds for reader in readers) * 1_000,
        }
        worst = {name: max(worst[name], value) for name, value in figures.items()}
        print(".", end="", flush=True)
    return worst


def _all_ask(readers: Sequence[_Reader]) -> None:
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
        for reader in readers:
            reader.ask()
        waiting = len(readers)
        until = time.perf_counter() + PATIENCE
        while waiting and time.perf_counter() < until:
            for key, _ in selector.select(1.0):
                if key.data.is_done():
                    selector.unregister(key.fileobj)
                    waiting -= 1


def _change(database: str, story: Story, headline: str) -> None:
    """As the desk does it: the new headline and its purge in one transaction."""
    with psycopg.connect(database) as session:
        session.execute(
            "UPDATE articles_article SET headline = %s WHERE id = %s", [headline, story.pk]
        )
        session.execute("SELECT pg_notify('newsroom_pages', %s)", [f"article:{story.pk}"])


def _wait_until_heard(links: Sequence[Link], purges_before: Sequence[int]) -> None:
    until = time.perf_counter() + PATIENCE
    for link, before in zip(links, purges_before, strict=True):
        while link.worker()["purges"] <= before:
            assert time.perf_counter() < until, "a purge was not heard"
