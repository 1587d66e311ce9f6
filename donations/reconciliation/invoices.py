"""Invoices of subscriptions: each of their payments is in the ledger, as it was."""

from collections.abc import Iterator, Sequence
from functools import partial

from donations import ledger
from donations.ledger import Facts
from donations.models import DifferentThing, Subscription
from donations.reconciliation.books import Books
from donations.reconciliation.cases import Case, Entry, Outcome, Said, Scope
from donations.reconciliation.words import money
from donations.stripe_objects import Invoice, InvoicePayment
from donations.subscriptions import NotOurs, sync_subscription


def compare(scope: Scope, listed: Sequence[Invoice]) -> Outcome:
    listed = [each for each in listed if each.subscription and each.livemode == scope.livemode]
    mirrors = {
        each.stripe_id: each
        for each in Subscription.objects.filter(
            stripe_id__in={each.subscription for each in listed}
        )
    }
    ours = [each for each in listed if each.is_ours or each.subscription in mirrors]
    paid = [each for invoice in ours for each in invoice.paid]
    books = Books(
        sources=[each.id for each in paid], payments=[each.payment_intent for each in paid]
    )
    outcome = Outcome(compared=len(paid))
    for invoice in ours:
        for each in invoice.paid:
            outcome.known_ids += [each.id, *filter(None, [each.payment_intent])]
            outcome.cases += _cases_of(scope, books, mirrors, invoice, each)
    return outcome


def _cases_of(
    scope: Scope,
    books: Books,
    mirrors: dict[str, Subscription],
    invoice: Invoice,
    paid: InvoicePayment,
) -> Iterator[Case]:
    figure = {paid.currency: paid.amount_minor}
    entry = books.entry(paid.id) or books.payment(paid.payment_intent)
    if entry is not None:
        if case := books.amount_case(DifferentThing.PAYMENT, paid.id, entry, stripes=figure):
            yield case
        return
    if scope.leaves(paid.paid_at, paid.id, invoice.id, invoice.subscription):
        return
    said = Said(DifferentThing.PAYMENT, paid.id, "missing here", stripes=money(figure))
    yield Case(
        (said,),
        entry=Entry(
            locks=(invoice.subscription, paid.payment_intent),
            facts=partial(_facts, mirrors, invoice.subscription, paid),
            prepare=partial(_mirror, mirrors, invoice.subscription),
        ),
    )


def _mirror(mirrors: dict[str, Subscription], subscription_id: str) -> Subscription:
    """The subscription that was paid for, which may have ended before we ever saw it."""
    if subscription_id not in mirrors:
        made = sync_subscription(subscription_id, has_paid=True, is_news=False)
        if made is None:
            raise NotOurs(f"subscription {subscription_id} was never paid for")
        mirrors[subscription_id] = made
    return mirrors[subscription_id]


def _facts(mirrors: dict[str, Subscription], subscription_id: str, paid: InvoicePayment) -> Facts:
    return ledger.of_invoice(mirrors[subscription_id], paid)
