"""Pages made from their address alone, one render of each at a time."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from time import monotonic, time
from typing import Any
from urllib.parse import SplitResult

from newsroom import database
from newsroom.pagecache import Dependencies
from newsroom.pagecache.finished import Answer, Finished, kept_until
from newsroom.pagecache.store import Address

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Seconds that all statements of one page may take.
PATIENCE = 2.0


class Rendering:
    """One page being made. `purges_before` is how many there had been when it was begun."""

    def __init__(self, purges_before: int) -> None:
        self.began_at = monotonic()
        self.purges_before = purges_before
        self.is_outdated = False
        self.page: Future[Finished] = Future()


# What becomes of an answer, in the rendering thread, before anybody gets it.
Finish = Callable[[Rendering, Answer], Finished]


class Renderer:
    """Renders in threads of its own, so that readers of finished pages never wait for others'.

    Nothing of a request but its address reaches the page: what nobody sent cannot be kept.
    """

    def __init__(self, application: Application, site: SplitResult, threads: int) -> None:
        self._application = application
        self._site = site
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pagecache-render")
        self._most = threads * 8
        self._lock = threading.Lock()
        self._under_way: dict[Address, Rendering] = {}

    def is_busy(self) -> bool:
        """So many are waiting to be rendered that whoever has an old copy does not ask."""
        return len(self._under_way) >= self._most

    def is_at(self, address: Address) -> bool:
        return address in self._under_way

    def begin(
        self, address: Address, purges_so_far: Callable[[], int], finish: Finish
    ) -> Rendering:
        """Render this page, or join those who wait for it already."""
        with self._lock:
            if under_way := self._under_way.get(address):
                return under_way
            rendering = self._under_way[address] = Rendering(purges_so_far())
        try:
            self._threads.submit(self._run, address, rendering, finish)
        except RuntimeError:  # no thread can be started, or the process is about to end
            logger.exception("pagecache_render")
            if rendering.page.cancel():
                self._end(address, rendering)
        return rendering

    def _run(self, address: Address, rendering: Rendering, finish: Finish) -> None:
        if not rendering.page.set_running_or_notify_cancel():
            return
        try:
            with database.within(PATIENCE):
                answer = self._render(address)
            page = finish(rendering, answer)
        except BaseException as error:
            logger.exception("pagecache_render")
            self._end(address, rendering)
            rendering.page.set_exception(error)
        else:
            self._end(address, rendering)
            rendering.page.set_result(page)

    def _end(self, address: Address, rendering: Rendering) -> None:
        with self._lock:
            if self._under_way.get(address) is rendering:
                del self._under_way[address]

    def _render(self, address: Address) -> Answer:
        dependencies = Dependencies()
        begun: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            begun[:] = [status, headers]
            return None

        made_at = time()
        chunks = self._application(self._environ(address, dependencies), start_response)
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        status, headers = begun
        return Answer(
            status,
            headers,
            body,
            frozenset(dependencies.keys),
            made_at,
            kept_until(dependencies.until),
        )

    def _environ(self, address: Address, dependencies: Dependencies) -> dict[str, Any]:
        path, query = address
        port = self._site.port or (443 if self._site.scheme == "https" else 80)
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": self._site.hostname or "",
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self._site.netloc,
            "HTTP_X_FORWARDED_PROTO": self._site.scheme,
            "REMOTE_ADDR": "127.0.0.1",
            "newsroom.dependencies": dependencies,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self._site.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": _Errors(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }


class _Errors:
    """Where a WSGI application may complain."""

    def write(self, text: str) -> None:
        logger.error("%s", text.rstrip())

    def flush(self) -> None:
        pass
