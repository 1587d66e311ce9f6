"""The page cache, around the WSGI application: what was rendered once is sent to everybody.

A page that is kept is sent without a lock, a thread or a database. All else is done here so that
this stays so: pages are rendered in other threads, and requests for what cannot be kept hold at
most half of this server's threads, however long they wait for PostgreSQL.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass
from queue import Full, Queue
from time import monotonic, sleep, time
from typing import Any
from urllib.parse import SplitResult

from django.http.request import split_domain_port, validate_host
from django.template.loader import render_to_string

from newsroom import database
from newsroom.pagecache.asked import (
    Kind,
    Parameters,
    accepted_encoding,
    kind_of,
    read_parameters,
)
from newsroom.pagecache.finished import Answer, Finished, Headers, tag
from newsroom.pagecache.listener import Listener
from newsroom.pagecache.rendering import Application, Renderer, Rendering
from newsroom.pagecache.store import Address, Store

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

# Seconds that a reader waits for a new page: with an old one at hand, and without.
FOR_NEWER = 0.4
FOR_FIRST = 2.5
# And for a thread, while others hold all that may wait for PostgreSQL.
FOR_TURN = 0.4
# A process that hears no purges asks again about each page so often.
WHILE_DEAF = 30.0
# After a render that failed, the old page is sent without another try.
AFTER_FAILURE = 2.0
# Purged again and again while it is rendered: what was rendered last will do.
TRIES = 3
MOST_HOSTS, LONGEST_HOST = 1_000, 260
# A clock may be put back by so much without anybody looking: seconds.
CLOCKS_PLAY = 5.0
# Pages that wait to be made as small as they get, and for how many seconds.
MOST_UNPOLISHED = 100
CALM_AFTER = 3.0
UNAVAILABLE = "503 Service Unavailable"


@dataclass(frozen=True)
class Place:
    """Where the paper is: its own address, the names it answers to, and how it is served."""

    site: SplitResult
    hosts: list[str]
    is_behind_proxy: bool
    threads: int
    memory: int  # bytes


class PageCache:
    def __init__(self, application: Application, place: Place) -> None:
        self._application = application
        self._place = place
        # In the spellings that were seen: with a port, in capitals.
        self._hosts: set[str] = set()
        self._is_https = place.site.scheme == "https"
        self._forget_everything()
        # A process that was forked begins anew: threads and connections stay with its parent.
        os.register_at_fork(after_in_child=self._forget_everything)

    def _forget_everything(self) -> None:
        half = max(1, self._place.threads // 2)
        self._beginning = threading.Lock()
        self.store = Store(self._place.memory)
        self.renderer = Renderer(self._application, self._place.site, half)
        self.listener = Listener(self.store.purge, heard=database.answered)
        self._is_listening = False
        self._unpolished: Queue[tuple[Address, Finished]] = Queue(MOST_UNPOLISHED)
        self._turns = threading.BoundedSemaphore(half)
        self._first_waits = threading.BoundedSemaphore(half)

    def _listen(self) -> None:
        with self._beginning:
            if not self._is_listening:
                self._is_listening = True
                self.listener.start()
                threading.Thread(
                    target=self._polish, args=(self.store, self._unpolished),
                    name="pagecache-polish", daemon=True,
                ).start()  # fmt: skip

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"] or "/"
        query: str = environ.get("QUERY_STRING", "")
        method: str = environ["REQUEST_METHOD"]
        if method in {"GET", "HEAD"} and self._is_ours(environ):
            page = self.store.find((path, ""))
            if query and page is not None and page.parameters != frozenset():
                page = None
            if (
                page is not None
                and page.made_at <= time() < page.look_again_at
                and not self.listener.is_deaf()
            ):
                return _send(page, environ, start_response, method, self._place)
            return self._look_up(environ, start_response, path, query, page)
        return self._pass_on(environ, start_response, kind_of(path))

    def _is_ours(self, environ: Environ) -> bool:
        """Asked of one of our names, in the way readers do."""
        host: str = environ.get("HTTP_HOST", "")
        if host not in self._hosts:
            if not _is_among(host, self._place.hosts):
                return False
            if len(self._hosts) < MOST_HOSTS and len(host) <= LONGEST_HOST:
                self._hosts.add(host)
        if environ.get("SCRIPT_NAME"):
            return False
        if not self._is_https:
            return True
        if self._place.is_behind_proxy and "HTTP_X_FORWARDED_PROTO" in environ:
            return bool(environ["HTTP_X_FORWARDED_PROTO"] == "https")
        return bool(environ["wsgi.url_scheme"] == "https")

    def _look_up(
        self, environ: Environ, start_response: StartResponse, path: str, query: str,
        page: Finished | None,
    ) -> Iterable[bytes]:  # fmt: skip
        """Whatever needs more than a look into the dictionary."""
        if not self._is_listening:
            self._listen()
        if page is None:
            kind = kind_of(path)
            if not kind.is_for_readers:
                return self._pass_on(environ, start_response, kind)
            address = (path, read_parameters(query, kind.parameters))
            page = self.store.find(address)
            parameters = kind.parameters
        else:
            address, parameters = (path, ""), page.parameters
        method = environ["REQUEST_METHOD"]
        if page is None:
            found = self._first(address, parameters)
        else:
            found = self._as_new_as_can_be(address, page)
        if found is None:
            return self._apologise(start_response, method)
        return _send(found, environ, start_response, method, self._place)

    def _as_new_as_can_be(self, address: Address, page: Finished) -> Finished:
        """This page or a newer one; never an error, never a long wait."""
        now = time()
        if now < page.made_at - CLOCKS_PLAY:
            # The clock was put back, and its end would never come.
            page.expire()
        if now >= page.good_until:
            return self._newer(address, page) or page
        is_in_doubt = self.listener.is_deaf() and monotonic() - page.asked_at > WHILE_DEAF
        if (now >= page.refresh_at or is_in_doubt) and not self.renderer.is_busy():
            page.refresh_at = float("inf")
            page.look_again()
            page.asked_at = monotonic()
            self._begin(address, page.parameters)
        return page

    def _newer(self, address: Address, page: Finished) -> Finished | None:
        if monotonic() - page.failed_at < AFTER_FAILURE or self.renderer.is_busy():
            return None
        newer = None
        for _ in range(TRIES):
            if database.is_silent():
                break
            rendering = self._begin(address, page.parameters)
            newer = _page(rendering, rendering.began_at + FOR_NEWER - monotonic())
            if newer is None or newer.code >= 500:
                page.failed_at = monotonic()
                return None
            if not (rendering.is_outdated or newer.is_purged):
                break
        return newer

    def _first(self, address: Address, parameters: Parameters) -> Finished | None:
        """A page that is not kept; None when it cannot be had in time."""
        if self.renderer.is_busy() and not self.renderer.is_at(address):
            return None
        may_wait_long = self._first_waits.acquire(blocking=False)
        try:
            if not may_wait_long and database.is_silent():
                return None
            until = monotonic() + (FOR_FIRST if may_wait_long else FOR_NEWER)
            for _ in range(TRIES):
                rendering = self._begin(address, parameters)
                page = _page(rendering, until - monotonic())
                if page is None or not (rendering.is_outdated or page.is_purged):
                    break
            return page
        finally:
            if may_wait_long:
                self._first_waits.release()

    def _begin(self, address: Address, parameters: Parameters) -> Rendering:
        def finish(rendering: Rendering, answer: Answer) -> Finished:
            page = Finished(answer, parameters)
            if answer.may_be_kept:
                kept = self.store.keep(address, page, rendering.purges_before)
                rendering.is_outdated = not kept
                if kept and page.code == 200 and not address[1]:
                    # What finds no room stays as it is.
                    with suppress(Full):
                        self._unpolished.put_nowait((address, page))
            elif answer.code < 500:
                # It is for nobody else any more, whatever it was.
                self.store.forget(address)
            return page

        return self.renderer.begin(address, self.store.purges_so_far, finish)

    @staticmethod
    def _polish(store: Store, unpolished: Queue[tuple[Address, Finished]]) -> None:
        """Compress pages again, one at a time, once the rush to a new page is over."""
        while True:
            address, page = unpolished.get()
            sleep(max(0.0, page.asked_at + CALM_AFTER - monotonic()))
            if store.find(address) is page and time() < page.good_until:
                page.polish()

    def _pass_on(
        self, environ: Environ, start_response: StartResponse, kind: Kind
    ) -> Iterable[bytes]:
        """To the application as it came: desks, forms, payments, files."""
        if not kind.needs_database:
            return self._application(environ, start_response)
        if not self._take_turn():
            return self._apologise(start_response, environ["REQUEST_METHOD"])
        seconds = database.PATIENCE_AT_DESKS if kind.is_desk else database.PATIENCE
        return _Turn(self._application, environ, start_response, self._turns, seconds)

    def _take_turn(self) -> bool:
        until = monotonic() + FOR_TURN
        while not self._turns.acquire(timeout=0.05):
            if database.is_silent() or monotonic() > until:
                return False
        return True

    def _apologise(self, start_response: StartResponse, method: str) -> Iterable[bytes]:
        body = render_to_string("503.html").encode()
        start_response(
            UNAVAILABLE,
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "private, no-store"),
                ("Retry-After", database.RETRY_AFTER),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ],
        )
        return [] if method == "HEAD" else [body]


class _Turn:
    """An answer of the application, whose turn ends when it is sent."""

    def __init__(
        self, application: Application, environ: Environ, start_response: StartResponse,
        turns: threading.BoundedSemaphore, patience: float,
    ) -> None:  # fmt: skip
        self._turns, self._patience = turns, patience
        try:
            with database.patience(patience):
                self._chunks = application(environ, start_response)
        except BaseException:
            turns.release()
            raise
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        # What is sent while it is read from the database.
        with database.patience(self._patience):
            yield from self._chunks

    def close(self) -> None:
        try:
            if close := getattr(self._chunks, "close", None):
                close()
        finally:
            if self._is_open:
                self._is_open = False
                self._turns.release()


def _page(rendering: Rendering, patience: float) -> Finished | None:
    """None when it failed, or takes longer than this many seconds."""
    try:
        return rendering.page.result(max(0.0, patience))
    except NotYet:
        return None
    except Exception:  # it is in the log
        return None


def _send(
    page: Finished, environ: Environ, start_response: StartResponse, method: str, place: Place
) -> Iterable[bytes]:
    variants = page.variants
    encoding = accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if encoding not in variants:
        encoding = ""
    headers, body = variants[encoding]
    now = time()
    if now >= page.headers_until:
        headers = page.headers_at(headers, now)
    if place.is_behind_proxy and page.may_be_kept:
        # nginx counts whole seconds: to it `s-maxage=1` is up to two. This is the end of this one.
        headers = [*headers, ("X-Accel-Expires", f"@{int(now)}")]
    if page.code == 200 and _has_it(page.digest, encoding, environ):
        start_response("304 Not Modified", _without_body(headers))
        return []
    # A server may add to the list that it is given.
    start_response(page.status, [*headers])
    return [] if method == "HEAD" else [body]


def _has_it(digest: str, encoding: str, environ: Environ) -> bool:
    """The reader's copy is this very page, in this encoding."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if not known:
        return False
    tags = {each.strip().removeprefix("W/") for each in known[:1_000].split(",")}
    return bool(tags & {f'"{tag(digest, encoding)}"', "*"})


def _without_body(headers: Headers) -> Headers:
    return [
        (name, value)
        for name, value in headers
        if name not in {"Content-Length", "Content-Encoding", "Content-Type"}
    ]


def _is_among(host: str, allowed: list[str]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)
