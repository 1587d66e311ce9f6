"""Refunds and disputes: what went back of a payment that is ours."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from donations import ledger
from donations.ledger import Facts
from donations.models import DifferentThing, EntryKind, LedgerEntry
from donations.payments import sync_dispute, sync_refund
from donations.reconciliation.books import Books, expected, said_to_be_ours
from donations.reconciliation.cases import Case, Outcome, Said, Scope
from donations.reconciliation.words import money
from donations.stripe_objects import Dispute, Refund


def compare_refunds(scope: Scope, listed: Sequence[Refund]) -> Outcome:
    return _compare(scope, DifferentThing.REFUND, listed, ledger.of_refund, sync_refund)


def compare_disputes(scope: Scope, listed: Sequence[Dispute]) -> Outcome:
    return _compare(scope, DifferentThing.DISPUTE, listed, ledger.of_dispute, sync_dispute)


def _compare(
    scope: Scope,
    thing: DifferentThing,
    listed: Sequence[Refund] | Sequence[Dispute],
    entries_of: Callable[[LedgerEntry, "Refund | Dispute"], list[Facts]]
    | Callable[..., list[Facts]],
    sync: Callable[..., object],
) -> Outcome:
    payments = Books(payments=[each.payment_intent for each in listed])
    ours = {each.payment_intent for each in listed if payments.payment(each.payment_intent)}
    # Without repairs, a payment may be ours and not yet in the ledger.
    ours |= said_to_be_ours(scope, {each.payment_intent for each in listed} - ours)
    wanted = {
        each.id: entries_of(payments.payment(each.payment_intent) or _unbooked(each, scope), each)
        for each in listed
        if each.payment_intent in ours
    }
    sources = [facts["source"] for found in wanted.values() for facts in found]
    sources += [f"{stripe_id}:failed" for stripe_id in wanted]
    books = Books(sources=sources)
    outcome = Outcome(compared=len(wanted), known_ids=sources)
    for each in listed:
        if each.id in wanted and not scope.leaves(each.created_at, each.id):
            outcome.cases += _cases_of(thing, books, each.id, wanted[each.id], sync)
    return outcome


def _cases_of(
    thing: DifferentThing,
    books: Books,
    stripe_id: str,
    wanted: list[Facts],
    sync: Callable[..., object],
) -> Iterator[Case]:
    missing = [facts for facts in wanted if books.entry(facts["source"]) is None]
    said = tuple(
        Said(thing, stripe_id, what, stripes=", ".join(money(expected(each)) for each in found))
        for what, found in _by_what(missing, is_all=len(missing) == len(wanted)).items()
    )
    if said:
        yield Case(said, act=partial(sync, stripe_id, is_news=False))
    for facts in wanted:
        entry = books.entry(facts["source"])
        if entry is not None and (
            case := books.amount_case(thing, stripe_id, entry, stripes=expected(facts))
        ):
            yield case
    failed = books.entry(f"{stripe_id}:failed")
    is_wanted = any(facts["source"] == f"{stripe_id}:failed" for facts in wanted)
    # Or else we say that it came back to us, and it did not.
    if (
        failed is not None
        and not is_wanted
        and (case := books.amount_case(thing, stripe_id, failed, stripes={}))
    ):
        yield case


def _by_what(missing: list[Facts], *, is_all: bool) -> dict[str, list[Facts]]:
    """What is not booked, by a word for it."""
    words = {
        EntryKind.FEE: "settlement",
        EntryKind.REFUND_FAILED: "status",
        EntryKind.DISPUTE_RETURNED: "status",
    }
    found: dict[str, list[Facts]] = {}
    for facts in missing:
        what = "missing here" if is_all else words.get(facts["kind"], "missing here")
        found.setdefault(what, []).append(facts)
    return found


def _unbooked(found: Refund | Dispute, scope: Scope) -> LedgerEntry:
    """Stands for a payment that nobody has booked, so that we know what would follow it."""
    return LedgerEntry(
        kind=EntryKind.PAYMENT,
        payment_intent=found.payment_intent,
        currency=found.currency,
        livemode=scope.livemode,
    )
