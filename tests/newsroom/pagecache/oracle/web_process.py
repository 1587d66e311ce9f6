"""A web process of the paper that lives at whatever time it is told, and is asked over a pipe.

    python -m tests.newsroom.pagecache.oracle DESCRIPTOR SECONDS

It is the application that gunicorn serves, with its page cache and its ear, and a clock of its own
that stands still. An order is `(name, *arguments)`, the name of a method of `WebProcess`; the
answer is `(True, result)` or `(False, traceback)`.
"""

import math
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from multiprocessing.connection import Connection
from time import time
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

import brotli  # type: ignore[import-untyped]
import django
import time_machine
from django.conf import settings

from newsroom import database
from newsroom.pagecache import application, finished, rendering

# Seconds after which something is wrong with the test.
LONGEST_WAIT = 60.0


class Page(NamedTuple):
    status: str
    headers: dict[str, str]
    body: bytes


class Looked(NamedTuple):
    """`cached` as readers have them, `hits` of them from memory; `fresh` as they would be made."""

    cached: dict[str, Page]
    fresh: dict[str, Page]
    hits: int


class WebProcess:
    def __init__(self, traveller: time_machine.Traveller) -> None:
        _wait_long()
        from newsroom import wsgi

        self._traveller = traveller
        self._cache = wsgi.application
        place = self._cache._place
        self._host = place.site.netloc
        self._bare = rendering.Renderer(self._cache._application, place.site, 1)
        self._renders = 0
        self._count_renders()
        self._told = threading.Condition()
        self._heard: set[str] = set()
        self._times_all = 0
        self._unheard: tuple[str, ...] = ()
        self._broken = ExitStack()
        self._listen()

    def _count_renders(self) -> None:
        renderer = self._cache.renderer
        render = renderer._render

        def counted(address: Any) -> Any:
            self._renders += 1
            return render(address)

        renderer._render = counted

    def _listen(self) -> None:
        """As the first request makes it do, and until it hears."""
        listener = self._cache.listener
        purge = listener._purge

        def heard(keys: list[str]) -> None:
            purge([key for key in keys if not self._unheard or not key.startswith(self._unheard)])
            with self._told:
                self._heard.update(keys)
                self._times_all += "*" in keys
                self._told.notify_all()

        listener._purge = heard
        self._cache._listen()
        self.hear_all(1)

    def _wait(self, until: Callable[[], bool]) -> None:
        with self._told:
            if not self._told.wait_for(until, LONGEST_WAIT):
                raise TimeoutError("nothing was heard")

    # Orders.

    def travel(self, at: datetime) -> None:
        self._traveller.move_to(at, tick=False)

    def hear(self, key: str) -> None:
        """Come back when this purge, and so all before it, has been heard."""
        self._wait(lambda: key in self._heard)
        self._heard.clear()

    def hear_all(self, times: int) -> int:
        """Come back when everything has been purged so many times; how many it were."""
        self._wait(lambda: self._times_all >= times)
        return self._times_all

    def held(self) -> list[str]:
        """Addresses of pages that would be sent from memory now."""
        shelves = self._cache.store._shelves
        pages = [(address, page) for shelf in shelves for address, page in shelf.pages.items()]
        return [_joined(*address) for address, page in pages if time() < page.good_until]

    def read(self, addresses: Iterable[str]) -> dict[str, bytes]:
        return {address: self.get(address).body for address in addresses}

    def look(self, addresses: Sequence[str], fresh: Sequence[str]) -> Looked:
        cached, hits = {}, 0
        for address in addresses:
            renders = self._renders
            cached[address] = self.get(address)
            hits += renders == self._renders
        return Looked(cached, {address: self.fresh(address) for address in fresh}, hits)

    def spoil(self, name: str, *what: str) -> None:
        """Break something on purpose, until it is mended."""
        getattr(self, f"_spoil_{name}")(*what)

    def mend(self) -> None:
        self._broken.close()

    def get(self, address: str) -> Page:
        """Through the page cache, as readers have it."""
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ.update(
            PATH_INFO=_as_wsgi_has_it(path),
            QUERY_STRING=query,
            HTTP_HOST=self._host,
            HTTP_ACCEPT_ENCODING="br",
            HTTP_COOKIE="newsroom_reader=later",
        )
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            begun[:] = status, {name.lower(): text for name, text in headers}

        body = b"".join(self._cache(environ, start_response))
        status, headers = begun
        assert headers["content-length"] == str(len(body))
        if headers.get("content-encoding") == "br":
            body = brotli.decompress(body)
        return Page(status, headers, body)

    def fresh(self, address: str) -> Page:
        """As the bare application makes it now, with all that stands in the address."""
        path, _, query = address.partition("?")
        answer = self._bare._render((_as_wsgi_has_it(path), query))
        headers = {name.lower(): text for name, text in answer.headers}
        return Page(answer.status, headers, answer.body)

    # Ways to break it.

    def _break(self, thing: object, name: str, new: object) -> None:
        self._broken.enter_context(patch.object(thing, name, new))

    def _spoil_ear(self, *prefixes: str) -> None:
        """Purges of keys that begin so are not heard."""
        self._break(self, "_unheard", prefixes)

    def _spoil_clock(self) -> None:
        """No page says until when it is true."""
        self._break(rendering, "kept_until", lambda due: math.inf)

    def _spoil_keys(self, *prefixes: str) -> None:
        """Pages do not say that they stand on keys that begin so."""
        render = self._cache.renderer._render

        def without(address: Any) -> Any:
            answer = render(address)
            answer.keys = frozenset(key for key in answer.keys if not key.startswith(prefixes))
            return answer

        self._break(self._cache.renderer, "_render", without)

    def _spoil_doubt(self) -> None:
        """What is purged while it is rendered is kept all the same."""
        keep = self._cache.store.keep
        self._break(self._cache.store, "keep", lambda *page: keep(*page[:2], sys.maxsize))

    def _spoil_hearing(self, patience: str) -> None:
        """It hears nothing, and knows it. Seconds after which it asks again about each page."""
        self._spoil_ear("")
        self._break(self._cache.listener, "is_deaf", lambda: True)
        self._break(application, "WHILE_DEAF", float(patience))


def _wait_long() -> None:
    """A slow machine is no reason to send an old page; nor are ten minutes to have a new one."""
    postgresql = settings.DATABASES["default"]
    postgresql["CONN_MAX_AGE"] = None
    postgresql["OPTIONS"]["connect_timeout"] = int(LONGEST_WAIT)
    django.setup()
    finished.GOOD_FOR = math.inf
    application.FOR_NEWER = application.FOR_FIRST = LONGEST_WAIT
    rendering.PATIENCE = database.PATIENCE = database.SILENCE = LONGEST_WAIT


def _as_wsgi_has_it(path: str) -> str:
    return unquote(path).encode().decode("latin-1")


def _joined(path: str, query: str) -> str:
    path = path.encode("latin-1").decode()
    return f"{path}?{query}" if query else path


def main(descriptor: int, seconds: int) -> None:
    orders = Connection(descriptor)
    with time_machine.travel(seconds, tick=False) as traveller:
        process = WebProcess(traveller)
        orders.send((True, None))
        while True:
            try:
                name, *arguments = orders.recv()
            except EOFError:
                return
            try:
                answer = (True, getattr(process, name)(*arguments))
            except Exception:
                answer = (False, traceback.format_exc())
            orders.send(answer)
