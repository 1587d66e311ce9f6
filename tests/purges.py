"""What the caches are told: heard by somebody else, or noted where it is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from newsroom.pagecache.purging import CHANNEL

_END = "that is all"


class Ear:
    """Another process that listens."""

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        self._session = session

    def payloads(self) -> list[str]:
        """All that was committed since the last time, without waiting for what never comes."""
        self._session.execute("SELECT pg_notify(%s, %s)", [CHANNEL, _END])
        heard: list[str] = []
        for each in self._session.notifies(timeout=20):
            if each.payload == _END:
                return heard
            heard.append(each.payload)
        raise AssertionError("Nothing was heard for too long.")

    def heard(self) -> set[str]:
        return {key for payload in self.payloads() for key in payload.split()}


@contextmanager
def listening() -> Iterator[Ear]:
    """Only what is committed can be heard: for tests with `transaction=True`."""
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}  # fmt: skip
    with psycopg.connect(**where, autocommit=True) as session:
        session.execute(f"LISTEN {CHANNEL}")
        yield Ear(session)


@contextmanager
def told() -> Iterator[set[str]]:
    """The keys that this connection tells, committed or not."""
    keys: set[str] = set()

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "pg_notify" in str(sql):
            keys.update(params[1].split())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield keys
