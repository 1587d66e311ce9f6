"""The one door to Stripe. Nothing else imports the SDK, or sees the shape of its objects.

Each function is one request. Amounts are minor units, times aware UTC. Raises StripeAway when an
answer may come later, StripeGone for an id that Stripe does not know, StripeRefused for the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, ParamSpec, TypeVar

import stripe
from django.conf import settings

API_VERSION = stripe.api_version
TIMEOUT = 10.0  # seconds
RETRIES = 2
# For a page that somebody is waiting for: one more try to open it, none to look something up.
RETRIES_IN_VIEW = 1
SHORT_TIMEOUT = 4.0
# Seconds by which a webhook may be late, or ahead of our clock.
TOLERANCE = 300
# Marks what is ours on an account that others use too.
MARK = ("newsroom", "support")

P = ParamSpec("P")
T = TypeVar("T")


class StripeError(Exception):
    """Something went wrong between Stripe and us. Its text carries no personal data."""


class StripeAway(StripeError):
    """No answer, or Stripe is overloaded or broken. `is_saved`: the key would replay this."""

    def __init__(self, reason: str, *, is_saved: bool = False) -> None:
        super().__init__(reason)
        self.is_saved = is_saved


class StripeRefused(StripeError):
    """Stripe will not do this, now or later."""

    def __init__(self, reason: str, *, code: str = "", param: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.param = param


class StripeGone(StripeRefused):
    """There is no such object."""


class BadSignature(Exception):
    """Not from Stripe, too old, or from the future."""


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


@cache
def _client(timeout: float, retries: int) -> stripe.StripeClient:
    stripe.enable_telemetry = False
    addresses: Any = {"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


def _stripe(*, is_patient: bool = True) -> Any:
    """The SDK's services. Impatient: one short try, because a person is waiting."""
    client = _client(TIMEOUT, RETRIES) if is_patient else _client(SHORT_TIMEOUT, 0)
    return client.v1


def _opening() -> Any:
    """The same for opening a payment page, which must work but not at any length."""
    return _client(TIMEOUT, RETRIES_IN_VIEW).v1


def _translated(call: Callable[P, T]) -> Callable[P, T]:
    """The SDK's errors, in our words."""

    def translated(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except stripe.APIConnectionError as error:
            raise StripeAway("no answer") from error
        except stripe.RateLimitError as error:
            raise StripeAway("rate limited") from error
        except stripe.APIError as error:
            is_conflict = error.http_status == 409
            raise StripeAway(f"status {error.http_status}", is_saved=not is_conflict) from error
        except stripe.InvalidRequestError as error:
            kind = StripeGone if error.code == "resource_missing" else StripeRefused
            raise kind(
                f"{error.code or 'invalid request'} {error.param or ''}".strip(),
                code=error.code or "",
                param=error.param or "",
            ) from error
        except stripe.StripeError as error:
            # Authentication, permission, idempotency, card: a person must look.
            raise StripeRefused(type(error).__name__, code=error.code or "") from error

    return translated


@_translated
def create_product(product_id: str, name: str) -> None:
    """Raises StripeRefused with code resource_already_exists."""
    _client(TIMEOUT, RETRIES_IN_VIEW).v1.products.create(
        {"id": product_id, "name": name}, {"idempotency_key": product_id}
    )


@_translated
def create_session(parameters: Mapping[str, Any], *, idempotency_key: str) -> CheckoutSession:
    session = _opening().checkout.sessions.create(
        dict(parameters), {"idempotency_key": idempotency_key}
    )
    return _session(session.to_dict())


@_translated
def retrieve_session(session_id: str, *, is_patient: bool = True) -> CheckoutSession:
    return _session(_stripe(is_patient=is_patient).checkout.sessions.retrieve(session_id).to_dict())


@_translated
def session_of_payment(payment_intent: str) -> CheckoutSession | None:
    found = _stripe().checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
    return _session(found.data[0].to_dict()) if found.data else None


@_translated
def retrieve_subscription(subscription_id: str, *, is_patient: bool = True) -> StripeSubscription:
    return _subscription(
        _stripe(is_patient=is_patient)
        .subscriptions.retrieve(subscription_id, {"expand": ["customer"]})
        .to_dict()
    )


@_translated
def retrieve_invoice(invoice_id: str, *, is_patient: bool = True) -> Invoice:
    return _invoice(
        _stripe(is_patient=is_patient)
        .invoices.retrieve(invoice_id, {"expand": ["payments"]})
        .to_dict()
    )


@_translated
def invoice_of_payment(invoice_payment_id: str) -> str:
    """The invoice that an inpay_… paid."""
    return _id(_stripe().invoice_payments.retrieve(invoice_payment_id).to_dict()["invoice"])


@_translated
def invoice_of_payment_intent(payment_intent: str) -> str:
    """The invoice behind a payment intent; empty for a one-time payment."""
    found = _stripe().invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
    )
    return _id(found.data[0].to_dict()["invoice"]) if found.data else ""


@_translated
def retrieve_payment(payment_intent: str, *, is_patient: bool = True) -> Payment:
    return _payment(
        _stripe(is_patient=is_patient)
        .payment_intents.retrieve(payment_intent, {"expand": ["latest_charge.balance_transaction"]})
        .to_dict()
    )


@_translated
def payment_intent_of_charge(charge_id: str) -> str:
    return _id(_stripe().charges.retrieve(charge_id).to_dict().get("payment_intent"))


@_translated
def retrieve_refund(refund_id: str) -> Refund:
    found = _stripe().refunds.retrieve(refund_id).to_dict()
    return Refund(
        id=found["id"],
        status=found.get("status") or "",
        amount_minor=found["amount"],
        currency=found["currency"],
        payment_intent=_id(found.get("payment_intent")),
        created_at=_moment(found["created"]),
    )


@_translated
def retrieve_customer(customer_id: str) -> Customer:
    return _customer(_stripe().customers.retrieve(customer_id).to_dict())


@_translated
def events(types: Sequence[str], *, since: datetime) -> list[dict[str, Any]]:
    """Events of these types, oldest first. Stripe keeps them for 30 days."""
    asked = {"types": list(types), "created": {"gte": int(since.timestamp())}, "limit": 100}
    found = _stripe().events.list(asked)
    return [each.to_dict() for each in found.auto_paging_iter()][::-1]


def signed_at(payload: bytes, header: str, secrets: Sequence[str], at: datetime) -> datetime:
    """When Stripe signed this body with one of our secrets; raises BadSignature."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(payload, header, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            # The SDK stumbles over signatures outside ASCII and bodies outside UTF-8.
            continue
        timestamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
        try:
            signed = _moment(int(timestamps[0].split("=")[0]))
        except (OverflowError, OSError, ValueError) as error:
            raise BadSignature("no date") from error
        # The SDK accepts any date in the future.
        if (signed - at).total_seconds() > TOLERANCE:
            raise BadSignature("from the future")
        return signed
    raise BadSignature("no secret of ours made this signature")


def _session(found: dict[str, Any]) -> CheckoutSession:
    metadata = found.get("metadata") or {}
    return CheckoutSession(
        id=found["id"],
        url=found.get("url") or "",
        status=found.get("status") or "",
        is_paid=found["payment_status"] in {"paid", "no_payment_required"},
        is_subscription=found["mode"] == "subscription",
        amount_minor=found.get("amount_total") or 0,
        currency=found.get("currency") or "",
        payment_intent=_id(found.get("payment_intent")),
        subscription=_id(found.get("subscription")),
        invoice=_id(found.get("invoice")),
        email=(found.get("customer_details") or {}).get("email") or "",
        support_intent=metadata.get("intent") or found.get("client_reference_id") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
        created_at=_moment(found["created"]),
        expires_at=_moment(found["expires_at"]),
    )


def _subscription(found: dict[str, Any]) -> StripeSubscription:
    metadata = found.get("metadata") or {}
    items = found["items"]["data"]
    price = items[0]["price"]
    customer = found["customer"]
    ends = [each["current_period_end"] for each in items if each.get("current_period_end")]
    return StripeSubscription(
        id=found["id"],
        customer=_id(customer),
        email=_customer(customer).email if isinstance(customer, dict) else "",
        status=found["status"],
        amount_minor=sum(
            (each["price"].get("unit_amount") or 0) * (each.get("quantity") or 1) for each in items
        ),
        currency=found["currency"],
        interval=(price.get("recurring") or {}).get("interval") or "",
        current_period_end=_moment(max(ends)) if ends else None,
        cancel_at_period_end=bool(found.get("cancel_at_period_end") or found.get("cancel_at")),
        started_at=_moment(found["start_date"]),
        ended_at=_moment(found["ended_at"]) if found.get("ended_at") else None,
        latest_invoice=_id(found.get("latest_invoice")),
        support_intent=metadata.get("intent") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
    )


def _invoice(found: dict[str, Any]) -> Invoice:
    details = (found.get("parent") or {}).get("subscription_details") or {}
    payments = (found.get("payments") or {}).get("data") or []
    return Invoice(
        id=found["id"],
        subscription=_id(details.get("subscription")),
        paid=tuple(
            InvoicePayment(
                id=each["id"],
                payment_intent=_id(each["payment"].get("payment_intent")),
                amount_minor=each.get("amount_paid") or 0,
                currency=each["currency"],
                paid_at=_moment(
                    (each.get("status_transitions") or {}).get("paid_at") or each["created"]
                ),
            )
            for each in payments
            if each["status"] == "paid" and each.get("amount_paid")
        ),
    )


def _payment(found: dict[str, Any]) -> Payment:
    metadata = found.get("metadata") or {}
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    balance = charge.get("balance_transaction")
    fee = None
    if isinstance(balance, dict) and balance.get("fee"):
        fee = Fee(balance["id"], balance["fee"], balance["currency"], _moment(balance["created"]))
    return Payment(
        id=found["id"],
        status=found["status"],
        amount_minor=found.get("amount_received") or 0,
        currency=found["currency"],
        paid_at=_moment(charge.get("created") or found["created"]),
        fee=fee,
        support_intent=metadata.get("intent") or "",
        is_ours=metadata.get(MARK[0]) == MARK[1],
        livemode=found["livemode"],
    )


def _customer(found: dict[str, Any]) -> Customer:
    return Customer(found["id"], found.get("email") or "", bool(found.get("deleted")))


def _id(value: object) -> str:
    """An object's id, whether or not it was expanded; empty for null."""
    if isinstance(value, dict):
        return str(value["id"])
    return str(value) if value else ""


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
