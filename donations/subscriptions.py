"""Monthly and yearly support: a mirror of Stripe's subscriptions, and what they pay."""

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from donations import ledger, letters, stripe_api
from donations.letters import MOST_FAILURE_LETTERS
from donations.locks import lock
from donations.models import Subscription, Supporter, SupportIntent
from donations.models.subscription import ACTIVE
from donations.stripe_objects import Invoice, StripeSubscription
from donations.supporters import supporter_of
from newsroom import crash_points
from newsroom.alerts import alert
from newsroom.models import Paper

logger = logging.getLogger(__name__)

# Without a payment that we know of, in these nothing was ever paid.
UNPAID = {"incomplete", "incomplete_expired", "canceled"}
# Two of the same so close together may be two tabs.
TWICE_WITHIN = timedelta(hours=1)


class NotOurs(Exception):
    """Something else on the same Stripe account, or nothing that we know yet."""


def sync_subscription(
    subscription_id: str, *, has_paid: bool = False, is_patient: bool = True, is_news: bool = True
) -> Subscription | None:
    """Make the mirror equal to Stripe's subscription as it is now.

    None while nothing was paid for it: a supporter exists from the first payment on. What is no
    news to the supporter, such as what a reconciliation finds, is not written to them. Raises
    NotOurs and what `stripe_api` raises.
    """
    with transaction.atomic():
        lock(subscription_id, is_patient=is_patient)
        found = stripe_api.retrieve_subscription(subscription_id, is_patient=is_patient)
        crash_points.crash_point("after-retrieve")
        if not found.is_ours:
            raise NotOurs(f"subscription {subscription_id} does not carry our mark")
        mirror = Subscription.objects.filter(stripe_id=found.id).first()
        is_new = mirror is None
        if mirror is None:
            if not has_paid and not was_ever_paid(
                found, _latest_invoice(found, is_patient=is_patient)
            ):
                return None
            mirror = _new_mirror(found)
        mirror.customer_id = found.customer
        mirror.status = found.status
        mirror.amount_minor = found.amount_minor
        mirror.currency = found.currency
        mirror.interval = found.interval
        mirror.current_period_end = found.current_period_end
        mirror.cancel_at_period_end = found.cancel_at_period_end
        mirror.is_paused = found.is_paused
        mirror.started_at = found.started_at
        mirror.ended_at = found.ended_at
        mirror.synced_at = now()
        mirror.save()
        if is_new and is_news:
            _ask_about_two(mirror)
        return mirror


def sync_invoice(
    invoice_id: str, *, is_patient: bool = True, is_news: bool = True
) -> Subscription | None:
    """Write what an invoice of a subscription brought: a ledger entry and a receipt a payment.

    When its payment failed and will be tried again, a letter a try, three at most.

    Raises NotOurs and what `stripe_api` raises.
    """
    with transaction.atomic():
        invoice = stripe_api.retrieve_invoice(invoice_id, is_patient=is_patient)
        if not invoice.subscription:
            raise NotOurs(f"invoice {invoice_id} belongs to no subscription")
        subscription = sync_subscription(
            invoice.subscription,
            has_paid=bool(invoice.paid),
            is_patient=is_patient,
            is_news=is_news,
        )
        for paid in invoice.paid:
            assert subscription is not None
            if paid.payment_intent:
                lock(paid.payment_intent, is_patient=is_patient)
            entry = ledger.append(**ledger.of_invoice(subscription, paid))
            if entry is None:
                continue
            if is_news:
                letters.send_receipt(
                    entry, subscription.supporter, renews_at=subscription.current_period_end
                )
            if paid.payment_intent:
                ledger.record_settlement(
                    stripe_api.retrieve_payment(paid.payment_intent, is_patient=is_patient)
                )
        if is_news and subscription is not None:
            _tell_of_failure(invoice, subscription)
        return subscription


def was_ever_paid(found: StripeSubscription, latest: Invoice | None) -> bool:
    """While a bank debit is on its way, Stripe calls a subscription active before it is paid."""
    if found.status in UNPAID:
        return False
    return latest is None or not latest.is_first or latest.status == "paid"


def _latest_invoice(found: StripeSubscription, *, is_patient: bool) -> Invoice | None:
    if found.status in UNPAID or not found.latest_invoice:
        return None
    return stripe_api.retrieve_invoice(found.latest_invoice, is_patient=is_patient)


def _tell_of_failure(invoice: Invoice, subscription: Subscription) -> None:
    """A letter a try, the first three; also when no other try follows, for then support ends.

    A first payment that fails does so before the reader's eyes, or has its own letter.
    """
    is_unpaid = invoice.status in {"open", "uncollectible"} and not invoice.is_first
    if not is_unpaid or subscription.is_paused:
        return
    if not 1 <= invoice.attempt_count <= MOST_FAILURE_LETTERS:
        return
    asks_confirmation = False
    if invoice.open_payment:
        payment = stripe_api.retrieve_payment(invoice.open_payment)
        if payment.has_not_failed:
            return  # this is word of an earlier try
        asks_confirmation = payment.asks_confirmation
    letters.send_payment_failed(subscription, invoice, asks_confirmation=asks_confirmation)


def _ask_about_two(new: Subscription) -> None:
    """A second subscription is taken like any other; its supporter is asked whether they meant it.

    Two that come at once wait for each other here, so that one of them sees both.
    """
    supporter = Supporter.objects.select_for_update().get(pk=new.supporter_id)
    others = [*supporter.subscriptions.active(now()).exclude(pk=new.pk).order_by("started_at")]
    if new.status not in ACTIVE or not others:
        return
    letters.send_two_subscriptions(new, others)
    for other in others:
        if abs(new.started_at - other.started_at) < TWICE_WITHIN:
            alert(
                "payments.twice",
                f"Somebody began to give twice within an hour: {other.stripe_id} and "
                f"{new.stripe_id}. They were asked whether they meant it.",
            )


def _new_mirror(found: StripeSubscription) -> Subscription:
    """With what the reader wanted, as far as we still know it."""
    wish = _intent(found.support_intent)
    return Subscription(
        stripe_id=found.id,
        livemode=found.livemode,
        supporter=supporter_of(
            found.email,
            livemode=found.livemode,
            language=wish.language if wish else found.language or Paper.load().language,
            since=found.started_at,
        ),
        campaign_id=wish.campaign_id if wish else None,
        prompt_id=wish.prompt_id if wish else None,
        placement=wish.placement if wish else "",
    )


def _intent(reference: str) -> SupportIntent | None:
    try:
        return SupportIntent.objects.filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return None
