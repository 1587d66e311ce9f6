"""What we read of Stripe's objects. Amounts are minor units, times aware UTC; what is not there
is empty.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

# Marks what is ours on an account that others use too.
MARK = ("newsroom", "support")
# How a bank says that it would pay, if it saw the payer.
ASK_WHO_PAYS = {"authentication_required", "payment_intent_authentication_failure"}


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
    language: str  # of whoever started it
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
    is_paused: bool
    started_at: datetime
    ended_at: datetime | None
    latest_invoice: str
    support_intent: str
    language: str  # of whoever started it
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
    status: str  # draft, open, paid, uncollectible, void
    subscription: str
    amount_minor: int
    currency: str
    paid: tuple[InvoicePayment, ...]
    # Of the tries to charge it that failed, how many; and when Stripe tries again.
    attempt_count: int
    next_attempt_at: datetime | None
    is_first: bool  # of its subscription
    open_payment: str  # the payment intent that would pay it
    # As far as the invoice itself says; its subscription may have been marked since.
    is_ours: bool
    livemode: bool
    created_at: datetime


@dataclass(frozen=True)
class BalanceTransaction:
    """What something came to in the currency that the account is settled in."""

    id: str  # txn_…
    amount_minor: int  # signed, before the fee
    fee_minor: int
    currency: str
    exchange_rate: Decimal | None  # None: nothing was exchanged
    at: datetime


@dataclass(frozen=True)
class Payment:
    """A payment intent with its charge."""

    id: str
    status: str
    amount_minor: int  # received
    currency: str
    paid_at: datetime
    settlement: BalanceTransaction | None  # up to an hour later than the payment
    support_intent: str
    is_ours: bool
    livemode: bool
    asks_confirmation: bool = False  # the bank wants to see the payer

    @property
    def is_on_its_way(self) -> bool:
        """A debit that the bank has not answered yet."""
        return self.status in {"processing", "requires_capture"}

    @property
    def has_not_failed(self) -> bool:
        """On its way, or arrived since its invoice was read."""
        return self.is_on_its_way or self.status == "succeeded"


@dataclass(frozen=True)
class Refund:
    id: str
    status: str
    amount_minor: int
    currency: str
    payment_intent: str
    settlement: BalanceTransaction | None
    failure_settlement: BalanceTransaction | None
    created_at: datetime

    @property
    def stands(self) -> bool:
        """Whether the money went back, or will."""
        return self.status in {"pending", "succeeded", "requires_action"}


@dataclass(frozen=True)
class Dispute:
    """`transactions` move its money: none for an inquiry, one taken, another when it comes back."""

    id: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    payment_intent: str
    transactions: tuple[BalanceTransaction, ...]
    created_at: datetime


@dataclass(frozen=True)
class Customer:
    id: str
    email: str
    is_deleted: bool


def mark(support_intent: str, language: str) -> dict[str, str]:
    """Metadata by which we know our own again, and the language of whoever started it."""
    return {MARK[0]: MARK[1], "intent": support_intent, "language": language}


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
        language=_language(metadata),
        is_ours=_is_marked(metadata),
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
        is_paused=bool(found.get("pause_collection")) or found["status"] == "paused",
        started_at=moment(found["start_date"]),
        ended_at=moment(found["ended_at"]) if found.get("ended_at") else None,
        latest_invoice=id_of(found.get("latest_invoice")),
        support_intent=metadata.get("intent") or "",
        language=_language(metadata),
        is_ours=_is_marked(metadata)
        or _is_adopted({id_of(each["price"].get("product")) for each in items}),
        livemode=found["livemode"],
    )


def invoice_of(found: dict[str, Any]) -> Invoice:
    details = (found.get("parent") or {}).get("subscription_details") or {}
    payments = (found.get("payments") or {}).get("data") or []
    return Invoice(
        id=found["id"],
        status=found.get("status") or "",
        subscription=id_of(details.get("subscription")),
        amount_minor=found.get("amount_due") or 0,
        currency=found["currency"],
        attempt_count=found.get("attempt_count") or 0,
        next_attempt_at=moment(again) if (again := found.get("next_payment_attempt")) else None,
        is_ours=_is_marked(details.get("metadata") or {}) or _is_adopted(_products_of(found)),
        livemode=found["livemode"],
        created_at=moment(found["created"]),
        is_first=found.get("billing_reason") == "subscription_create",
        open_payment=next(
            (
                id_of(each["payment"].get("payment_intent"))
                for each in payments
                if each["status"] == "open"
            ),
            "",
        ),
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
    return Payment(
        id=found["id"],
        status=found["status"],
        amount_minor=found.get("amount_received") or 0,
        currency=found["currency"],
        paid_at=moment(charge.get("created") or found["created"]),
        settlement=balance_transaction_of(charge.get("balance_transaction")),
        support_intent=metadata.get("intent") or "",
        is_ours=_is_marked(metadata),
        livemode=found["livemode"],
        asks_confirmation=found["status"] == "requires_action"
        or (found.get("last_payment_error") or {}).get("code") in ASK_WHO_PAYS,
    )


def refund_of(found: dict[str, Any]) -> Refund:
    return Refund(
        id=found["id"],
        status=found.get("status") or "",
        amount_minor=found["amount"],
        currency=found["currency"],
        payment_intent=id_of(found.get("payment_intent")),
        settlement=balance_transaction_of(found.get("balance_transaction")),
        failure_settlement=balance_transaction_of(found.get("failure_balance_transaction")),
        created_at=moment(found["created"]),
    )


def dispute_of(found: dict[str, Any]) -> Dispute:
    transactions = map(balance_transaction_of, found.get("balance_transactions") or [])
    return Dispute(
        id=found["id"],
        status=found["status"],
        reason=found.get("reason") or "",
        amount_minor=found["amount"],
        currency=found["currency"],
        payment_intent=id_of(found.get("payment_intent")),
        transactions=tuple(each for each in transactions if each is not None),
        created_at=moment(found["created"]),
    )


def balance_transaction_of(found: object) -> BalanceTransaction | None:
    """None when it is not there yet, or not expanded."""
    if not isinstance(found, dict):
        return None
    rate = found.get("exchange_rate")
    return BalanceTransaction(
        id=found["id"],
        amount_minor=found["amount"],
        fee_minor=found.get("fee") or 0,
        currency=found["currency"],
        exchange_rate=Decimal(str(rate)) if rate is not None else None,
        at=moment(found["created"]),
    )


def customer_of(found: dict[str, Any]) -> Customer:
    return Customer(found["id"], found.get("email") or "", bool(found.get("deleted")))


def _is_marked(metadata: dict[str, Any]) -> bool:
    return bool(metadata.get(MARK[0]) == MARK[1])


def _language(metadata: dict[str, Any]) -> str:
    """Empty when nobody said it, or in a language that we do not speak."""
    language = str(metadata.get("language") or "")
    return language if language in dict(settings.LANGUAGES) else ""


def _is_adopted(products: set[str]) -> bool:
    """Support of another system on the same account, which the paper has named as its own."""
    return bool(products) and products <= set(settings.STRIPE_PRODUCTS)


def _products_of(invoice: dict[str, Any]) -> set[str]:
    lines = (invoice.get("lines") or {}).get("data") or []
    prices = [(each.get("pricing") or {}).get("price_details") or {} for each in lines]
    return {id_of(each.get("product")) for each in prices}


def id_of(value: object) -> str:
    """An object's id, whether or not it was expanded; empty for null."""
    if isinstance(value, dict):
        return str(value["id"])
    return str(value) if value else ""


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
