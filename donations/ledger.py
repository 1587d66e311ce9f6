"""The ledger: append what happened to money, once. Nothing here changes an entry."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from donations.models import EntryKind, LedgerEntry, Subscription
from donations.stripe_objects import BalanceTransaction, Dispute, InvoicePayment, Payment, Refund
from newsroom import crash_points
from newsroom.alerts import alert

logger = logging.getLogger(__name__)

# Before the source of the entry that an adjustment corrects.
ADJUSTMENT = "adjustment:"
# The columns of an entry that is to be written.
Facts = dict[str, Any]


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
    crash_points.crash_point("after-ledger-before-commit")
    logger.info("ledger_entry kind=%s source=%s", entry.kind, entry.source)
    return entry


def payment_of(payment_intent: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(kind=EntryKind.PAYMENT, payment_intent=payment_intent).first()


def record_settlement(payment: Payment) -> LedgerEntry | None:
    """What Stripe kept of a payment, and what the payment came to on our account.

    Known up to an hour after it; None until then, and while the payment is not booked.
    """
    entry = payment_of(payment.id)
    if entry is None or payment.settlement is None:
        return None
    return append(**of_settlement(entry, payment.settlement))


def record_refund(payment: LedgerEntry, refund: Refund) -> LedgerEntry | None:
    """What went back to the supporter; when the bank sends it back to us, that too.

    Gives the refund's entry when it is new and stands.
    """
    written = [append(**facts) for facts in of_refund(payment, refund)]
    _watch_net_of(payment)
    return written[0] if refund.stands else None


def record_dispute(payment: LedgerEntry, dispute: Dispute) -> None:
    """What a bank took from us, and gave back: an entry for each movement on our account."""
    for facts in of_dispute(payment, dispute):
        append(**facts)
    _watch_net_of(payment)


def value_of(entry: LedgerEntry, adjustments: Sequence[LedgerEntry]) -> dict[str, int]:
    """What stands in the books for the source of an entry: amounts by currency, none of them 0."""
    found: dict[str, int] = {}
    for each in (entry, *adjustments):
        found[each.currency] = found.get(each.currency, 0) + each.amount_minor
    return {currency: minor for currency, minor in found.items() if minor}


def adjusted_source(adjustment: LedgerEntry) -> str:
    """The source of the entry that an adjustment corrects."""
    return adjustment.source.removeprefix(ADJUSTMENT).partition("#")[0]


def adjustments_of(entry: LedgerEntry) -> list[LedgerEntry]:
    """What was appended to correct this entry, oldest first."""
    begun = LedgerEntry.objects.filter(
        kind=EntryKind.ADJUSTMENT, source__startswith=f"{ADJUSTMENT}{entry.source}"
    )
    return [each for each in begun.order_by("pk") if adjusted_source(each) == entry.source]


def adjust(entry: LedgerEntry, to: dict[str, int], *, at: datetime) -> list[LedgerEntry]:
    """Append what brings an entry's source to these amounts by currency; the entry itself stays."""
    known = adjustments_of(entry)
    stands = value_of(entry, known)
    written: list[LedgerEntry] = []
    for currency in sorted({*stands, *to}):
        missing = to.get(currency, 0) - stands.get(currency, 0)
        number = len(known) + len(written) + 1
        if missing and (
            made := append(
                kind=EntryKind.ADJUSTMENT,
                source=f"{ADJUSTMENT}{entry.source}" + (f"#{number}" if number > 1 else ""),
                amount_minor=missing,
                currency=currency,
                occurred_at=at,
                **_belongings_of(entry),
            )
        ):
            written.append(made)
    return written


def of_invoice(subscription: Subscription, paid: InvoicePayment) -> Facts:
    """The entry of a payment of a subscription."""
    return {
        "kind": EntryKind.PAYMENT,
        "source": paid.id,
        "payment_intent": paid.payment_intent,
        "amount_minor": paid.amount_minor,
        "currency": paid.currency,
        "interval": subscription.interval,
        "livemode": subscription.livemode,
        "occurred_at": paid.paid_at,
        "supporter_id": subscription.supporter_id,
        "subscription_id": subscription.pk,
        "campaign_id": subscription.campaign_id,
        "prompt_id": subscription.prompt_id,
        "placement": subscription.placement,
    }


def of_settlement(payment: LedgerEntry, settled: BalanceTransaction) -> Facts:
    """The entry of a fee, which carries what the whole came to on our account."""
    return {
        "kind": EntryKind.FEE,
        "source": settled.id,
        "amount_minor": -settled.fee_minor,
        "currency": settled.currency,
        "occurred_at": settled.at,
        **_settlement(settled),
        **_belongings_of(payment),
    }


def of_refund(payment: LedgerEntry, refund: Refund) -> list[Facts]:
    """The entries of a refund as it is now; its own is the first."""
    found: list[Facts] = [
        {
            "kind": EntryKind.REFUND,
            "source": refund.id,
            "amount_minor": -refund.amount_minor,
            "currency": refund.currency,
            "occurred_at": refund.created_at,
            **_belongings_of(payment),
        },
        *_of_exchange(payment, refund.settlement),
    ]
    if not refund.stands:
        failed = refund.failure_settlement
        found.append(
            {
                "kind": EntryKind.REFUND_FAILED,
                "source": f"{refund.id}:failed",
                "amount_minor": refund.amount_minor,
                "currency": refund.currency,
                "occurred_at": failed.at if failed else refund.created_at,
                **_belongings_of(payment),
            }
        )
        found += _of_exchange(payment, failed)
    return found


def of_dispute(payment: LedgerEntry, dispute: Dispute) -> list[Facts]:
    """The entries of a dispute as it is now: none while it is an inquiry."""
    found: list[Facts] = []
    taken = sum(-each.amount_minor for each in dispute.transactions if each.amount_minor < 0)
    for each in dispute.transactions:
        found.append(
            {
                "kind": EntryKind.DISPUTE if each.amount_minor < 0 else EntryKind.DISPUTE_RETURNED,
                "source": each.id,
                "amount_minor": _of_the_dispute(each, dispute, taken),
                "currency": dispute.currency,
                "occurred_at": each.at,
                **_settlement(each),
                **_belongings_of(payment),
            }
        )
        if each.fee_minor:
            found.append(
                {
                    "kind": EntryKind.FEE,
                    "source": f"{each.id}:fee",
                    "amount_minor": -each.fee_minor,
                    "currency": each.currency,
                    "occurred_at": each.at,
                    **_belongings_of(payment),
                }
            )
    return found


def _of_the_dispute(moved: BalanceTransaction, dispute: Dispute, taken: int) -> int:
    """A movement in the currency of the payment: as it is, or its share of the disputed amount."""
    if moved.currency == dispute.currency or not taken:
        return moved.amount_minor
    sign = -1 if moved.amount_minor < 0 else 1
    share = abs(moved.amount_minor) * dispute.amount_minor * 2 + taken
    return sign * (share // (2 * taken))  # to the nearest minor unit


def _of_exchange(payment: LedgerEntry, settled: BalanceTransaction | None) -> list[Facts]:
    """A refund without fee, on an account of its own currency, settles as what it is."""
    if settled is not None and (settled.fee_minor or settled.currency != payment.currency):
        return [of_settlement(payment, settled)]
    return []


def _settlement(settled: BalanceTransaction) -> dict[str, Any]:
    return {
        "settled_minor": settled.amount_minor,
        "settlement_currency": settled.currency,
        "exchange_rate": settled.exchange_rate,
    }


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
