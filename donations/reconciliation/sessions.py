"""Checkout sessions: one-time payments that are not booked, and wishes whose end we missed."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from donations import stripe_api
from donations.models import DifferentThing, IntentState, SupportIntent
from donations.payments import STILL_OPEN, sync_session, waits_for_the_bank
from donations.reconciliation.books import Books
from donations.reconciliation.cases import Case, Outcome, Said, Scope
from donations.reconciliation.words import money
from donations.stripe_lists import ListedSession
from donations.stripe_objects import CheckoutSession, Payment

# A payment page is open for a day at most: closing a wish earlier might book, in silence, what
# its own event is about to tell.
LASTS = timedelta(days=1)


def compare(scope: Scope, listed: Sequence[ListedSession]) -> Outcome:
    ours = [
        each for each in listed if each.session.is_ours and each.session.livemode == scope.livemode
    ]
    books = Books(payments=[each.session.payment_intent for each in ours])
    wishes = SupportIntent.objects.in_bulk(_references(ours))
    outcome = Outcome(compared=len(ours))
    for each in ours:
        session, payment = each.session, each.payment
        is_paid_once = session.is_paid and session.status == "complete" and payment is not None
        if is_paid_once and payment is not None:
            outcome.known_ids.append(payment.id)
            if books.payment(payment.id) is None:
                if not scope.leaves(payment.paid_at, payment.id, session.id):
                    outcome.cases.append(_missing(session, payment))
                continue  # booking it closes the wish, too
        wish = wishes.get(_reference(session))
        if wish is not None and not scope.leaves(session.created_at + LASTS, session.id):
            outcome.cases += _wish(each, wish)
    return outcome


def _missing(session: CheckoutSession, payment: Payment) -> Case:
    figure = money({payment.currency: payment.amount_minor})
    said = Said(DifferentThing.PAYMENT, payment.id, "missing here", stripes=figure)
    return Case((said,), act=partial(sync_session, session.id, is_news=False))


def _wish(listed: ListedSession, wish: SupportIntent) -> list[Case]:
    """A wish counts as open here, though its session is over; or as unpaid, though it was paid."""
    session = listed.session
    is_current = session.id == wish.session_id or (
        wish.session_id is None and session.expires_at == wish.expires_at
    )
    if session.is_paid and session.status == "complete":
        is_other = wish.state != IntentState.PAID
    elif not is_current or wish.state not in STILL_OPEN:
        is_other = False
    elif session.status == "complete":
        is_other = wish.state != IntentState.PENDING or not _waits_for_the_bank(listed)
    else:
        is_other = session.status == "expired"
    if not is_other:
        return []
    stripes = "paid" if session.is_paid else session.status
    said = Said(DifferentThing.PAYMENT, session.id, "status", str(wish.state), stripes)
    return [Case((said,), act=partial(sync_session, session.id, is_news=False))]


def _waits_for_the_bank(listed: ListedSession) -> bool:
    if listed.payment is not None:
        return listed.payment.is_on_its_way
    if listed.subscription_status not in {"incomplete_expired", "canceled"}:
        return True
    # Rare enough to ask: it ended while its first debit was on its way.
    invoice = listed.session.invoice
    return bool(invoice) and waits_for_the_bank(stripe_api.retrieve_invoice(invoice))


def _references(listed: Sequence[ListedSession]) -> set[uuid.UUID]:
    return {reference for each in listed if (reference := _reference(each.session))}


def _reference(session: CheckoutSession) -> uuid.UUID | None:
    try:
        return uuid.UUID(session.support_intent)
    except ValueError:
        return None
