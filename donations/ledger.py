"""The ledger: append what happened to money, once. Nothing here changes an entry."""

import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from donations.models import EntryKind, LedgerEntry
from donations.stripe_objects import Payment, Refund
from newsroom.alerts import alert

logger = logging.getLogger(__name__)


def append(**facts: Any) -> LedgerEntry | None:
    """Write an entry; None when what it records is there already.

    Known by its `source`, and a payment also by its `payment_intent`, whoever writes it first.
    """
    known = Q(source=facts["source"])
    if facts["kind"] == EntryKind.PAYMENT and facts.get("payment_intent"):
        known |= Q(kind=EntryKind.PAYMENT, payment_intent=facts["payment_intent"])
    if LedgerEntry.objects.filter(known).exists():
        return None
    try:
        with transaction.atomic():
            entry = LedgerEntry.objects.create(**facts)
    except IntegrityError:
        if LedgerEntry.objects.filter(known).exists():
            return None
        raise
    logger.info("ledger_entry kind=%s source=%s", entry.kind, entry.source)
    return entry


def payment_of(payment_intent: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(kind=EntryKind.PAYMENT, payment_intent=payment_intent).first()


def record_fee(payment: Payment) -> LedgerEntry | None:
    """What Stripe kept, known up to an hour after the payment; None without fee or payment."""
    entry = payment_of(payment.id)
    if entry is None or payment.fee is None:
        return None
    return append(
        kind=EntryKind.FEE,
        source=payment.fee.id,
        amount_minor=-payment.fee.amount_minor,
        currency=payment.fee.currency,
        occurred_at=payment.fee.at,
        **_belongings_of(entry),
    )


def record_refund(entry: LedgerEntry, refund: Refund) -> None:
    """What went back to the supporter; when the bank sends it back to us, that too."""
    if refund.status in {"pending", "succeeded", "requires_action"}:
        append(
            kind=EntryKind.REFUND,
            source=refund.id,
            amount_minor=-refund.amount_minor,
            currency=refund.currency,
            occurred_at=refund.created_at,
            **_belongings_of(entry),
        )
    elif LedgerEntry.objects.filter(source=refund.id).exists():  # it failed, or was cancelled
        append(
            kind=EntryKind.REFUND_FAILED,
            source=f"{refund.id}:failed",
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            occurred_at=refund.created_at,
            **_belongings_of(entry),
        )
    _watch_net_of(entry)


def _belongings_of(payment: LedgerEntry) -> dict[str, Any]:
    """What an entry shares with the payment that it follows from."""
    return {
        "payment_intent": payment.payment_intent,
        "interval": payment.interval,
        "livemode": payment.livemode,
        "supporter_id": payment.supporter_id,
        "subscription_id": payment.subscription_id,
        "campaign_id": payment.campaign_id,
        "prompt_id": payment.prompt_id,
        "placement": payment.placement,
    }


def _watch_net_of(payment: LedgerEntry) -> None:
    net = (
        LedgerEntry.objects.filter(payment_intent=payment.payment_intent)
        .exclude(kind=EntryKind.FEE)
        .aggregate(net=Sum("amount_minor"))["net"]
    )
    if net < 0:
        alert("ledger.below_zero", f"More went back than was paid: {payment.payment_intent}.")
