"""Sending events to their endpoints: signed, repeated until they are taken, as Stripe does."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from donations.stripe_stand_in.errors import no_such
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.resources.events import counted
from donations.stripe_stand_in.sandbox import Sandbox

PATIENCE = 10.0  # seconds for an endpoint to answer
LONGEST_PAUSE = 60.0  # seconds between two tries
GIVE_UP_AFTER = 3 * 86_400.0  # seconds


def signature(secret: str, body: bytes, at: int) -> str:
    """The `Stripe-Signature` header for a body sent at a time in seconds."""
    signed = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def pause_after(attempts: int) -> float:
    """Seconds until the next try: 1, 2, 4, 8 … 60."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 10))


class Deliveries:
    """One event at a time, in their order; a thread does it in the background."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._one_at_a_time = threading.Lock()
        self._waiting = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._waiting.set()

    def wake(self) -> None:
        """There may be something to send."""
        self._waiting.set()

    @contextmanager
    def at_rest(self, patience: float = 2.0) -> Iterator[None]:
        """While nothing is under way, unless an endpoint is slower than `patience` seconds."""
        waited = self._one_at_a_time.acquire(timeout=patience)
        try:
            yield
        finally:
            if waited:
                self._one_at_a_time.release()

    def send_again(self, event: str) -> None:
        """Queue an event once more for each endpoint that it was for."""
        with self.sandbox.store.transaction():
            if self.sandbox.store.get(event, "event") is None:
                raise no_such("event", event, "event")
            self.sandbox.store.rows(
                "UPDATE deliveries SET state = 'pending', made_at = ?, due_at = ? WHERE event = ?",
                (time.time(), time.time(), event),
            )

    def deliver_all(self) -> tuple[int, int]:
        """Send now what is pending, without waiting for its next try: how many were taken, and
        how many were not.
        """
        taken = failed = 0
        with self._one_at_a_time:
            pending = self.sandbox.store.rows(
                "SELECT seq FROM deliveries WHERE state = 'pending' ORDER BY seq"
            )
            for (seq,) in pending:
                if self._deliver(seq):
                    taken += 1
                else:
                    failed += 1
        return taken, failed

    def _run(self) -> None:
        while not self._stopped:
            self._waiting.clear()
            try:
                with self._one_at_a_time:
                    due = self._next_due()
                    if due:
                        self._deliver(due)
            except sqlite3.ProgrammingError:  # closed: the process is ending
                return
            if not due:
                self._waiting.wait(0.5)

    def _next_due(self) -> int | None:
        with self.sandbox.store.lock:
            if not self.sandbox.store.recall("background", otherwise=True):
                return None
            rows = self.sandbox.store.rows(
                "SELECT seq FROM deliveries WHERE state = 'pending' AND due_at <= ?"
                " ORDER BY due_at, seq LIMIT 1",
                (time.time(),),
            )
        return rows[0][0] if rows else None

    def _deliver(self, seq: int) -> bool:
        store = self.sandbox.store
        with store.lock:
            rows = store.rows(
                "SELECT event, endpoint, attempts, made_at FROM deliveries WHERE seq = ?", (seq,)
            )
            if not rows:
                return False
            event_id, endpoint_id, attempts, made_at = rows[0]
            event, endpoint = store.get(event_id), store.get(endpoint_id)
            if event is None or endpoint is None:
                return False
            body = json.dumps(public(counted(self.sandbox, event)), indent=2).encode()
        answer, taken = _post(endpoint, body)
        now = time.time()
        if taken:
            state = "delivered"
        elif now - made_at > GIVE_UP_AFTER:
            state = "failed"
        else:
            state = "pending"
        with store.transaction():
            store.rows(
                "UPDATE deliveries SET attempts = ?, due_at = ?, state = ?, answer = ?"
                " WHERE seq = ? AND event = ?",
                (attempts + 1, now + pause_after(attempts + 1), state, answer, seq, event_id),
            )
        return taken


def _post(endpoint: Json, body: bytes) -> tuple[str, bool]:
    """What the endpoint answered, and whether that was a 2xx."""
    parts = urlsplit(endpoint["url"])
    host, port = parts.hostname or "", parts.port
    if not endpoint.get("_given") and not _is_this_machine(host):
        return "not sent: registered endpoints must be on this machine", False
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(endpoint["_secret"] or "", body, int(time.time())),
        "User-Agent": "Stripe/1.0 (stand-in)",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(65_536)
        return str(answer.status), 200 <= answer.status < 300
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, False
    finally:
        connection.close()


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
