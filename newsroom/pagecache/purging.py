"""Telling every process of the paper which pages are not true any more."""

from collections.abc import Iterable, Iterator

from django.db import connection

CHANNEL = "newsroom_pages"
EVERYTHING = "*"
# A payload holds 8,000 bytes; above so many messages, forgetting all is cheaper.
LONGEST = 7_900
MOST = 8


def purge(*keys: str) -> None:
    """Pages that depend on one of these keys are rendered anew; `*` means all of them.

    Told through PostgreSQL inside the transaction that writes: a purge is heard when the change
    is committed, never before, never without it, and by every web process.
    """
    payloads = list(_packed(sorted(set(keys))))
    if EVERYTHING in keys or len(payloads) > MOST:
        payloads = [EVERYTHING]
    with connection.cursor() as cursor:
        for payload in payloads:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


def _packed(keys: Iterable[str]) -> Iterator[str]:
    """As many keys in one message as it holds."""
    packed = ""
    for key in keys:
        joined = f"{packed} {key}" if packed else key
        if packed and len(joined.encode()) > LONGEST:
            yield packed
            joined = key
        packed = joined
    if packed:
        yield packed
