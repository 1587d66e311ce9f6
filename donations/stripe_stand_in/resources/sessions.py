"""/v1/checkout/sessions"""

from donations.stripe_stand_in import checkout
from donations.stripe_stand_in.bank_debits import KINDS
from donations.stripe_stand_in.errors import no_such, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import check_amount
from donations.stripe_stand_in.objects import checkout as shapes
from donations.stripe_stand_in.objects.billing import list_of
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
    Boolean,
    Choice,
    Email,
    Hash,
    Integer,
    List,
    Moment,
    Text,
    Url,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.pricing import PRICE_DATA, inline_price
from donations.stripe_stand_in.resources.route import (
    Route,
    equals,
    list_route,
    named,
    need,
    retrieve,
)
from donations.stripe_stand_in.sandbox import Sandbox

PATH = "/v1/checkout/sessions"
LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt"
    " nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
_MESSAGE = Hash({"message": Text(1_200)}, required=("message",))

CREATE = Hash(
    {
        "adaptive_pricing": Hash({"enabled": Boolean()}),
        "allowed_payment_method_types": List(Text(100)),
        "automatic_tax": Hash({"enabled": Boolean()}, required=("enabled",)),
        "billing_address_collection": Choice("auto", "required"),
        "branding_settings": Hash({"display_name": Text(250)}),
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "currency": Text(3),
        "custom_text": Hash(
            dict.fromkeys(
                ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"),
                _MESSAGE,
            )
        ),
        "customer": Text(),
        "customer_creation": Choice("always", "if_required"),
        "customer_email": Email(),
        "customer_update": Hash(
            {part: Choice("auto", "never") for part in ("address", "name", "shipping")}
        ),
        "excluded_payment_method_types": List(Text(100)),
        "expand": EXPAND,
        "expires_at": Integer(0),
        "integration_identifier": Text(200),
        "line_items": List(
            Hash(
                {
                    "metadata": METADATA,
                    "price": Text(),
                    "price_data": PRICE_DATA,
                    "quantity": Integer(1, 999_999),
                }
            )
        ),
        "locale": Choice(*LOCALES.split(" ")),
        "metadata": METADATA,
        "mode": Choice("payment", "setup", "subscription"),
        "origin_context": Choice("mobile_app", "web"),
        "payment_intent_data": Hash(
            {
                "description": Text(1_000),
                "metadata": METADATA,
                "receipt_email": Email(),
                "setup_future_usage": Choice("off_session", "on_session"),
                "statement_descriptor": Text(22),
                "statement_descriptor_suffix": Text(22),
            }
        ),
        "payment_method_collection": Choice("always", "if_required"),
        "payment_method_configuration": Text(pattern=r"pmc_\w+"),
        "submit_type": Choice("auto", "book", "donate", "pay", "subscribe"),
        "subscription_data": Hash({"description": Text(500), "metadata": METADATA}),
        "success_url": Url(),
        "ui_mode": Choice("elements", "embedded_page", "form", "hosted_page"),
    }
)


def create(sandbox: Sandbox, given: Json) -> Json:
    _check_mode(given)
    _check_customer(sandbox, given)
    now = sandbox.now()
    if not 30 * 60 <= given.get("expires_at", now + 3600) - now <= 24 * 3600:
        raise refused(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from"
            " Checkout Session creation.",
            "expires_at",
        )
    lines = [
        _line(sandbox, given, line, f"line_items[{place}]")
        for place, line in enumerate(given["line_items"])
    ]
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1 or given.get("currency", "").lower() not in {"", *currencies}:
        raise refused("All prices of a Checkout Session must have the same currency.", "line_items")
    total = sum(line["amount_total"] for line in lines)
    check_amount(total, lines[0]["currency"], "line_items[0][price_data][unit_amount]")
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    for part in ("payment_intent_data", "subscription_data"):
        if part in given:
            kept = merge_metadata({}, given[part].get("metadata"))
            given[part] = given[part] | {"metadata": kept}
    identifier = sandbox.new_id("cs_test_a1", 56)
    url = f"{sandbox.url}/c/pay/{identifier}"
    types = _method_types(given, lines[0]["currency"])
    return sandbox.store.put(shapes.session(identifier, now, url, given, lines, types))


def expire(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    session = need(sandbox, "checkout.session", identifier, "checkout.session")
    if session["status"] != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of {session['status']}."
        )
    return checkout.expire(sandbox, session)


def line_items(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    lines = need(sandbox, "checkout.session", identifier)["_line_items"]
    places = [line["id"] for line in lines]
    first, last = 0, len(lines)
    for name in ("starting_after", "ending_before"):
        if name in given and given[name] not in places:
            raise no_such("item", given[name], name, status=400)
    if "starting_after" in given:
        first = places.index(given["starting_after"]) + 1
    if "ending_before" in given:
        last = places.index(given["ending_before"])
    limit = given.get("limit", 10)
    found = lines[first:last]
    return list_of(found[:limit], f"{PATH}/{identifier}/line_items", len(found) > limit)


def _check_mode(given: Json) -> None:
    mode = given.get("mode")
    if mode is None:
        raise refused("Missing required param: mode.", "mode", "parameter_missing")
    if mode == "setup":
        raise refused("The stand-in has no setup mode.", "mode")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise refused("The stand-in has only the hosted page.", "ui_mode")
    if given.get("automatic_tax", {}).get("enabled"):
        raise refused("The stand-in calculates no tax.", "automatic_tax[enabled]")
    for name in ("success_url", "line_items"):
        if not given.get(name):
            raise refused(f"Missing required param: {name}.", name, "parameter_missing")
    for name, only in (
        ("payment_intent_data", "payment"),
        ("customer_creation", "payment"),
        ("subscription_data", "subscription"),
        ("payment_method_collection", "subscription"),
    ):
        if name in given and mode != only:
            raise refused(f"You can only use `{name}` in `{only}` mode.", name)


def _method_types(given: Json, currency: str) -> list[str]:
    """What the account takes in this currency, less what the session does not want."""
    types = ["card", *([KINDS[currency]] if currency in KINDS else [])]
    if allowed := given.get("allowed_payment_method_types"):
        types = [kind for kind in types if kind in allowed]
    excluded = given.get("excluded_payment_method_types", [])
    types = [kind for kind in types if kind not in excluded]
    if not types:
        raise refused(
            "No payment method is left: this account takes cards, SEPA debits in eur and ACH debits"
            " in usd.",
            "allowed_payment_method_types",
        )
    return types


def _check_customer(sandbox: Sandbox, given: Json) -> None:
    if "customer" in given:
        for name in ("customer_email", "customer_creation"):
            if name in given:
                raise refused(
                    f"You may only specify one of these parameters: customer, {name}.", name
                )
        customer = named(sandbox, "customer", given["customer"], "customer")
        currency = _first_currency(given)
        if given["mode"] == "subscription" and customer["currency"] not in (None, currency):
            raise refused(
                "You cannot combine currencies on a single customer. This customer has the"
                f" currency {customer['currency']}.",
                "customer",
            )
    elif "customer_update" in given:
        raise refused("`customer_update` can only be used with `customer`.", "customer_update")


def _first_currency(given: Json) -> str | None:
    currency = given["line_items"][0].get("price_data", {}).get("currency")
    return currency.lower() if currency else None


def _line(sandbox: Sandbox, given: Json, line: Json, where: str) -> Json:
    if ("price" in line) == ("price_data" in line):
        raise refused("Give exactly one of `price` and `price_data`.", where, "parameter_missing")
    if "quantity" not in line:
        name = f"{where}[quantity]"
        raise refused(f"Missing required param: {name}.", name, "parameter_missing")
    price = (
        named(sandbox, "price", line["price"], f"{where}[price]")
        if "price" in line
        else inline_price(sandbox, line["price_data"], f"{where}[price_data]")
    )
    recurring = price["recurring"] is not None
    if recurring and given["mode"] == "payment":
        raise refused(
            "You specified `payment` mode but passed a recurring price. Either switch to"
            " `subscription` mode or use only one-time prices.",
            f"{where}[price_data][recurring]",
        )
    if not recurring and given["mode"] == "subscription":
        raise refused(
            "You must provide at least one recurring price in `subscription` mode when using"
            " prices.",
            f"{where}[price_data][recurring]",
            "parameter_missing",
        )
    sandbox.store.put(price)
    name = sandbox.store.need(price["product"])["name"]
    metadata = merge_metadata({}, line.get("metadata"))
    return shapes.line_item(sandbox.new_id("li_1"), price, name, line["quantity"], metadata)


ROUTES = [
    Route("POST", PATH, CREATE, create),
    retrieve(PATH, "checkout.session"),
    Route("POST", f"{PATH}/{{id}}/expire", ONLY_EXPAND, expire),
    Route("GET", f"{PATH}/{{id}}/line_items", listing(), line_items),
    list_route(
        PATH,
        "checkout.session",
        listing(
            created=Moment(),
            customer=Text(),
            customer_details=Hash({"email": Text()}, required=("email",)),
            payment_intent=Text(),
            status=Choice("complete", "expired", "open"),
            subscription=Text(),
        ),
        {
            "customer": equals("customer"),
            "customer_details": lambda who: equals("customer_details.email")(who["email"]),
            "payment_intent": equals("payment_intent"),
            "status": equals("status"),
            "subscription": equals("subscription"),
        },
    ),
]
