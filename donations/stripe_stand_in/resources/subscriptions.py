"""/v1/subscriptions"""

from donations.stripe_stand_in import subscribing
from donations.stripe_stand_in.errors import no_such, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    Boolean,
    Choice,
    Hash,
    Moment,
    Text,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import (
    Condition,
    Route,
    equals,
    list_route,
    named,
    need,
    retrieve,
)
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

PATH = "/v1/subscriptions"
_STATUSES = [
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
]
_WHY = Hash(
    {
        "comment": Text(5_000, clearable=True),
        "feedback": Choice(
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ),
    }
)
UPDATE = Hash(
    {
        "cancel_at_period_end": Boolean(),
        "cancellation_details": _WHY,
        "default_payment_method": Text(),
        "description": Text(500, clearable=True),
        "expand": EXPAND,
        "metadata": METADATA,
        "proration_behavior": Choice("always_invoice", "create_prorations", "none"),
    }
)
CANCEL = Hash(
    {
        "cancellation_details": _WHY,
        "expand": EXPAND,
        "invoice_now": Boolean(),
        "prorate": Boolean(),
    }
)


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    subscription = _alive(sandbox, identifier)
    changes: Json = {
        name: given[name] for name in ("default_payment_method", "description") if name in given
    }
    if "default_payment_method" in given:
        named(sandbox, "payment_method", given["default_payment_method"], "default_payment_method")
    if "metadata" in given:
        changes["metadata"] = merge_metadata(subscription["metadata"], given["metadata"])
    why = subscription["cancellation_details"] | given.get("cancellation_details", {})
    if "cancel_at_period_end" in given:
        ends = given["cancel_at_period_end"]
        last = max(item["current_period_end"] for item in subscription["items"]["data"])
        changes |= {
            "cancel_at": last if ends else None,
            "cancel_at_period_end": ends,
            "canceled_at": sandbox.now() if ends else None,
        }
        why |= {"reason": "cancellation_requested" if ends else None}
    return sandbox.update(
        subscription, "customer.subscription.updated", **changes, cancellation_details=why
    )


def cancel(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    subscription = _alive(sandbox, identifier)
    if given.get("invoice_now") or given.get("prorate"):
        raise refused("The stand-in ends subscriptions without a last invoice.", "invoice_now")
    subscription["cancellation_details"] |= given.get("cancellation_details", {})
    subscribing.end(sandbox, subscription, "cancellation_requested")
    return subscription


def _alive(sandbox: Sandbox, identifier: str) -> Json:
    found = need(sandbox, "subscription", identifier)
    if found["ended_at"] is not None:
        raise no_such("subscription", identifier)
    return found


def _by_status(given: Json) -> list[Condition]:
    """Canceled ones are left out unless they are asked for."""
    match given.get("status"):
        case None:
            return [(f"{at('status')} != 'canceled'", [])]
        case "all":
            return []
        case "ended":
            return [(f"{at('status')} IN ('canceled', 'incomplete_expired')", [])]
        case status:
            return [(f"{at('status')} = ?", [status])]


ROUTES = [
    retrieve(PATH, "subscription"),
    Route("POST", f"{PATH}/{{id}}", UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", CANCEL, cancel),
    list_route(
        PATH,
        "subscription",
        listing(created=Moment(), customer=Text(), status=Choice(*_STATUSES, "all", "ended")),
        {"customer": equals("customer")},
        always=_by_status,
    ),
]
