"""One at a time: whoever works on a thing of Stripe's holds its lock until the transaction ends."""

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

# Milliseconds: a worker outlasts whoever is at it, a page that somebody waits for does not.
PATIENCE, LITTLE_PATIENCE = 60_000, 3_000


class Busy(Exception):
    """Somebody else has held the lock for longer than we may wait."""


def lock(object_id: str, *, is_patient: bool = True) -> None:
    """Wait for the lock of a Stripe object, within a transaction. Raises Busy.

    Always taken from the outside in, a session before its subscription
    and that before its payment, so that no two wait for
    each other.
    """
    assert connection.in_atomic_block
    patience = f"{PATIENCE if is_patient else LITTLE_PATIENCE}ms"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [object_id])
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(object_id) from error
        raise
