"""A page cache around a paper that is made up, asked without a server."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from newsroom.pagecache import Dependencies
from newsroom.pagecache.application import PageCache, Place
from newsroom.pagecache.finished import Answer, Finished

SITE = "http://paper.example"
# Addresses that the paper's table of contents knows, with what their pages read.
STORY = "/2024/03/05/a-story/"
LIST = "/topics/rivers/"
SEARCH = "/search/"
PUBLIC = "public, max-age=60, s-maxage=1, stale-while-revalidate=60, stale-if-error=86400"


@dataclass
class Page:
    """What the made-up paper answers at an address."""

    body: bytes = b"A page"
    status: str = "200 OK"
    keys: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    # Called while it is rendered.
    meanwhile: Callable[[], object] = lambda: None


class Paper:
    """The application behind the page cache. `renders` counts by path and query."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.otherwise = Page()
        self.renders: Counter[str] = Counter()
        self.environs: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        address = f"{path}?{query}" if query else path
        with self._lock:
            self.renders[address] += 1
            self.environs.append(environ)
        page = self.pages.get(path, self.otherwise)
        dependencies: Dependencies = environ.get("newsroom.dependencies") or Dependencies()
        dependencies.keys.update(page.keys)
        page.meanwhile()
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": PUBLIC}
        start_response(page.status, [*(headers | page.headers).items()])
        return [page.body]


class Got(NamedTuple):
    status: int
    headers: Headers
    body: bytes


def page_cache(
    paper: Any, *, site: str = SITE, hosts: Iterable[str] = ("paper.example",),
    is_behind_proxy: bool = False, threads: int = 8, memory: int = 8_000_000,
) -> PageCache:  # fmt: skip
    """It hears, and what it hears is what `store.purge` is told."""
    place = Place(urlsplit(site), list(hosts), is_behind_proxy, threads, memory)
    cache = PageCache(paper, place)
    cache._is_listening = True
    cache.listener.hears_until = math.inf
    return cache


def environ(path: str, query: str = "", method: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "paper.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    } | more


def ask(cache: Any, path: str, query: str = "", method: str = "GET", **more: Any) -> Got:
    begun: list[Any] = []
    chunks = cache(environ(path, query, method, **more), lambda *said: begun.append(said))
    try:
        body = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    status, headers = begun[-1][:2]
    return Got(int(status[:3]), Headers([*headers]), body)


def answer(
    body: bytes = b"A page", *, status: str = "200 OK", keys: Iterable[str] = (),
    made_at: float = 0.0, due: float = math.inf, **headers: str,
) -> Answer:  # fmt: skip
    """`cache_control=` and others stand for headers of that name."""
    given = {"Content-Type": "text/html", "Cache-Control": PUBLIC}
    given |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Answer(status, [*given.items()], body, frozenset(keys), made_at, due)


def finished(body: bytes = b"A page", **how: Any) -> Finished:
    return Finished(answer(body, **how), frozenset())
