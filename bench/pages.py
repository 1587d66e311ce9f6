"""How many readers of one story are served, and what each of them costs."""

import json
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from bench import wrk
from bench.links import Address, Link
from bench.nginx import Page
from bench.processor import seconds_of
from bench.rounds import SECONDS, Figures, alternate
from newsroom.dev.house import House

# What browsers send, without what not every one of them can read.
BROWSERS = {"br": "gzip, deflate, br", "gzip": "gzip, deflate"}
OF_GUNICORN = {"connection", "date", "server"}


class Way(NamedTuple):
    """One way to serve the story: its name, its address, and the processes that do it."""

    name: str
    url: str
    pids: tuple[int, ...]
    connections: int = wrk.CONNECTIONS


def fetch(address: Address, path: str, encoding: str) -> Page:
    """The story as a browser gets it. Raises AssertionError when it is not compressed so."""
    with closing(Link(address)) as link:
        answer, body = link.get(path, **{"Accept-Encoding": BROWSERS[encoding]})
    assert answer.status == 200, f"{path}: {answer.status}"
    assert answer.headers["Content-Encoding"] == encoding
    return Page(answer.headers.items(), encoding, body)


def lay_out(page: Page, house: House) -> str:
    """Write it down for bench/same_bytes.py; give the folder."""
    folder = house.data / "answer"
    folder.mkdir()
    # gunicorn itself says the others.
    headers = [each for each in page.headers if each[0].lower() not in OF_GUNICORN]
    (folder / "headers.json").write_text(json.dumps(headers))
    (folder / "body").write_bytes(page.body)
    return str(folder)


def measure(ways: Sequence[Way], house: House, encoding: str) -> list[list[Figures]]:
    """For each way its rounds: wrk's figures, and processor time of a request in milliseconds."""
    assert house.postgres is not None
    database = house.postgres.pid

    def one_round(way: Way, number: int) -> Figures:
        before = seconds_of(way.pids), seconds_of([database])
        request = wrk.Request(way.url, BROWSERS[encoding], way.connections)
        figures = wrk.ask(request, SECONDS if number else 1)
        asked = figures["requests"] or 1
        figures["web_ms"] = (seconds_of(way.pids) - before[0]) * 1_000 / asked
        figures["database_ms"] = (seconds_of([database]) - before[1]) * 1_000 / asked
        return figures

    return alternate(ways, one_round)
