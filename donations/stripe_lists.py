"""Stripe's lists, newest first, a hundred objects a page, each with all that comparing needs.

Raises what `stripe_api` raises.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from donations import stripe_api
from donations.stripe_objects import (
    CheckoutSession,
    Customer,
    Dispute,
    Invoice,
    Payment,
    Refund,
    StripeSubscription,
    customer_of,
    dispute_of,
    invoice_of,
    moment,
    payment_of,
    refund_of,
    session_of,
    subscription_of,
)

T = TypeVar("T")
LONGEST_PAGE = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    found: tuple[T, ...]
    # The id after which the next page begins; empty when this is the last.
    after: str
    # When its last object was made, the oldest so far.
    reached_at: datetime | None


@dataclass(frozen=True)
class ListedSubscription:
    subscription: StripeSubscription
    customer: Customer
    latest_invoice: Invoice | None


@dataclass(frozen=True)
class ListedSession:
    session: CheckoutSession
    payment: Payment | None
    subscription_status: str


def subscriptions(after: str, *, is_ended_too: bool) -> Page[ListedSubscription]:
    asked: dict[str, Any] = {"expand": ["data.customer", "data.latest_invoice"]}
    if is_ended_too:
        asked["status"] = "all"
    return _page("subscriptions", _listed_subscription, after, None, asked)


def sessions(after: str, since: datetime | None) -> Page[ListedSession]:
    asked = {"expand": ["data.payment_intent.latest_charge", "data.subscription"]}
    return _page("checkout/sessions", _listed_session, after, since, asked)


def invoices(after: str, since: datetime | None) -> Page[Invoice]:
    return _page("invoices", invoice_of, after, since, {"expand": ["data.payments"]})


def payments(after: str, since: datetime | None) -> Page[Payment]:
    asked = {"expand": ["data.latest_charge.balance_transaction"]}
    return _page("payment_intents", payment_of, after, since, asked)


def refunds(after: str, since: datetime | None) -> Page[Refund]:
    asked = {"expand": ["data.balance_transaction", "data.failure_balance_transaction"]}
    return _page("refunds", refund_of, after, since, asked)


def disputes(after: str, since: datetime | None) -> Page[Dispute]:
    return _page("disputes", dispute_of, after, since, {})


def _page(
    path: str,
    read: Callable[[dict[str, Any]], T],
    after: str,
    since: datetime | None,
    asked: dict[str, Any],
) -> Page[T]:
    asked = {**asked, "limit": LONGEST_PAGE}
    if since is not None:
        asked["created"] = {"gte": int(since.timestamp())}
    if after:
        asked["starting_after"] = after
    found, has_more = stripe_api.page(path, asked)
    return Page(
        found=tuple(read(each) for each in found),
        after=found[-1]["id"] if found and has_more else "",
        reached_at=moment(found[-1]["created"]) if found else None,
    )


def _listed_subscription(found: dict[str, Any]) -> ListedSubscription:
    latest = found.get("latest_invoice")
    return ListedSubscription(
        subscription_of(found),
        customer_of(found["customer"]),
        invoice_of(latest) if isinstance(latest, dict) else None,
    )


def _listed_session(found: dict[str, Any]) -> ListedSession:
    payment, subscription = found.get("payment_intent"), found.get("subscription")
    return ListedSession(
        session_of(found),
        payment_of(payment) if isinstance(payment, dict) else None,
        subscription["status"] if isinstance(subscription, dict) else "",
    )
