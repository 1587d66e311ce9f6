"""The one door to Stripe. Nothing else imports the SDK.

Each function is one request. Amounts are minor units, times aware UTC. Raises StripeAway when an
answer may come later, StripeGone for an id that Stripe does not know, StripeRefused for the rest,
and ReadOnly before anything is created or changed from a copy of the paper.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, ParamSpec, TypeVar

import stripe
from django.conf import settings

from donations import standing
from donations.stripe_objects import (
    BalanceTransaction,
    CheckoutSession,
    Customer,
    Dispute,
    Invoice,
    Payment,
    Refund,
    StripeSubscription,
    balance_transaction_of,
    customer_of,
    dispute_of,
    id_of,
    invoice_of,
    moment,
    payment_of,
    refund_of,
    session_of,
    subscription_of,
)

API_VERSION = stripe.api_version
TIMEOUT = 10.0  # seconds
RETRIES = 2
# For a page that somebody is waiting for: one more try to open it, none to look something up.
RETRIES_IN_VIEW = 1
SHORT_TIMEOUT = 4.0
# Seconds by which a webhook may be late, or ahead of our clock.
TOLERANCE = 300

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


class ReadOnly(StripeRefused):
    """This is a copy of the paper: see `standing`. Nothing was sent."""


class BadSignature(Exception):
    """Not from Stripe."""


class Untimely(BadSignature):
    """Signed with our secret, but too long ago or in the future: a replay, or a clock is wrong."""


class _Guarded(stripe.RequestsClient):
    """Whatever would change something at Stripe passes here, also what is written tomorrow."""

    def request_with_retries(self, method: str, *args: Any, **kwargs: Any) -> Any:
        if method.lower() != "get" and standing.is_copy():
            raise ReadOnly("this is a copy of the paper, which changes nothing at Stripe")
        return super().request_with_retries(method, *args, **kwargs)


@cache
def _client(timeout: float, retries: int) -> stripe.StripeClient:
    stripe.enable_telemetry = False
    addresses: Any = {"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,
        max_network_retries=retries,
        http_client=_Guarded(timeout=timeout),
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
        except stripe.IdempotencyError as error:
            # The key was used before, with other parameters.
            raise StripeRefused("idempotency key reused", code="idempotency_error") from error
        except stripe.StripeError as error:
            # Authentication, permission, card: a person must look.
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
    return session_of(session.to_dict())


@_translated
def retrieve_session(session_id: str, *, is_patient: bool = True) -> CheckoutSession:
    return session_of(
        _stripe(is_patient=is_patient).checkout.sessions.retrieve(session_id).to_dict()
    )


@_translated
def expire_session(session_id: str) -> None:
    """Close a payment page. Raises StripeRefused when it is closed or paid already."""
    _stripe().checkout.sessions.expire(session_id)


@_translated
def session_of_payment(payment_intent: str) -> CheckoutSession | None:
    found = _stripe().checkout.sessions.list({"payment_intent": payment_intent, "limit": 1})
    return session_of(found.data[0].to_dict()) if found.data else None


@_translated
def retrieve_subscription(subscription_id: str, *, is_patient: bool = True) -> StripeSubscription:
    return subscription_of(
        _stripe(is_patient=is_patient)
        .subscriptions.retrieve(subscription_id, {"expand": ["customer"]})
        .to_dict()
    )


@_translated
def retrieve_invoice(invoice_id: str, *, is_patient: bool = True) -> Invoice:
    return invoice_of(
        _stripe(is_patient=is_patient)
        .invoices.retrieve(invoice_id, {"expand": ["payments"]})
        .to_dict()
    )


@_translated
def invoice_of_payment(invoice_payment_id: str) -> str:
    """The invoice that an inpay_… paid."""
    return id_of(_stripe().invoice_payments.retrieve(invoice_payment_id).to_dict()["invoice"])


@_translated
def invoice_of_payment_intent(payment_intent: str) -> str:
    """The invoice behind a payment intent; empty for a one-time payment."""
    found = _stripe().invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
    )
    return id_of(found.data[0].to_dict()["invoice"]) if found.data else ""


@_translated
def retrieve_payment(payment_intent: str, *, is_patient: bool = True) -> Payment:
    return payment_of(
        _stripe(is_patient=is_patient)
        .payment_intents.retrieve(payment_intent, {"expand": ["latest_charge.balance_transaction"]})
        .to_dict()
    )


@_translated
def payment_intent_of_charge(charge_id: str) -> str:
    return id_of(_stripe().charges.retrieve(charge_id).to_dict().get("payment_intent"))


@_translated
def retrieve_refund(refund_id: str) -> Refund:
    expanded = ["balance_transaction", "failure_balance_transaction"]
    return refund_of(_stripe().refunds.retrieve(refund_id, {"expand": expanded}).to_dict())


@_translated
def retrieve_dispute(dispute_id: str) -> Dispute:
    return dispute_of(_stripe().disputes.retrieve(dispute_id).to_dict())


@_translated
def payment_intent_of_warning(warning_id: str) -> str:
    """The payment that a bank warned of (issfr_…); empty when it names none."""
    warning = _stripe().radar.early_fraud_warnings.retrieve(warning_id).to_dict()
    if payment_intent := id_of(warning.get("payment_intent")):
        return payment_intent
    return payment_intent_of_charge(id_of(warning["charge"]))


@_translated
def retrieve_customer(customer_id: str) -> Customer:
    return customer_of(_stripe().customers.retrieve(customer_id).to_dict())


@_translated
def portal_configuration_marked(name: str, value: str) -> str:
    """The configuration of the billing portal whose metadata says so; empty when there is none."""
    found = _opening().billing_portal.configurations.list({"active": True, "limit": 100})
    for each in found.auto_paging_iter():
        if (each.to_dict().get("metadata") or {}).get(name) == value:
            return str(each.id)
    return ""


@_translated
def create_portal_configuration(parameters: Mapping[str, Any], *, idempotency_key: str) -> str:
    made = _opening().billing_portal.configurations.create(
        dict(parameters), {"idempotency_key": idempotency_key}
    )
    return str(made.id)


@_translated
def open_portal(parameters: Mapping[str, Any]) -> str:
    """The address of Stripe's page for one customer: short-lived, and a secret."""
    return str(_opening().billing_portal.sessions.create(dict(parameters)).url)


@_translated
def page(path: str, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """A page of a list (`refunds`), as it came, newest first, and whether more follow."""
    found = _client(TIMEOUT, RETRIES).raw_request("get", f"/v1/{path}", **asked).data
    return list(found["data"]), bool(found["has_more"])


@_translated
def webhook_endpoints() -> list[str]:
    """The addresses that Stripe sends events to, as often as each is registered."""
    found = _stripe().webhook_endpoints.list({"limit": 100}).auto_paging_iter()
    return [str(each.url) for each in found if each.status == "enabled"]


@_translated
def retrieve_balance_transaction(transaction_id: str) -> BalanceTransaction | None:
    found = _stripe().balance_transactions.retrieve(transaction_id)
    return balance_transaction_of(found.to_dict())


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
            stripe.WebhookSignature.verify_header(payload, header, secret)
        except (stripe.SignatureVerificationError, TypeError, ValueError):
            # The SDK stumbles over signatures outside ASCII and bodies outside UTF-8.
            continue
        timestamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
        try:
            signed = moment(int(timestamps[0].split("=")[0]))
        except (OverflowError, OSError, ValueError) as error:
            raise BadSignature("no date") from error
        # The SDK looks at one side only, and accepts any date in the future.
        if abs((signed - at).total_seconds()) > TOLERANCE:
            raise Untimely("not of now")
        return signed
    raise BadSignature("no secret of ours made this signature")
