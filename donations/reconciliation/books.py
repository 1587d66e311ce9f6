"""Our ledger, looked up for a page of Stripe's objects at once."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from donations import ledger
from donations.ledger import Facts
from donations.locks import lock
from donations.models import DifferentThing, EntryKind, LedgerEntry, ReconciledPage
from donations.reconciliation.cases import Case, Said, Scope
from donations.reconciliation.words import money
from newsroom.alerts import alert


class Books:
    """The entries of some sources, and the payments of some payment intents."""

    def __init__(self, *, sources: Iterable[str] = (), payments: Iterable[str] = ()) -> None:
        wanted = set(payments) - {""}
        entries = list(
            LedgerEntry.objects.filter(
                Q(source__in=set(sources)) | Q(kind=EntryKind.PAYMENT, payment_intent__in=wanted)
            ).order_by()
        )
        self._by_source = {each.source: each for each in entries}
        self._by_payment = {
            each.payment_intent: each
            for each in entries
            if each.kind == EntryKind.PAYMENT and each.payment_intent
        }
        self._adjustments: dict[str, list[LedgerEntry]] = {}
        # There are hardly any, ever.
        for each in LedgerEntry.objects.filter(source__startswith=ledger.ADJUSTMENT):
            self._adjustments.setdefault(ledger.adjusted_source(each), []).append(each)

    def entry(self, source: str) -> LedgerEntry | None:
        return self._by_source.get(source)

    def payment(self, payment_intent: str) -> LedgerEntry | None:
        return self._by_payment.get(payment_intent)

    def value(self, entry: LedgerEntry) -> dict[str, int]:
        return ledger.value_of(entry, self._adjustments.get(entry.source, ()))

    def amount_case(
        self, thing: DifferentThing, stripe_id: str, entry: LedgerEntry, *, stripes: dict[str, int]
    ) -> Case | None:
        """When an entry, with its adjustments, is not what Stripe says now."""
        ours = self.value(entry)
        stripes = {currency: minor for currency, minor in stripes.items() if minor}
        if ours == stripes:
            return None
        what = "amount" if set(ours) == set(stripes) or not stripes or not ours else "currency"
        if entry.kind == EntryKind.FEE:
            what = "fee"
        elif entry.kind == EntryKind.REFUND_FAILED:
            what = "status"
        said = Said(thing, stripe_id, what, money(ours), money(stripes))
        return Case((said,), act=partial(_adjust, entry, stripes))


def expected(facts: Facts) -> dict[str, int]:
    return {facts["currency"]: facts["amount_minor"]}


def said_to_be_ours(scope: Scope, payment_intents: Iterable[str]) -> set[str]:
    """Those that this comparison has found to be ours, though they may not be booked."""
    wanted = sorted(set(payment_intents) - {""})
    found: set[str] = set()
    for ids in ReconciledPage.objects.filter(
        reconciliation=scope.run, ids__overlap=wanted
    ).values_list("ids", flat=True):
        found.update(ids)
    return found.intersection(wanted)


def _adjust(entry: LedgerEntry, stripes: dict[str, int], at: datetime | None = None) -> None:
    with transaction.atomic():
        lock(entry.payment_intent or entry.source)
        ours = ledger.value_of(entry, ledger.adjustments_of(entry))
        if ledger.adjust(entry, stripes, at=at or now()):
            alert(
                "ledger.adjusted",
                f"The ledger had {money(ours)} for {entry.source}, Stripe has {money(stripes)}. "
                "The entry stays; an adjustment was appended.",
            )


def write_off(entry: LedgerEntry) -> None:
    """Stripe knows nothing of it."""
    _adjust(entry, {})
