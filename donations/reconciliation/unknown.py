"""The other way round: what stands in our books, and Stripe's lists did not show.

Each is asked for by its id before anything is said of it. A mirror that was not listed, because
it ended, is compared. An entry that Stripe knows nothing of stays as it is: perhaps the key is
another account's, and a person must look. Only when asked to does a comparison write it off.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection

from donations import stripe_api
from donations.models import DifferentThing, EntryKind, LedgerEntry, Subscription
from donations.reconciliation.books import Books, write_off
from donations.reconciliation.cases import Case, Said, Scope
from donations.reconciliation.subscriptions import cases_of
from donations.reconciliation.words import money
from donations.stripe_api import StripeGone
from newsroom.alerts import alert

MISSING = "missing at Stripe"
THINGS = {
    EntryKind.PAYMENT: DifferentThing.PAYMENT,
    EntryKind.FEE: DifferentThing.PAYMENT,
    EntryKind.REFUND: DifferentThing.REFUND,
    EntryKind.REFUND_FAILED: DifferentThing.REFUND,
    EntryKind.DISPUTE: DifferentThing.DISPUTE,
    EntryKind.DISPUTE_RETURNED: DifferentThing.DISPUTE,
}
LISTED = """
WITH listed AS MATERIALIZED (
    SELECT DISTINCT unnest(ids) AS id FROM donations_reconciledpage WHERE reconciliation_id = %(run)s
)
"""
# What was in no list, one after the other; a page at a time, so that a kill loses little.
UNLISTED_MIRRORS = """
SELECT stripe_id FROM donations_subscription AS mirror
WHERE stripe_id > %(after)s AND livemode = %(livemode)s
  AND (%(since)s::timestamptz IS NULL OR ended_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM listed WHERE listed.id = mirror.stripe_id)
ORDER BY stripe_id LIMIT %(limit)s
"""
UNLISTED_ENTRIES = """
SELECT entry.id FROM donations_ledgerentry AS entry
WHERE entry.id > %(after)s AND entry.livemode = %(livemode)s AND entry.kind <> 'adjustment'
  AND entry.id <= %(newest)s
  AND (%(since)s::timestamptz IS NULL OR entry.occurred_at >= %(since)s)
  AND NOT EXISTS (SELECT 1 FROM listed WHERE listed.id = entry.source)
  AND NOT (entry.kind = 'payment' AND entry.payment_intent <> ''
           AND EXISTS (SELECT 1 FROM listed WHERE listed.id = entry.payment_intent))
ORDER BY entry.id LIMIT %(limit)s
"""
PAGE = 100


def mirrors(scope: Scope, after: str) -> tuple[list[Case], str]:
    """Cases of the next mirrors that were not listed, and the last id; empty when that is all."""
    ids = _unlisted(scope, UNLISTED_MIRRORS, after=after)
    page = list(
        Subscription.objects.filter(stripe_id__in=ids)
        .select_related("supporter")
        .order_by("stripe_id")
    )
    found = [case for mirror in page for case in _mirror_cases(mirror)]
    return found, page[-1].stripe_id if len(page) == PAGE else ""


def _unlisted(scope: Scope, which: str, **bounds: int | str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            LISTED + which,
            {
                "run": scope.run.pk,
                "livemode": scope.livemode,
                "since": scope.since,
                "limit": PAGE,
                **bounds,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _mirror_cases(mirror: Subscription) -> Iterator[Case]:
    try:
        found = stripe_api.retrieve_subscription(mirror.stripe_id)
    except StripeGone:
        yield Case((Said(DifferentThing.SUBSCRIPTION, mirror.stripe_id, MISSING, mirror.status),))
        return
    if not found.is_ours:
        yield Case(
            (Said(DifferentThing.SUBSCRIPTION, found.id, "mark", "ours", "somebody else’s"),)
        )
        return
    yield from cases_of(mirror, found, None)


def entries(scope: Scope, after: str) -> tuple[list[Case], str]:
    """The same for ledger entries."""
    ids = _unlisted(
        scope,
        UNLISTED_ENTRIES,
        after=int(after or 0),
        newest=scope.run.progress["newest_entry"],
    )
    page = list(LedgerEntry.objects.filter(pk__in=ids).order_by("pk"))
    books = Books(sources=[each.source for each in page])
    found = [case for entry in page for case in _entry_cases(scope, books, entry)]
    return found, str(page[-1].pk) if len(page) == PAGE else ""


def _entry_cases(scope: Scope, books: Books, entry: LedgerEntry) -> Iterator[Case]:
    ours = books.value(entry)
    if not ours or _is_known(entry):
        return
    thing = THINGS[EntryKind(entry.kind)]
    said = Said(thing, entry.source, MISSING, money(ours))
    yield Case((said,), act=partial(write_off, entry) if scope.is_writing_off else None)


def _is_known(entry: LedgerEntry) -> bool:
    """Older than what was listed, or in a state in which it is not."""
    source = entry.source.partition(":")[0]
    asks: dict[str, Callable[[str], object]] = {
        "pi": stripe_api.retrieve_payment,
        "inpay": stripe_api.invoice_of_payment,
        "re": stripe_api.retrieve_refund,
        "pyr": stripe_api.retrieve_refund,
        "txn": stripe_api.retrieve_balance_transaction,
    }
    ask = asks.get(source.partition("_")[0])
    try:
        return ask is not None and bool(ask(source))
    except StripeGone:
        return False


def tell(stripe_id: str) -> None:
    alert(
        "reconciliation.unknown_to_stripe",
        f"Stripe knows nothing of {stripe_id}, which is in our books. Is STRIPE_SECRET_KEY of the "
        "right account? If so, “manage.py reconcile_stripe --write-off” adjusts the ledger.",
    )
