"""The HTTP server: loopback only, HTTP/1.1, a thread for every connection."""

import json
import socket
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from donations.stripe_stand_in import (
    checkout_page,
    object_page,
    overview_page,
    passing_time,
    portal_page,
)
from donations.stripe_stand_in.api import Api, Dropped
from donations.stripe_stand_in.control import Control
from donations.stripe_stand_in.errors import ApiError
from donations.stripe_stand_in.html_page import page
from donations.stripe_stand_in.misbehaviour import Misbehaviour
from donations.stripe_stand_in.receipt_page import receipt
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.webhooks import Deliveries, is_this_machine

_LARGEST_BODY = 1024 * 1024
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Content-Type": "text/html; charset=utf-8",
    # With "no-referrer" a browser says "Origin: null" when it posts to where it came from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# The checkout page cannot say this: its form leads to the shop's own address.
_CONTROL_HEADERS = _PAGE_HEADERS | {
    "Content-Security-Policy": _PAGE_HEADERS["Content-Security-Policy"] + "; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _error(message: str, kind: str = "invalid_request_error") -> str:
    return json.dumps({"error": {"message": message, "type": kind}})


class StandIn(ThreadingHTTPServer):
    """Everything that runs: the server, the webhook thread, the clock's thread."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.misbehaviour = Misbehaviour()
        self.api = Api(sandbox, self.misbehaviour)
        self.deliveries = Deliveries(sandbox)
        self.control = Control(self.api, self.deliveries)
        self.said: dict[str, str] = {}  # by the path of the page that will show it, once
        self._stopping = threading.Event()
        super().__init__(("127.0.0.1", port), _Handler)

    def run(self) -> None:
        """Serve until `stop`."""
        self.deliveries.start()
        threading.Thread(target=self._follow_clock, name="clock", daemon=True).start()
        self.serve_forever(poll_interval=0.2)
        self._stopping.set()
        self.deliveries.stop()
        self.server_close()
        self.sandbox.store.close()

    def stop(self) -> None:
        """From any thread, or a signal."""
        threading.Thread(target=self.shutdown, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nobody's error."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()

    def _follow_clock(self) -> None:
        while not self._stopping.wait(1):
            try:
                # One thing at a time, so that a long absence does not hold up requests.
                while self.sandbox.frozen_at is None and passing_time.catch_up(
                    self.sandbox, int(time.time()), most=1
                ):
                    self.deliveries.wake()
            except sqlite3.ProgrammingError:  # closed: the process is ending
                return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "StripeStandIn"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: StandIn

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(411, _error("Send a Content-Length."))
            return
        if int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._send(413, _error("The body is too large."))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        try:
            parts = urlsplit(self.path)
        except ValueError:
            self._send(400, _error("That is no address."))
            return
        try:
            self._route(parts.path, parts.query, body)
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            raise
        except Exception as error:
            traceback.print_exc()
            self.close_connection = True
            self._send(500, _error(f"The stand-in itself failed: {error!r}", "api_error"))
        self.server.deliveries.wake()

    def _route(self, path: str, query: str, body: str) -> None:
        server, method = self.server, self.command
        if problem := self._stranger():
            self._send(403, _error(problem))
        elif path.startswith("/v1/"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.api.answer(method, path, query, body, headers)
            self._send(answer.status, answer.body, answer.headers)
        elif path.startswith("/_stand_in/"):
            name = path.removeprefix("/_stand_in/")
            self._send(*server.control.answer(method, name, query, body))
        elif path.startswith("/c/pay/"):
            self._checkout(path.removeprefix("/c/pay/"), body)
        elif path.startswith("/p/session/"):
            self._portal(path.removeprefix("/p/session/"), body)
        elif path == "/" or path.startswith("/objects/"):
            self._control_page(path, body)
        elif method == "GET" and (html := receipt(server.sandbox, path)):
            self._send(200, html, _PAGE_HEADERS)
        else:
            html = page("Not found", "<h1>Not found</h1><p>There is no such page here.</p>")
            self._send(404, html, _PAGE_HEADERS)

    def _stranger(self) -> str | None:
        """Why this request is none of ours. A page of another site may reach this machine through
        the browser, and with a name of its own that leads here.
        """
        host = self.headers.get("Host", "")
        try:
            ours = is_this_machine(urlsplit(f"//{host}").hostname or "")
        except ValueError:
            ours = False
        if not ours:
            return "The stand-in answers to this machine's own names: 127.0.0.1, localhost."
        if self.command == "GET":
            return None
        origin = self.headers.get("Origin")
        if self.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none") or (
            origin is not None and origin.partition("://")[2] != host
        ):
            return "Another site's page may not use the stand-in."
        return None

    def _control_page(self, path: str, body: str) -> None:
        server, status, said, problem = self.server, 200, "", ""
        identifier = unquote(path.removeprefix("/objects/")) if path != "/" else ""
        if self.command == "POST":
            form = dict(parse_qsl(body, keep_blank_values=True))
            try:
                if identifier:
                    server.said[path] = object_page.press(server.control, identifier, form)
                else:
                    server.said[path] = overview_page.press(server.control, form)
                self._send(303, "", _CONTROL_HEADERS | {"Location": path})
                return
            except ApiError as error:
                status, problem = error.status, str(error)
        else:
            said = server.said.pop(path, "")
        html = (
            object_page.show(server.control, identifier, said, problem)
            if identifier
            else overview_page.show(server.control, said, problem)
        )
        if html is None:
            status, html = (
                404,
                page("Not found", "<h1>Not found</h1><p>There is no such object.</p>"),
            )
        self._send(status, html, _CONTROL_HEADERS)

    def _checkout(self, identifier: str, body: str) -> None:
        server = self.server
        if self.command == "POST":
            form = dict(parse_qsl(body, keep_blank_values=True))
            shown = checkout_page.press(server.sandbox, server.misbehaviour, identifier, form)
        else:
            shown = checkout_page.show(server.sandbox, identifier)
        self._show(shown)

    def _portal(self, secret: str, body: str) -> None:
        sandbox = self.server.sandbox
        if self.command == "POST":
            form = dict(parse_qsl(body, keep_blank_values=True))
            self._show(portal_page.press(sandbox, secret, form))
        else:
            self._show(portal_page.show(sandbox, secret))

    def _show(self, shown: checkout_page.Page) -> None:
        headers = _PAGE_HEADERS | ({"Location": shown.to} if shown.to else {})
        self._send(shown.status, shown.html, headers)

    def _send(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the overview page shows what happened."""
