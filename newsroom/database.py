"""How long a web process waits for PostgreSQL.

One that is stopped refuses at once. One that is frozen, or whose machine is gone, refuses nothing:
whoever asks it waits for ever, and soon every thread does. The worker and commands may wait.
"""

from collections.abc import Generator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import Connection, OperationalError

# Seconds for one statement, with all that it waits for; to connect takes 2 at most.
PATIENCE = 5.0
_INTERVAL = 0.1  # psycopg's own


def wait_briefly() -> None:
    """From now on, in this process, what takes longer than PATIENCE fails."""
    connection_created.connect(_limit, dispatch_uid="newsroom.database")


def _limit(connection: BaseDatabaseWrapper, **_: object) -> None:
    session: Connection[Any] = connection.connection
    wait = session.wait

    def bounded(
        work: Generator[Any, Any, Any], interval: float = _INTERVAL, timeout: float | None = None
    ) -> Any:
        patience = PATIENCE if timeout is None else timeout
        try:
            return wait(work, interval=interval, timeout=patience)
        except OperationalError as error:
            if type(error).__name__ != "_WaitTimeout":
                raise
            # Half of an answer may still come: nobody may use this connection again.
            session.pgconn.finish()
            raise OperationalError(f"no answer within {patience:.0f} s") from error

    session.wait = bounded  # type: ignore[assignment,method-assign]
