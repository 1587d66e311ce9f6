"""Payment intents: what a one-time payment came to, and what Stripe kept of any payment."""

from collections.abc import Iterator, Sequence
from functools import partial

from donations import ledger
from donations.models import DifferentThing, LedgerEntry
from donations.payments import sync_payment
from donations.reconciliation.books import Books, expected, said_to_be_ours
from donations.reconciliation.cases import Case, Entry, Outcome, Said, Scope
from donations.reconciliation.words import money
from donations.stripe_objects import Payment


def compare(scope: Scope, listed: Sequence[Payment]) -> Outcome:
    listed = [each for each in listed if each.livemode == scope.livemode]
    books = Books(
        sources=[each.settlement.id for each in listed if each.settlement],
        payments=[each.id for each in listed],
    )
    # While we only look, what its session or invoice showed stays missing.
    is_said = said_to_be_ours(scope, (each.id for each in listed)) if scope.run.is_dry_run else ()
    outcome = Outcome()
    for each in listed:
        entry = books.payment(each.id)
        if entry is None and not each.is_ours:
            continue
        outcome.compared += 1
        outcome.known_ids.append(each.id)
        if each.settlement is not None:
            outcome.known_ids.append(each.settlement.id)
        if entry is not None:
            outcome.cases += _cases_of(scope, books, entry, each)
        elif (
            each.status == "succeeded"
            and each.id not in is_said
            and not scope.leaves(each.paid_at, each.id)
        ):
            outcome.cases.append(_missing(each))
    return outcome


def _missing(payment: Payment) -> Case:
    figure = money({payment.currency: payment.amount_minor})
    said = Said(DifferentThing.PAYMENT, payment.id, "missing here", stripes=figure)
    return Case((said,), act=partial(sync_payment, payment.id, is_news=False))


def _cases_of(scope: Scope, books: Books, entry: LedgerEntry, payment: Payment) -> Iterator[Case]:
    # What a subscription's payment came to stands in its invoice.
    if entry.source == payment.id:
        figure = {payment.currency: payment.amount_minor}
        if case := books.amount_case(DifferentThing.PAYMENT, payment.id, entry, stripes=figure):
            yield case
    if payment.settlement is None:
        return
    facts = ledger.of_settlement(entry, payment.settlement)
    kept = books.entry(payment.settlement.id)
    if kept is not None:
        if case := books.amount_case(
            DifferentThing.PAYMENT, payment.id, kept, stripes=expected(facts)
        ):
            yield case
        return
    # The fee of what this comparison itself has booked is a part of booking it.
    is_new = entry.pk > scope.run.progress["newest_entry"]
    figure_settled = money({payment.settlement.currency: payment.settlement.amount_minor})
    said = Said(DifferentThing.PAYMENT, payment.id, "settlement", stripes=figure_settled)
    yield Case(
        () if is_new else (said,),
        entry=Entry(locks=(payment.id,), facts=lambda: facts),
    )
