"""One at a time: whoever works on a thing of Stripe's holds its lock until the transaction ends."""

from collections.abc import Sequence

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
    lock_all([object_id], is_patient=is_patient)


def lock_all(object_ids: Sequence[str], *, is_patient: bool = True) -> None:
    """The same for many at once, in the order in which they are given: the outer ones first, and
    those of one kind sorted.
    """
    assert connection.in_atomic_block
    patience = f"{PATIENCE if is_patient else LITTLE_PATIENCE}ms"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience])
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(%s::text[]) AS id",
                [list(object_ids)],
            )
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(", ".join(object_ids[:3])) from error
        raise
