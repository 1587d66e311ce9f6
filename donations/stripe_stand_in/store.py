"""Everything the stand-in remembers, in one SQLite database: a file, or memory.

One connection behind one lock. A request is one transaction, so an error or a `kill -9` leaves
either all of it or nothing.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from donations.stripe_stand_in.json_types import Json, public

# What lists filter by, so that thousands of objects answer as fast as ten.
_INDEXED = {
    "balance_transaction": ("source",),
    "billing_portal.session": ("_secret",),
    "charge": ("payment_intent", "customer"),
    "checkout.session": ("payment_intent", "subscription", "customer", "status"),
    "customer": ("email",),
    "dispute": ("payment_intent", "charge"),
    "event": ("type",),
    "invoice": ("parent.subscription_details.subscription", "customer", "status"),
    "invoice_payment": ("payment.payment_intent", "invoice"),
    "payment_intent": ("customer",),
    "payment_method": ("customer",),
    "radar.early_fraud_warning": ("payment_intent", "charge"),
    "refund": ("payment_intent", "charge"),
    "subscription": ("customer", "status"),
}

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, due_at INTEGER, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS newest ON objects (kind, created, seq);
CREATE INDEX IF NOT EXISTS due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, made_at REAL NOT NULL, due_at REAL,
    state TEXT NOT NULL DEFAULT 'pending', answer TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, request_id TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, saved_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def at(path: str) -> str:
    """The SQL that reads one place of an object, such as `payment.payment_intent`."""
    return f"json_extract(body, '$.{path}')"


class Store:
    def __init__(self, path: Path | None) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10
        )
        self._connection.execute("PRAGMA page_size = 16384")  # most bodies are of 2 to 4 KiB
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA cache_size = -65536")  # KiB: a long advance fits in it
        self._connection.executescript(_TABLES)
        # Written when somebody asks, for most objects change several times within a request.
        self._unwritten: dict[str, tuple[Any, ...]] = {}
        self._last_put = ("", "")
        for kind, paths in _INDEXED.items():
            for place in paths:
                name = f"{kind}_{place}".replace(".", "_")
                self._connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON objects ({at(place)}, created, seq)"
                    f" WHERE kind = '{kind}'"
                )

        self._state = self._read_state()

    def close(self) -> None:
        with self.lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Within another transaction it is simply part of that one."""
        with self.lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._write()
            except BaseException:
                self._forget()
                self._connection.execute("ROLLBACK")
                self._state = self._read_state()
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0

    @contextmanager
    def attempt(self, undone_by: Callable[[Exception], bool]) -> Iterator[None]:
        """Part of a transaction that some errors undo alone."""
        self._write()
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
            self._write()
        except Exception as error:
            if undone_by(error):
                self._forget()
                self._connection.execute("ROLLBACK TO attempt")
            else:
                self._write()
            raise
        finally:
            self._connection.execute("RELEASE attempt")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.lock:
            if self._unwritten and "objects" in sql:
                self._write()
            return self._connection.execute(sql, values).fetchall()

    def put(self, thing: Json) -> Json:
        """Keep an object as it is now. `_due_at` says when time itself changes it."""
        notes = {name: thing[name] for name in thing if name[0] == "_"}
        text = _encode(public(thing) if notes else thing)
        body = f"{text[:-1]},{_encode(notes)[1:]}" if notes else text
        self._put(thing, body)
        self._last_put = thing["id"], text
        return thing

    def put_event(self, event: Json, about: Json, before: Json | None) -> None:
        """Keep an event with its object as it is now. One that was just put is not encoded once more,
        for events are most of what there is: so put before you tell.
        """
        last, text = self._last_put
        if last != about["id"]:
            text = _encode(public(about))
        previous = "" if before is None else f',"previous_attributes":{_encode(before)}'
        data = f'"data":{{"object":{text}{previous}}}'
        self._put(event, _encode(event).replace('"data":null', data, 1))

    def _put(self, thing: Json, body: str) -> None:
        with self.lock:
            self._unwritten[thing["id"]] = (
                thing["id"], thing["object"], thing.get("created", 0), thing.get("_due_at"), body,
            )  # fmt: skip
            if not self._depth:
                self._write()

    def _forget(self) -> None:
        self._unwritten.clear()
        self._last_put = ("", "")

    def _write(self) -> None:
        if self._unwritten:
            rows = list(self._unwritten.values())
            self._unwritten.clear()
            self._connection.executemany(
                "INSERT INTO objects (id, kind, created, due_at, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, body = excluded.body",
                rows,
            )

    def get(self, identifier: str, kind: str | None = None) -> Json | None:
        with self.lock:
            if row := self._unwritten.get(identifier):
                found_kind, body = row[1], row[4]
            else:
                # Read past what is unwritten, which is about other objects.
                rows = self._connection.execute(
                    "SELECT kind, body FROM objects WHERE id = ?", (identifier,)
                ).fetchall()
                if not rows:
                    return None
                found_kind, body = rows[0]
        found: Json = json.loads(body)
        return found if kind in (None, found_kind) else None

    def need(self, identifier: str) -> Json:
        """An object that must be there, because another one names it."""
        found = self.get(identifier)
        if found is None:
            raise LookupError(identifier)
        return found

    def delete(self, identifier: str) -> None:
        self.rows("DELETE FROM objects WHERE id = ?", (identifier,))

    def place(self, identifier: str, kind: str) -> tuple[int, int] | None:
        """Where an object stands in its list: when it was created, and in which order."""
        rows = self.rows(
            "SELECT created, seq FROM objects WHERE id = ? AND kind = ?", (identifier, kind)
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def find(
        self,
        kind: str,
        conditions: Sequence[tuple[str, Sequence[Any]]] = (),
        *,
        limit: int = -1,
        oldest_first: bool = False,
    ) -> list[Json]:
        """Objects of one kind that meet all conditions (SQL, values), newest first."""
        order = "ASC" if oldest_first else "DESC"
        sql = f"SELECT body FROM objects WHERE kind = '{kind}'"  # noqa: S608  kinds are ours
        values: list[Any] = []
        for condition, bound in conditions:
            sql += f" AND {condition}"
            values += bound
        sql += f" ORDER BY created {order}, seq {order} LIMIT {limit}"
        return [json.loads(body) for (body,) in self.rows(sql, values)]

    def next_due(self, until: int) -> tuple[int, Json] | None:
        """The first object that time changes by then, and when."""
        rows = self.rows(
            "SELECT due_at, body FROM objects WHERE due_at <= ? ORDER BY due_at, seq LIMIT 1",
            (until,),
        )
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def remember(self, name: str, value: object) -> None:
        self.rows(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )
        self._state[name] = value

    def recall(self, name: str, otherwise: Any = None) -> Any:
        return self._state.get(name, otherwise)

    def _read_state(self) -> Json:
        return {name: json.loads(value) for name, value in self.rows("SELECT * FROM state")}

    def empty(self) -> None:
        with self.transaction():
            for table in ("objects", "deliveries", "answers", "state"):
                self.rows(f"DELETE FROM {table}")  # noqa: S608
            self._state = {}
