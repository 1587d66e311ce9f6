"""One ear a process: PostgreSQL tells it which pages are not true any more."""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from newsroom.pagecache.purging import CHANNEL, EVERYTHING

logger = logging.getLogger(__name__)

# Seconds. Our own word must come back through the database so often, or we may have missed others'.
BEAT = 5.0
DEAF_AFTER = 11.0
AGAIN_AFTER = 1.0
# A machine that is gone never says so.
PATIENT = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "application_name": "newsroom ear"}
# Of Django's parameters, those that say where PostgreSQL is.
NAMES = ("dbname", "user", "password", "host", "port", "service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey")  # fmt: skip
HEARTBEAT = "\N{BLACK HEART SUIT}"  # no key looks like it


class Listener:
    """Calls `purge` with the keys of each purge that is committed, from a thread of its own.

    Whatever was not heard while there was no connection may have been anything: with each new
    connection all is purged.
    """

    def __init__(
        self,
        purge: Callable[[list[str]], None],
        heard: Callable[[], None],
    ) -> None:
        self._purge = purge
        self._heard = heard
        self._stopped = threading.Event()
        # By the steady clock. Until then nothing can have been missed.
        self.hears_until = 0.0

    def start(self) -> None:
        threading.Thread(target=self._run, name="pagecache-listener", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def is_deaf(self) -> bool:
        return monotonic() > self.hears_until

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(**_address(), autocommit=True) as session:
                    self._listen(session)
            except psycopg.Error as error:
                logger.warning("pagecache_deaf %s", type(error).__name__)
                self.hears_until = 0.0
            except Exception:
                logger.exception("pagecache_deaf")
                self.hears_until = 0.0
            self._stopped.wait(AGAIN_AFTER)

    def _listen(self, session: psycopg.Connection[Any]) -> None:
        session.execute(f"LISTEN {CHANNEL}")
        self._purge([EVERYTHING])
        next_beat = monotonic()
        while not self._stopped.is_set():
            if monotonic() >= next_beat:
                session.execute("SELECT pg_notify(%s, %s)", [CHANNEL, HEARTBEAT])
                next_beat = monotonic() + BEAT
            # To its end: what came together with a notice goes with a generator that is left.
            for notice in session.notifies(timeout=max(0.0, next_beat - monotonic())):
                if notice.payload != HEARTBEAT:
                    self._purge(notice.payload.split(" "))
                elif notice.pid == session.info.backend_pid:
                    self.hears_until = monotonic() + DEAF_AFTER
                    self._heard()


def _address() -> dict[str, Any]:
    """Of PostgreSQL itself: through a pooler that lends connections nobody hears anything."""
    if settings.DATABASE_DIRECT_URL:
        return {"conninfo": settings.DATABASE_DIRECT_URL, **PATIENT}
    known = connection.get_connection_params()
    return {name: known[name] for name in NAMES if name in known} | PATIENT
