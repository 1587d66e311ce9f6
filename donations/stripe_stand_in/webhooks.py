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
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from urllib.parse import urlsplit

from donations.stripe_stand_in import delivery_switches
from donations.stripe_stand_in.delivery_switches import Switches
from donations.stripe_stand_in.errors import no_such
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.resources.events import counted
from donations.stripe_stand_in.sandbox import Sandbox

PATIENCE = 10.0  # seconds for an endpoint to answer
LONGEST_PAUSE = 60.0  # seconds between two tries
GIVE_UP_AFTER = 3 * 86_400.0  # seconds after the first try
STATES = ("pending", "delivered", "failed")
_ANSWERS_KEPT = 4_000  # characters


def signature(secrets: Sequence[str], body: bytes, at: int) -> str:
    """The `Stripe-Signature` header for a body sent at a time in seconds: several secrets, as
    while one is being replaced by another.
    """
    payload = b"%d." % at + body
    signed = (hmac.new(one.encode(), payload, hashlib.sha256).hexdigest() for one in secrets)
    return ",".join([f"t={at}", *(f"v1={one}" for one in signed)])


def pause_after(attempts: int) -> float:
    """Seconds until the next try: 1, 2, 4, 8 … 60."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 10))


class Deliveries:
    """What is owed to the endpoints, and the thread that sends it in the background.

    Its times are the stand-in's: with a frozen clock nothing is tried again until it moves. Only
    the signature has the real time, because receivers compare it with theirs.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._at_work = threading.Lock()
        self._waiting = threading.Event()
        self._stopped = False
        self._looked_at: int | None = None  # the moment of a frozen clock
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
        waited = self._at_work.acquire(timeout=patience)
        try:
            yield
        finally:
            if waited:
                self._at_work.release()

    def send_again(self, event: str) -> None:
        """Queue an event once more for each endpoint that it was for."""
        with self.sandbox.store.transaction():
            now = self.sandbox.now()
            for seq in self._owed(event):
                self.sandbox.store.rows(
                    "UPDATE deliveries SET state = 'pending', attempts = 0, made_at = ?, due_at = ?"
                    " WHERE seq = ?",
                    (now, now, seq),
                )

    def deliver_all(self, concurrency: int | None = None) -> tuple[int, int]:
        """Send now what is pending, without waiting for its next try: how many were taken, and
        how many were not.
        """
        with self._at_work:
            switches = delivery_switches.current(self.sandbox)
            sends, dropped = self._plan(switches)
            taken = self._send(sends, switches, concurrency or switches.concurrency)
        return taken, len(sends) - taken + dropped

    def deliver_these(
        self, events: Sequence[str], concurrency: int | None = None
    ) -> tuple[int, int]:
        """Send exactly these events, in this order, each as often as it is named, whatever became
        of them before.
        """
        with self._at_work:
            switches = delivery_switches.current(self.sandbox)
            with self.sandbox.store.transaction():
                sends = [seq for event in events for seq in self._owed(event)]
            taken = self._send(sends, switches, concurrency or switches.concurrency)
        return taken, len(sends) - taken

    def listed(self, *, state: str = "", event: str = "", limit: int = 1_000) -> list[Json]:
        """The latest deliveries, oldest first."""
        wanted = {name: value for name, value in (("state", state), ("event", event)) if value}
        conditions = " AND ".join(f"{name} = ?" for name in wanted) or "true"
        rows = self.sandbox.store.rows(
            "SELECT event, endpoint, state, attempts, answer, due_at,"  # noqa: S608  names are ours
            " (SELECT json_extract(body, '$.type') FROM objects WHERE id = event),"
            " (SELECT json_extract(body, '$.url') FROM objects WHERE id = endpoint) FROM deliveries"
            f" WHERE {conditions} ORDER BY seq DESC LIMIT ?",
            (*wanted.values(), limit),
        )
        latest = self.sandbox.now() + LONGEST_PAUSE
        return [
            {
                "event": about,
                "type": kind,
                "endpoint": endpoint,
                "url": url,
                "state": became,
                "attempts": attempts,
                "answers": (answers or "").splitlines(),
                "next_try_at": int(min(due_at, latest)) if became == "pending" else None,
            }
            for about, endpoint, became, attempts, answers, due_at, kind, url in reversed(rows)
        ]

    def _run(self) -> None:
        while not self._stopped:
            self._waiting.clear()
            sends: list[int] = []
            dropped = 0
            try:
                with self._at_work:
                    if self.sandbox.store.recall("background", otherwise=True):
                        switches = delivery_switches.current(self.sandbox)
                        sends, dropped = self._plan(switches, at_a_time=switches.concurrency)
                        self._send(sends, switches, switches.concurrency)
            except sqlite3.ProgrammingError:  # closed: the process is ending
                return
            if not sends and not dropped:
                self._waiting.wait(0.5)

    def _plan(self, switches: Switches, at_a_time: int | None = None) -> tuple[list[int], int]:
        """What to send, in its order and as often as the switches say; and how many were dropped.

        With `at_a_time` so many of those that are due, else all that is pending.
        """
        store = self.sandbox.store
        with store.lock:
            now = self.sandbox.now()
            if self.sandbox.frozen_at not in (None, self._looked_at):
                # Time was moved, and Stripe would have tried all the while.
                self._looked_at = self.sandbox.frozen_at
                store.rows(
                    "UPDATE deliveries SET state = 'failed'"
                    " WHERE state = 'pending' AND attempts > 0 AND made_at < ?",
                    (now - GIVE_UP_AFTER,),
                )
            # What is from a later time was made before the clock was put back.
            sql = (
                "SELECT seq, attempts FROM deliveries WHERE state = 'pending'"
                " AND (attempts > 0 OR made_at <= ? OR made_at > ?)"
            )
            if at_a_time is None:
                rows = store.rows(f"{sql} ORDER BY seq", (now - switches.delay, now))
            else:
                most = 1_000 if switches.reorder else at_a_time
                rows = store.rows(
                    f"{sql} AND (due_at <= ? OR due_at > ?) ORDER BY due_at, seq LIMIT ?",
                    (now - switches.delay, now, now, now + LONGEST_PAUSE, most),
                )
            dropped = self._drop([seq for seq, attempts in rows if not attempts], switches)
        kept = [seq for seq, _ in rows if seq not in dropped]
        if switches.reorder:
            kept.sort(key=lambda seq: switches.chance("order", seq))
        sends = [(seq, copy) for seq in kept[:at_a_time] for copy in range(switches.duplicate)]
        if switches.reorder:
            sends.sort(key=lambda send: switches.chance("order", *send))
        return [seq for seq, _ in sends], len(dropped)

    def _drop(self, fresh: list[int], switches: Switches) -> set[int]:
        """Which of these are never sent."""
        if not fresh or not (switches.drop or switches.drop_next):
            return set()
        counted_off = fresh[: switches.drop_next]
        unlucky = [
            seq
            for seq in fresh[switches.drop_next :]
            if switches.chance("drop", seq) * 100 < switches.drop
        ]
        dropped = {*counted_off, *unlucky}
        with self.sandbox.store.transaction():
            for seq in dropped:
                self.sandbox.store.rows(
                    "UPDATE deliveries SET state = 'failed', answer = 'dropped' WHERE seq = ?",
                    (seq,),
                )
            left = switches.drop_next - len(counted_off)
            self.sandbox.store.remember("deliveries", asdict(replace(switches, drop_next=left)))
        return dropped

    def _owed(self, event: str) -> list[int]:
        """The deliveries of an event; when it was for nobody, to whoever listens now."""
        store = self.sandbox.store
        found = store.get(event, "event")
        if found is None:
            raise no_such("event", event, "event")
        sql = (
            "SELECT seq FROM deliveries WHERE event = ? AND endpoint IN"
            " (SELECT id FROM objects WHERE kind = 'webhook_endpoint') ORDER BY seq"
        )
        rows = store.rows(sql, (event,))
        if not rows:
            self.sandbox.queue(found)
            rows = store.rows(sql, (event,))
        return [seq for (seq,) in rows]

    def _send(self, sends: Sequence[int], switches: Switches, width: int) -> int:
        """Send them, so many at a time; how many were taken."""
        left, taken = deque(sends), [0] * width

        def work(place: int) -> None:
            try:
                while left:
                    taken[place] += self._deliver(left.popleft(), switches)
            except (IndexError, sqlite3.ProgrammingError):  # nothing left; the process is ending
                return

        others = [
            threading.Thread(target=work, args=(place,), daemon=True)
            for place in range(1, min(width, len(sends)))
        ]
        for other in others:
            other.start()
        work(0)
        for other in others:
            other.join()
        return sum(taken)

    def _deliver(self, seq: int, switches: Switches) -> bool:
        store = self.sandbox.store
        with store.lock:
            rows = store.rows("SELECT event, endpoint FROM deliveries WHERE seq = ?", (seq,))
            event = store.get(rows[0][0]) if rows else None
            endpoint = store.get(rows[0][1]) if rows else None
            if event is None or endpoint is None:
                return False
            body = _written(counted(self.sandbox, event), switches)
        if endpoint["status"] == "enabled":
            answer, taken = _post(endpoint, body, switches)
        else:
            answer, taken = "not sent: the endpoint is disabled", False
        with store.transaction():
            rows = store.rows(
                "SELECT attempts, made_at, state, answer FROM deliveries"
                " WHERE seq = ? AND event = ?",
                (seq, event["id"]),
            )
            if not rows:  # forgotten meanwhile
                return taken
            attempts, made_at, state, before = rows[0]
            now = self.sandbox.now()
            if not attempts:
                made_at = now
            if taken:
                state = "delivered"
            elif state == "pending" and (
                now - made_at > GIVE_UP_AFTER or endpoint["status"] != "enabled"
            ):
                state = "failed"
            answers = f"{before}\n{answer}" if before else answer
            store.rows(
                "UPDATE deliveries SET attempts = ?, made_at = ?, due_at = ?, state = ?, answer = ?"
                " WHERE seq = ?",
                (
                    attempts + 1, made_at, now + pause_after(attempts + 1), state,
                    answers[-_ANSWERS_KEPT:], seq,
                ),
            )  # fmt: skip
        return taken


def _written(event: Json, switches: Switches) -> bytes:
    """The body, which may say what the event itself does not."""
    shown = public(event)
    if switches.api_version:
        shown["api_version"] = switches.api_version
    if switches.livemode:
        shown["livemode"] = True
        thing = shown["data"]["object"]
        if "livemode" in thing:
            shown["data"] = shown["data"] | {"object": thing | {"livemode": True}}
    return json.dumps(shown, ensure_ascii=False).encode()


def _post(endpoint: Json, body: bytes, switches: Switches) -> tuple[str, bool]:
    """What the endpoint answered, and whether that was a 2xx."""
    parts = urlsplit(endpoint["url"])
    host, port = parts.hostname or "", parts.port
    if not endpoint.get("_given") and not is_this_machine(host):
        return "not sent: registered endpoints must be on this machine", False
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    own = endpoint["_secret"] or ""
    secrets = {
        "first": [own], "second": [switches.secret], "both": [switches.secret, own],
    }[switches.sign]  # fmt: skip
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(secrets, body, int(time.time()) + switches.skew),
        "User-Agent": "Stripe/1.0 (stand-in)",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        sent = body[: len(body) // 2] if switches.truncate else body
        connection.request("POST", target, sent, headers)
        answer = connection.getresponse()
        answer.read(65_536)
        return str(answer.status), 200 <= answer.status < 300
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__, False
    finally:
        connection.close()


def is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
