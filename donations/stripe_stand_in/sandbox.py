"""One Stripe account in test mode: what it holds, what time it is, and what it tells the world."""

import random
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import account as shapes
from donations.stripe_stand_in.store import Store

_LETTERS = string.ascii_letters + string.digits
_BYTES_AS_LETTERS = "".join(_LETTERS[byte % len(_LETTERS)] for byte in range(256)).encode()


def _letters(source: random.Random, length: int) -> str:
    return source.randbytes(length).translate(_BYTES_AS_LETTERS).decode()


@dataclass
class Cause:
    """The API request that is being served, as its events will name it."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Sandbox:
    """All verbs take one. Call them within `store.transaction()`."""

    url: str  # of this server, without a slash at its end
    data: Path | None = None
    seed: int | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    store: Store = field(init=False)
    cause: Cause = field(init=False, default_factory=Cause)

    def __post_init__(self) -> None:
        self.store = Store(self.data)
        self._begin_ids()
        self._moment: int | None = None
        with self.store.transaction():
            self._register_given_endpoint()

    def reset(self) -> None:
        with self.store.transaction():
            self.store.empty()
            self._begin_ids()
            self._register_given_endpoint()

    def _begin_ids(self) -> None:
        """The same ids for the same seed, and others after a restart, for they are unique."""
        if self.seed is None:
            self._random = self._requests = random.Random()  # noqa: S311  ids, not secrets
            return
        rows = self.store.rows("SELECT coalesce(max(seq), 0) FROM objects")
        self._random = random.Random(f"{self.seed} {rows[0][0]}")  # noqa: S311
        self._requests = random.Random(f"{self.seed} requests {rows[0][0]}")  # noqa: S311

    def new_id(self, prefix: str, length: int = 24) -> str:
        # Requests have ids of their own, so that looking on does not change what is made.
        source = self._requests if prefix == "req" else self._random
        return f"{prefix}_{_letters(source, length)}"

    def secret(self, length: int) -> str:
        return _letters(self._random, length)

    # The clock.

    @property
    def frozen_at(self) -> int | None:
        frozen: int | None = self.store.recall("frozen_at")
        return frozen

    def freeze(self, at: int | None) -> None:
        """Stop the clock at a time in seconds, or (None) let it run with the real one."""
        self.store.remember("frozen_at", at)

    def now(self) -> int:
        if self._moment is not None:
            return self._moment
        frozen = self.frozen_at
        return int(time.time()) if frozen is None else frozen

    @contextmanager
    def moment(self, at: int) -> Iterator[None]:
        """While time catches up: what happens now happened then."""
        before, self._moment = self._moment, at
        try:
            yield
        finally:
            self._moment = before

    # Events.

    def emit(self, kind: str, thing: Json, before: Json | None = None) -> None:
        """Record that something happened to `thing`, and queue it for every endpoint that listens.

        `before` holds the values that an update replaced.
        """
        event = shapes.event(
            self.new_id("evt_1"),
            self.now(),
            kind,
            {"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
        )
        self.store.put_event(event, thing, before)
        if self.store.recall("webhooks", otherwise=True):
            self.queue(event)

    def queue(self, event: Json) -> None:
        """Owe an event to every endpoint that listens to its kind."""
        for endpoint, kinds in self._listening().items():
            if event["type"] in kinds or "*" in kinds:
                self.store.rows(
                    "INSERT INTO deliveries (event, endpoint, made_at, due_at) VALUES (?, ?, ?, ?)",
                    (event["id"], endpoint, self.now(), self.now()),
                )

    def _listening(self) -> dict[str, list[str]]:
        """The endpoints that are sent to, and what they asked for. Remembered, for this is asked
        with every event.
        """
        known: dict[str, list[str]] | None = self.store.recall("listening")
        if known is None:
            endpoints = self.store.find("webhook_endpoint", oldest_first=True)
            known = {
                one["id"]: one["enabled_events"] for one in endpoints if one["status"] == "enabled"
            }
            self.store.remember("listening", known)
        return known

    def endpoints_changed(self) -> None:
        """Call this with every change of an endpoint."""
        self.store.remember("listening", None)

    def update(self, thing: Json, kind: str | None = None, **changes: object) -> Json:
        """Change an object and keep it; with `kind`, tell of it when something did change."""
        before = {
            key: thing[key]
            for key, value in changes.items()
            if not key.startswith("_") and thing[key] != value
        }
        thing.update(changes)
        self.store.put(thing)
        if kind and before:
            self.emit(kind, thing, before)
        return thing

    def _register_given_endpoint(self) -> None:
        """The endpoint of the command line: after a restart the same one, perhaps elsewhere."""
        if not self.webhook_url:
            return
        known = [one for one in self.store.find("webhook_endpoint") if one.get("_given")]
        endpoint = (
            known[0]
            if known
            else shapes.webhook_endpoint(self.new_id("we_1"), self.now(), self.webhook_url, {})
        )
        given = {"url": self.webhook_url, "_secret": self.webhook_secret, "_given": True}
        self.store.put(endpoint | given)
        self.endpoints_changed()
