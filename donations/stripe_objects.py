"""What we read of Stripe's objects. Amounts are minor units, times aware UTC; what is not there
is empty.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Marks what is ours on an account that others use too.
MARK = ("newsroom", "support")


@dataclass(frozen=True)
class CheckoutSession:
    id: str
    url: str
    status: str  # open, complete, expired
    is_paid: bool
    is_subscription: bool
    amount_minor: int
    currency: str
    payment_intent: str
    subscription: str
    invoice: str
    email: str
    support_intent: str
    is_ours: bool
    livemode: bool
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class StripeSubscription:
    id: str
    customer: str
    email: str
    status: str
    amount_minor: int
    currency: str
    interval: str  # month, year
    current_period_end: datetime | None
    cancel_at_period_end: bool
    started_at: datetime
    ended_at: datetime | None
    latest_invoice: str
    support_intent: str
    is_ours: bool
    livemode: bool


@dataclass(frozen=True)
class InvoicePayment:
    id: str
    payment_intent: str
    amount_minor: int
    currency: str
    paid_at: datetime


@dataclass(frozen=True)
class Invoice:
    id: str
    subscription: str
    paid: tuple[InvoicePayment, ...]


@dataclass(frozen=True)
class Fee:
    """What Stripe kept, in the currency that the account is settled in."""

    id: str  # txn_…
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True)
class Payment:
    """A payment intent with its charge."""

    id: str
    status: str
    amount_minor: int  # received
    currency: str
    paid_at: datetime
    fee: Fee | None
    support_intent: str
    is_ours: bool
    livemode: bool


@dataclass(frozen=True)
class Refund:
    id: str
    status: str
    amount_minor: int
    currency: str
    payment_intent: str
    created_at: datetime


@dataclass(frozen=True)
class Customer:
    id: str
    email: str
    is_deleted: bool


def mark(support_intent: str) -> dict[str, str]:
    """Metadata by which we know our own again."""
    return {MARK[0]: MARK[1], "intent": support_intent}


def session_of(found: dict[str, Any]) -> CheckoutSession:
    metadata = found.get("metadata") or {}
    return CheckoutSession(
        id=found["id"],
        url=found.get("url") or "",
        status=found.get("status") or "",
        is_paid=found["payment_status"] in {"paid", "no_payment_required"},
        is_subscription=found["mode"] == "subscription",
        amount_minor=found.get("amount_total") or 0,
        currency=found.get("currency") or "",
        payment_intent=id_of(found.get("payment_intent")),
        subscription=id_of(found.get("subscription")),
        invoice=id_of(found.get("invoice")),
        email=(found.get("customer_details") or {}).get("email") or "",
        support_intent=metadata.get("intent") or found.get("client_reference_id") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
        created_at=moment(found["created"]),
        expires_at=moment(found["expires_at"]),
    )


def subscription_of(found: dict[str, Any]) -> StripeSubscription:
    metadata = found.get("metadata") or {}
    items = found["items"]["data"]
    price = items[0]["price"]
    customer = found["customer"]
    ends = [each["current_period_end"] for each in items if each.get("current_period_end")]
    return StripeSubscription(
        id=found["id"],
        customer=id_of(customer),
        email=customer_of(customer).email if isinstance(customer, dict) else "",
        status=found["status"],
        amount_minor=sum(
            (each["price"].get("unit_amount") or 0) * (each.get("quantity") or 1) for each in items
        ),
        currency=found["currency"],
        interval=(price.get("recurring") or {}).get("interval") or "",
        current_period_end=moment(max(ends)) if ends else None,
        cancel_at_period_end=bool(found.get("cancel_at_period_end") or found.get("cancel_at")),
        started_at=moment(found["start_date"]),
        ended_at=moment(found["ended_at"]) if found.get("ended_at") else None,
        latest_invoice=id_of(found.get("latest_invoice")),
        support_intent=metadata.get("intent") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
    )


def invoice_of(found: dict[str, Any]) -> Invoice:
    details = (found.get("parent") or {}).get("subscription_details") or {}
    payments = (found.get("payments") or {}).get("data") or []
    return Invoice(
        id=found["id"],
        subscription=id_of(details.get("subscription")),
        paid=tuple(
            InvoicePayment(
                id=each["id"],
                payment_intent=id_of(each["payment"].get("payment_intent")),
                amount_minor=each.get("amount_paid") or 0,
                currency=each["currency"],
                paid_at=moment(
                    (each.get("status_transitions") or {}).get("paid_at") or each["created"]
                ),
            )
            for each in payments
            if each["status"] == "paid" and each.get("amount_paid")
        ),
    )


def payment_of(found: dict[str, Any]) -> Payment:
    metadata = found.get("metadata") or {}
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    balance = charge.get("balance_transaction")
    fee = None
    if isinstance(balance, dict) and balance.get("fee"):
        fee = Fee(balance["id"], balance["fee"], balance["currency"], moment(balance["created"]))
    return Payment(
        id=found["id"],
        status=found["status"],
        amount_minor=found.get("amount_received") or 0,
        currency=found["currency"],
        paid_at=moment(charge.get("created") or found["created"]),
        fee=fee,
        support_intent=metadata.get("intent") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
    )


def refund_of(found: dict[str, Any]) -> Refund:
    return Refund(
        id=found["id"],
        status=found.get("status") or "",
        amount_minor=found["amount"],
        currency=found["currency"],
        payment_intent=id_of(found.get("payment_intent")),
        created_at=moment(found["created"]),
    )


def customer_of(found: dict[str, Any]) -> Customer:
    return Customer(found["id"], found.get("email") or "", bool(found.get("deleted")))


def id_of(value: object) -> str:
    """An object's id, whether or not it was expanded; empty for null."""
    if isinstance(value, dict):
        return str(value["id"])
    return str(value) if value else ""


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
