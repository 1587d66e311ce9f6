"""What became of a payment, from its page to its refund: the ledger written, letters queued."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from donations import checkout, ledger, letters, stripe_api
from donations.locks import lock
from donations.models import (
    EntryKind,
    Frequency,
    IntentState,
    LedgerEntry,
    Supporter,
    SupportIntent,
)
from donations.stripe_objects import CheckoutSession, Invoice
from donations.subscriptions import TWICE_WITHIN, NotOurs, sync_invoice, sync_subscription
from donations.supporters import supporter_of
from newsroom import crash_points
from newsroom.alerts import alert
from newsroom.models import Paper
from newsroom.paper import absolute

# A dispute, or the inquiry before it, that waits for what we say.
ANSWER_WANTED = {"needs_response", "warning_needs_response"}
STILL_OPEN = (IntentState.NEW, IntentState.OPEN, IntentState.PENDING)


def sync_session(
    session_id: str, *, is_patient: bool = True, is_news: bool = True
) -> SupportIntent:
    """Make the books equal to a checkout session as it is at Stripe now.

    What is no news to the supporter is not written to them. Raises NotOurs, locks.Busy and what
    `stripe_api` raises.
    """
    with transaction.atomic():
        lock(session_id, is_patient=is_patient)
        session = stripe_api.retrieve_session(session_id, is_patient=is_patient)
        crash_points.crash_point("after-retrieve")
        if not session.is_ours:
            raise NotOurs(f"session {session_id} does not carry our mark")
        intent = _intent_of(session)
        if session.is_subscription:
            state, supporter = _sync_subscribing(
                session, intent, is_patient=is_patient, is_news=is_news
            )
        else:
            state, supporter = _sync_payment(
                session, intent, is_patient=is_patient, is_news=is_news
            )
        return _close(intent, session, state, supporter)


def sync_payment(payment_intent: str, *, is_news: bool = True) -> LedgerEntry:
    """The entry of a payment; when it is not booked, find what stands behind it, and book it.

    Raises NotOurs and what `stripe_api` raises.
    """
    if entry := ledger.payment_of(payment_intent):
        return entry
    if invoice := stripe_api.invoice_of_payment_intent(payment_intent):
        sync_invoice(invoice, is_news=is_news)
    elif session := stripe_api.session_of_payment(payment_intent):
        sync_session(session.id, is_news=is_news)
    if entry := ledger.payment_of(payment_intent):
        return entry
    raise NotOurs(f"no payment in the ledger belongs to {payment_intent}")


def sync_settlement(charge_id: str) -> None:
    """What a charge came to on our account, which Stripe knows some time after it.

    Before the payment is booked there is nothing to do: booking it reads that too. Raises NotOurs
    and what `stripe_api` raises.
    """
    payment_intent = stripe_api.payment_intent_of_charge(charge_id)
    if payment_intent:
        with transaction.atomic():
            # Whoever books it at this moment may have read it before it was settled.
            lock(payment_intent)
            if ledger.payment_of(payment_intent) is not None:
                ledger.record_settlement(stripe_api.retrieve_payment(payment_intent))
                return
    raise NotOurs(f"no payment in the ledger belongs to charge {charge_id}")


def sync_refund(refund_id: str, *, is_news: bool = True) -> None:
    """Write down what went back, or failed to. Raises NotOurs and what `stripe_api` raises."""
    with transaction.atomic():
        lock(refund_id)
        refund = stripe_api.retrieve_refund(refund_id)
        crash_points.crash_point("after-retrieve")
        if not refund.payment_intent:
            raise NotOurs(f"refund {refund_id} belongs to no payment intent")
        payment = sync_payment(refund.payment_intent, is_news=is_news)
        entry = ledger.record_refund(payment, refund)
        if entry is not None and is_news:
            letters.send_refunded(entry)


def sync_dispute(dispute_id: str, *, is_news: bool = True) -> None:
    """Write down what a bank took or gave back. Raises NotOurs and what `stripe_api` raises."""
    with transaction.atomic():
        lock(dispute_id)
        dispute = stripe_api.retrieve_dispute(dispute_id)
        crash_points.crash_point("after-retrieve")
        if not dispute.payment_intent:
            raise NotOurs(f"dispute {dispute_id} belongs to no payment intent")
        payment = sync_payment(dispute.payment_intent, is_news=is_news)
        ledger.record_dispute(payment, dispute)
        if dispute.status in ANSWER_WANTED:
            alert(
                f"stripe.dispute:{dispute_id}",
                f"A bank questions payment {dispute.payment_intent} ({dispute.reason}). "
                "Answer in Stripe's dashboard, or give the money back.",
            )


def _sync_payment(
    session: CheckoutSession, intent: SupportIntent, *, is_patient: bool, is_news: bool
) -> tuple[IntentState, Supporter | None]:
    if not session.payment_intent or session.status != "complete":
        return _unpaid_state(session), None
    lock(session.payment_intent, is_patient=is_patient)
    payment = stripe_api.retrieve_payment(session.payment_intent, is_patient=is_patient)
    # The payment was read after its session, and may have arrived between the two.
    if not session.is_paid and payment.status != "succeeded":
        if payment.is_on_its_way:
            return IntentState.PENDING, None
        if is_news:
            _tell_of_failed_debit(session, intent)
        return IntentState.FAILED, None
    if known := ledger.payment_of(payment.id):
        return IntentState.PAID, known.supporter
    supporter = supporter_of(
        session.email, livemode=session.livemode, language=intent.language, since=payment.paid_at
    )
    entry = ledger.append(
        kind=EntryKind.PAYMENT,
        source=payment.id,
        payment_intent=payment.id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        livemode=payment.livemode,
        occurred_at=payment.paid_at,
        supporter=supporter,
        campaign_id=intent.campaign_id,
        prompt_id=intent.prompt_id,
        placement=intent.placement,
    )
    if entry is not None:
        if is_news:
            letters.send_receipt(entry, supporter, renews_at=None)
            _ask_about_two(entry)
        ledger.record_settlement(payment)
        _compare(intent, payment.amount_minor, payment.currency)
    return IntentState.PAID, supporter


def _sync_subscribing(
    session: CheckoutSession, intent: SupportIntent, *, is_patient: bool, is_news: bool
) -> tuple[IntentState, Supporter | None]:
    if not session.subscription:
        return _unpaid_state(session), None
    if session.invoice:
        subscription = sync_invoice(session.invoice, is_patient=is_patient, is_news=is_news)
    else:
        subscription = sync_subscription(
            session.subscription,
            has_paid=session.is_paid,
            is_patient=is_patient,
            is_news=is_news,
        )
    if session.is_paid and subscription is not None:
        if intent.state != IntentState.PAID:
            # The subscription may have another amount by now.
            _compare(intent, session.amount_minor, session.currency)
        return IntentState.PAID, subscription.supporter
    if session.status == "complete" and session.invoice:
        invoice = stripe_api.retrieve_invoice(session.invoice, is_patient=is_patient)
        if waits_for_the_bank(invoice, is_patient=is_patient):
            return IntentState.PENDING, None
        if is_news:
            _tell_of_failed_debit(session, intent, next_attempt_at=invoice.next_attempt_at)
        return IntentState.FAILED, None
    return _unpaid_state(session), None


def waits_for_the_bank(invoice: Invoice, *, is_patient: bool = True) -> bool:
    """Whether a debit is on its way for it, which it may be when its subscription is over.

    Also when it has arrived since we asked for the session: its own event says so.
    """
    if invoice.status == "paid":
        return True
    if not invoice.open_payment:
        return False
    payment = stripe_api.retrieve_payment(invoice.open_payment, is_patient=is_patient)
    return payment.has_not_failed


def _tell_of_failed_debit(
    session: CheckoutSession, intent: SupportIntent, *, next_attempt_at: datetime | None = None
) -> None:
    """Only what settles days later fails after its page was complete: the reader is long gone."""
    letters.send_debit_failed(
        intent,
        session.id,
        session.email,
        way_back=absolute(checkout.way_back(intent)),
        next_attempt_at=next_attempt_at,
    )


def _ask_about_two(new: LedgerEntry) -> None:
    """The same gift twice within the hour may be two tabs: the supporter knows."""
    twin = (
        LedgerEntry.objects.filter(
            kind=EntryKind.PAYMENT,
            supporter=new.supporter,
            interval="",
            amount_minor=new.amount_minor,
            currency=new.currency,
            occurred_at__range=(new.occurred_at - TWICE_WITHIN, new.occurred_at + TWICE_WITHIN),
        )
        .exclude(pk=new.pk)
        .first()
    )
    if twin is not None:
        alert(
            "payments.twice",
            f"Somebody gave the same twice within an hour: {twin.source} and {new.source}. "
            "They were asked whether they meant it.",
        )
        letters.send_paid_twice(new)


def _close(
    intent: SupportIntent,
    session: CheckoutSession,
    state: IntentState,
    supporter: Supporter | None,
) -> SupportIntent:
    """Write into the intent what became of one of its sessions."""
    if not intent._state.adding:
        # While we asked Stripe, the reader may have started anew: that attempt stays.
        intent = SupportIntent.objects.select_for_update(of=("self",)).get(pk=intent.pk)
    is_current = session.id == intent.session_id or (
        intent.session_id is None and session.expires_at == intent.expires_at
    )
    intent.supporter = intent.supporter or supporter
    if intent.state != IntentState.PAID and (is_current or state == IntentState.PAID):
        intent.state = state
        intent.session_id = session.id
        intent.closed_at = None if state in STILL_OPEN else now()
    intent.save()
    return intent


def _unpaid_state(session: CheckoutSession) -> IntentState:
    if session.status == "expired":
        return IntentState.EXPIRED
    return IntentState.PENDING if session.status == "complete" else IntentState.OPEN


def _compare(intent: SupportIntent, amount_minor: int, currency: str) -> None:
    if (intent.amount_minor, intent.currency) != (amount_minor, currency):
        alert(
            "stripe.other_amount",
            f"Stripe took another amount than support intent {intent.pk} asked for. "
            "The ledger has Stripe's figures.",
        )


def _intent_of(session: CheckoutSession) -> SupportIntent:
    """The wish behind a session; rebuilt from it when our row is gone."""
    try:
        reference = uuid.UUID(session.support_intent)
    except ValueError as error:
        raise NotOurs(f"session {session.id} names no support intent") from error
    intent = SupportIntent.objects.filter(pk=reference).first()
    if intent is not None:
        return intent
    alert(
        "stripe.intent_missing",
        f"Checkout session {session.id} is ours, but its support intent was gone. "
        "It was rebuilt without its campaign.",
    )
    frequency = Frequency.ONCE
    if session.is_subscription and session.subscription:
        frequency = Frequency(stripe_api.retrieve_subscription(session.subscription).interval)
    return SupportIntent(
        pk=reference,
        nonce=f"rebuilt:{reference}",
        frequency=frequency,
        amount_minor=session.amount_minor,
        currency=session.currency,
        language=session.language or Paper.load().language,
        session_id=session.id,
        livemode=session.livemode,
        created_at=session.created_at,
        expires_at=session.expires_at,
    )
