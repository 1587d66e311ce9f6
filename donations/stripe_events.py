"""What an event makes us do. It only says which object to look at: the object is read again."""

import logging
import random
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.timezone import now

from donations import inbox, stripe_api
from donations.models import EventState, StripeEvent, Subscription
from donations.payments import (
    sync_dispute,
    sync_payment,
    sync_refund,
    sync_session,
    sync_settlement,
)
from donations.stripe_api import StripeGone
from donations.subscriptions import NotOurs, sync_invoice, sync_subscription
from donations.supporters import normalised
from newsroom import crash_points
from newsroom.alerts import alert

logger = logging.getLogger(__name__)

# Seconds until the next try, by the number of tries so far; after the last, a person must look.
RETRY_AFTER = (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)


def apply(event_id: int) -> None:
    """Apply a stored event, in one transaction, unless that was done. Queues its own next try."""
    event = StripeEvent.objects.filter(pk=event_id, state=EventState.STORED).first()
    if event is None:
        return
    crash_points.crash_point("after-job-taken")
    try:
        with transaction.atomic():
            if event.livemode != settings.STRIPE_LIVEMODE:
                raise NotOurs("it is of the other mode: test data, or real money")
            handle = HANDLERS.get(event.type)
            if handle is None or not event.object_id:
                raise NotOurs("we do not act on this type")
            handle(event.object_id)
            _close(event, EventState.APPLIED)
            crash_points.crash_point("after-close-before-commit")
        crash_points.crash_point("after-commit-before-mail")
    except NotOurs as reason:
        _close(event, EventState.IGNORED, str(reason))
    except StripeGone as gone:
        _close(event, EventState.DEAD, f"Stripe no longer knows it: {gone}")
    except Exception as error:
        # One that fails must not keep others waiting; it comes again by itself.
        logger.error(
            "stripe_event_failed id=%s type=%s reason=%s\n%s",
            event.event_id, event.type, _reason(error),
            "".join(traceback.format_tb(error.__traceback__)),
        )  # fmt: skip
        _postpone(event, error)


def _close(event: StripeEvent, state: EventState, reason: str = "") -> None:
    event.state, event.error, event.applied_at = state, reason, now()
    event.attempts += 1
    event.save(update_fields=["state", "error", "applied_at", "attempts"])
    logger.info("stripe_event_%s id=%s type=%s", state, event.event_id, event.type)


def _postpone(event: StripeEvent, error: Exception) -> None:
    # What a refused commit took back is still in memory; one whose answer was lost is done.
    event.refresh_from_db()
    if event.state != EventState.STORED:
        return
    event.attempts += 1
    event.error = _reason(error)
    if event.attempts > len(RETRY_AFTER):
        event.state = EventState.DEAD
        alert("stripe.event_failed", f"Stripe's event {event.event_id} could not be applied.")
    with transaction.atomic():
        event.save(update_fields=["state", "error", "attempts"])
        if event.state == EventState.STORED:
            # What failed together does not come back together, to a Stripe that is overloaded.
            spread = random.uniform(1, 1.2)  # noqa: S311 - chance, not a secret
            wait = timedelta(seconds=RETRY_AFTER[event.attempts - 1] * spread)
            inbox.queue(event.pk, at=now() + wait)


def _reason(error: Exception) -> str:
    """For the log and the desk. What a database says of a row may name a person."""
    name = type(error).__name__
    return name if isinstance(error, DatabaseError) else f"{name}: {error}"[:500]


def _invoice_payment(invoice_payment_id: str) -> None:
    sync_invoice(stripe_api.invoice_of_payment(invoice_payment_id))


def _fraud_warning(warning_id: str) -> None:
    """A bank says that a card was stolen: giving the money back now spares us a dispute."""
    payment_intent = stripe_api.payment_intent_of_warning(warning_id)
    if not payment_intent:
        raise NotOurs(f"warning {warning_id} names no payment")
    payment = sync_payment(payment_intent)
    alert(
        f"stripe.fraud_warning:{payment_intent}",
        f"A bank warns that {payment.source} may be fraud. Give it back before it is disputed.",
    )


def _customer(customer_id: str) -> None:
    """A deleted customer's subscriptions end. A changed address is for a person to follow: it
    would move to somebody else what only the supporter may do.
    """
    # In one order everywhere, so that two of these never wait for each other.
    known = (
        Subscription.objects.filter(customer_id=customer_id)
        .select_related("supporter")
        .order_by("stripe_id")
    )
    if not known:
        raise NotOurs(f"customer {customer_id} has no subscription here")
    customer = stripe_api.retrieve_customer(customer_id)
    for subscription in known:
        sync_subscription(subscription.stripe_id)
    address = normalised(customer.email)
    if not customer.is_deleted and any(each.supporter.email != address for each in known):
        alert(
            f"stripe.address:{customer_id}",
            f"Customer {customer_id} has another address at Stripe than here. "
            "Ask the supporter before you change it.",
        )


HANDLERS: dict[str, Callable[[str], object]] = {
    "checkout.session.completed": sync_session,
    "checkout.session.async_payment_succeeded": sync_session,
    "checkout.session.async_payment_failed": sync_session,
    "checkout.session.expired": sync_session,
    "customer.subscription.created": sync_subscription,
    "customer.subscription.updated": sync_subscription,
    "customer.subscription.deleted": sync_subscription,
    "customer.subscription.paused": sync_subscription,
    "customer.subscription.resumed": sync_subscription,
    "invoice.paid": sync_invoice,
    "invoice.payment_failed": sync_invoice,
    "invoice.payment_action_required": sync_invoice,
    "invoice_payment.paid": _invoice_payment,
    "charge.updated": sync_settlement,
    "refund.created": sync_refund,
    "refund.updated": sync_refund,
    "refund.failed": sync_refund,
    "charge.dispute.created": sync_dispute,
    "charge.dispute.updated": sync_dispute,
    "charge.dispute.closed": sync_dispute,
    "charge.dispute.funds_withdrawn": sync_dispute,
    "charge.dispute.funds_reinstated": sync_dispute,
    "radar.early_fraud_warning.created": _fraud_warning,
    "customer.updated": _customer,
    "customer.deleted": _customer,
}
