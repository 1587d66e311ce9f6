"""/v1/subscriptions"""

from donations.stripe_stand_in import methods_on_file, subscribing
from donations.stripe_stand_in.cards import NO_METHOD
from donations.stripe_stand_in.errors import card_declined, no_such, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.months import period_end
from donations.stripe_stand_in.objects.catalogue import plan
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    Boolean,
    Choice,
    Hash,
    Integer,
    List,
    Moment,
    Text,
    Type,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.pricing import RECURRING_PRICE_DATA, inline_price
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
_ITEM: dict[str, Type] = {
    "metadata": METADATA,
    "price": Text(),
    "price_data": RECURRING_PRICE_DATA,
    "quantity": Integer(0, 999_999),
}
_COMMON: dict[str, Type] = {
    "cancel_at_period_end": Boolean(),
    "collection_method": Choice("charge_automatically"),
    "default_payment_method": Text(),
    "expand": EXPAND,
    "metadata": METADATA,
    "off_session": Boolean(),
    "proration_behavior": Choice("always_invoice", "create_prorations", "none"),
}
CREATE = Hash(
    {
        **_COMMON,
        "cancel_at": Integer(0),
        "currency": Text(3),
        "customer": Text(),
        "description": Text(500),
        "items": List(Hash(_ITEM), longest=20),
        "payment_behavior": Choice("allow_incomplete", "default_incomplete", "error_if_incomplete"),
    },
)
UPDATE = Hash(
    {
        **_COMMON,
        "cancel_at": Integer(0, clearable=True),
        "cancellation_details": _WHY,
        "description": Text(500, clearable=True),
        "items": List(Hash({**_ITEM, "deleted": Boolean(), "id": Text()}), longest=20),
        "pause_collection": Hash(
            {
                "behavior": Choice("keep_as_draft", "mark_uncollectible", "void"),
                "resumes_at": Integer(0),
            },
            required=("behavior",),
            clearable=True,
        ),
        "payment_behavior": Choice("allow_incomplete", "error_if_incomplete"),
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


def create(sandbox: Sandbox, given: Json) -> Json:
    for name in ("customer", "items"):
        if not given.get(name):
            raise refused(f"Missing required param: {name}.", name, "parameter_missing")
    customer = named(sandbox, "customer", given["customer"], "customer")
    lines = [_line(sandbox, item, f"items[{place}]") for place, item in enumerate(given["items"])]
    _check_alike(lines, customer["currency"])
    if (
        given.get("currency", lines[0]["price"]["currency"]).lower()
        != lines[0]["price"]["currency"]
    ):
        raise refused("The currency is not that of the items' prices.", "currency")
    _check_ending(sandbox, given)
    method = given.get("default_payment_method")
    if method:
        methods_on_file.belonging_to(sandbox, customer["id"], method, "default_payment_method")
    method = method or customer["invoice_settings"]["default_payment_method"]
    behavior = given.get("payment_behavior", "allow_incomplete")
    if method is None and behavior != "default_incomplete":
        raise refused(NO_METHOD[1], None, NO_METHOD[0])
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    subscription, invoice = subscribing.start(sandbox, customer, lines, given)
    if behavior == "default_incomplete":
        return subscription
    failure = subscribing.collect(sandbox, invoice)
    if failure and behavior == "error_if_incomplete":
        raise card_declined(failure[1], failure[0], failure[2])
    return sandbox.store.need(subscription["id"])


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    subscription = need(sandbox, "subscription", identifier)
    if subscription["ended_at"] and given.keys() - {"cancellation_details", "expand", "metadata"}:
        raise refused(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    changes: Json = {
        name: given[name] for name in ("default_payment_method", "description") if name in given
    }
    if method := given.get("default_payment_method"):
        owner = subscription["customer"]
        methods_on_file.belonging_to(sandbox, owner, method, "default_payment_method")
    if "metadata" in given:
        changes["metadata"] = merge_metadata(subscription["metadata"], given["metadata"])
    if "pause_collection" in given:
        changes["pause_collection"] = _pause(sandbox, given["pause_collection"])
    bill_now = False
    if "items" in given:
        items, bill_now = _items(sandbox, subscription, given)
        changes["items"] = subscription["items"] | {"data": items}
        if bill_now:
            changes["billing_cycle_anchor"] = sandbox.now()
    _check_ending(sandbox, given)
    changes |= subscribing.ending(subscription | changes, sandbox.now(), given)
    if "cancellation_details" in given:
        why = changes.get("cancellation_details", subscription["cancellation_details"])
        changes["cancellation_details"] = why | given["cancellation_details"]
    subscribing.change(sandbox, subscription, **changes)
    if bill_now:
        failure = subscribing.bill(sandbox, subscription)
        if failure and given.get("payment_behavior") == "error_if_incomplete":
            raise card_declined(failure[1], failure[0], failure[2])
    return sandbox.store.need(identifier)


def _line(sandbox: Sandbox, item: Json, where: str) -> Json:
    """A price and how many of it."""
    if ("price" in item) == ("price_data" in item):
        raise refused("Give exactly one of `price` and `price_data`.", where, "parameter_missing")
    if "price" in item:
        price = named(sandbox, "price", item["price"], f"{where}[price]")
    else:
        price = inline_price(sandbox, item["price_data"], f"{where}[price_data]")
        sandbox.store.put(price)
    if price["recurring"] is None:
        raise refused(
            "The price specified is set to `type=one_time` but this field only accepts prices with"
            " `type=recurring`.",
            f"{where}[price]",
        )
    metadata = merge_metadata({}, item.get("metadata"))
    return {"price": price, "quantity": item.get("quantity", 1), "metadata": metadata}


def _check_alike(lines: list[Json], customers: str | None) -> None:
    """One currency and one rhythm for all, and the currency that the customer has."""
    currencies = {line["price"]["currency"] for line in lines}
    if len(currencies | ({customers} if customers else set())) > 1:
        raise refused(
            "You cannot combine currencies on a single customer. This customer has the currency"
            f" {customers or sorted(currencies)[0]}.",
            "items",
        )
    if len({_rhythm(line["price"]) for line in lines}) > 1:
        raise refused("The stand-in bills all items of a subscription at once.", "items")


def _rhythm(price: Json) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _items(sandbox: Sandbox, subscription: Json, given: Json) -> tuple[list[Json], bool]:
    """The items as they are from now on, and whether a new period begins with them."""
    kept = {item["id"]: dict(item) for item in subscription["items"]["data"]}
    before, now = _price_of(list(kept.values())), sandbox.now()
    rhythm = _rhythm(subscription["items"]["data"][0]["price"])
    for place, change in enumerate(given["items"]):
        where = f"items[{place}]"
        identifier = change.get("id")
        if identifier is None:
            line = _line(sandbox, change, where)
            item = subscribing.new_item(sandbox, subscription["id"], now, now, line)
            first = subscription["items"]["data"][0]
            period = ("billed_until", "current_period_end", "current_period_start")
            kept[item["id"]] = item | {name: first[name] for name in period}
        elif identifier not in kept:
            raise no_such("subscription item", identifier, f"{where}[id]", status=400)
        elif change.get("deleted"):
            del kept[identifier]
        else:
            item = kept[identifier]
            if "price" in change or "price_data" in change:
                price = _line(sandbox, change, where)["price"]
                item |= {"plan": plan(price), "price": price}
            item["quantity"] = change.get("quantity", item["quantity"])
            item["metadata"] = merge_metadata(item["metadata"], change.get("metadata"))
    items = list(kept.values())
    if not items:
        raise refused("A subscription must have at least one active item.", "items")
    _check_alike(items, subscription["currency"])
    if (
        given.get("proration_behavior", "create_prorations") != "none"
        and _price_of(items) != before
    ):
        raise refused(
            "The stand-in calculates no prorations: pass proration_behavior=none.",
            "proration_behavior",
        )
    if _rhythm(items[0]["price"]) == rhythm:
        return items, False
    for item in items:  # another rhythm: a new period begins, and is paid for, now
        ends = period_end(now, now, *_rhythm(item["price"]))
        item |= {"billed_until": ends, "current_period_end": ends, "current_period_start": now}
    return items, True


def _price_of(items: list[Json]) -> list[tuple[int, tuple[str, int]]]:
    """What they cost and how often."""
    return sorted(
        (item["price"]["unit_amount"] * item["quantity"], _rhythm(item["price"])) for item in items
    )


def _pause(sandbox: Sandbox, given: Json | None) -> Json | None:
    if given is None:
        return None
    resumes_at = given.get("resumes_at")
    if resumes_at is not None and resumes_at <= sandbox.now():
        raise refused("`resumes_at` must be in the future.", "pause_collection[resumes_at]")
    return {"behavior": given["behavior"], "resumes_at": resumes_at}


def _check_ending(sandbox: Sandbox, given: Json) -> None:
    if given.get("cancel_at_period_end") and given.get("cancel_at"):
        raise refused(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            "cancel_at",
        )
    if given.get("cancel_at") is not None and given["cancel_at"] <= sandbox.now():
        raise refused("`cancel_at` must be in the future.", "cancel_at")


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


def _with_price(price: str) -> Condition:
    found = "SELECT 1 FROM json_each(body, '$.items.data') WHERE value ->> '$.price.id' = ?"
    return (f"EXISTS ({found})", [price])


ROUTES = [
    Route("POST", PATH, CREATE, create),
    retrieve(PATH, "subscription"),
    Route("POST", f"{PATH}/{{id}}", UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", CANCEL, cancel),
    list_route(
        PATH,
        "subscription",
        listing(
            collection_method=Choice("charge_automatically", "send_invoice"),
            created=Moment(),
            customer=Text(),
            price=Text(),
            status=Choice(*_STATUSES, "all", "ended"),
        ),
        {
            "collection_method": equals("collection_method"),
            "customer": equals("customer"),
            "price": _with_price,
        },
        always=_by_status,
    ),
]
