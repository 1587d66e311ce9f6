"""One at a time: whoever works on a thing of Stripe's holds its lock until the transaction ends."""

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable


class Busy(Exception):
    """Somebody else has held the lock for longer than we may wait."""


def lock(object_id: str, *, patience_ms: int = 60_000) -> None:
    """Wait for the lock of a Stripe object, within a transaction. Raises Busy.

    Always taken from the outside in, a session before its subscription, so that no two wait for
    each other.
    """
    assert connection.in_atomic_block
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience_ms}ms"])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [object_id])
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(object_id) from error
        raise
