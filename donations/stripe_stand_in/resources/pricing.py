"""Prices that are made where they are used: `price_data` of sessions and of subscriptions."""

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import check_amount, check_currency
from donations.stripe_stand_in.objects import catalogue
from donations.stripe_stand_in.parameters import (
    METADATA,
    Choice,
    Hash,
    Integer,
    List,
    Text,
    Url,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import named
from donations.stripe_stand_in.sandbox import Sandbox

PRICE_DATA = Hash(
    {
        "currency": Text(3),
        "product": Text(),
        "product_data": Hash(
            {
                "description": Text(40_000),
                "images": List(Url(), longest=8),
                "metadata": METADATA,
                "name": Text(),
                "unit_label": Text(12),
            },
            required=("name",),
        ),
        "recurring": Hash(
            {
                "interval": Choice("day", "month", "week", "year"),
                "interval_count": Integer(1, 36),
            },
            required=("interval",),
        ),
        "tax_behavior": Choice("exclusive", "inclusive", "unspecified"),
        "unit_amount": Integer(0),
    },
    required=("currency",),
)
RECURRING_PRICE_DATA = Hash(
    {name: read for name, read in PRICE_DATA.fields.items() if name != "product_data"},
    required=("currency", "product", "recurring"),
)


def _within(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name


def inline_price(sandbox: Sandbox, data: Json, where: str) -> Json:
    """A price from its data, which stand `where` among the parameters (empty: they are these)."""
    currency = check_currency(data["currency"], _within(where, "currency"))
    if ("product" in data) == ("product_data" in data):
        raise refused(
            "Give exactly one of `product` and `product_data`.",
            _within(where, "product"),
            "parameter_missing",
        )
    if "unit_amount" not in data:
        name = _within(where, "unit_amount")
        raise refused(f"Missing required param: {name}.", name, "parameter_missing")
    amount = data["unit_amount"]
    check_amount(amount, currency, _within(where, "unit_amount"))
    now = sandbox.now()
    if "product" in data:
        product = named(sandbox, "product", data["product"], _within(where, "product"))
        if not product["active"]:
            raise refused(f"The product {product['id']} is not active.", _within(where, "product"))
    else:
        made = data["product_data"]
        made = made | {"metadata": merge_metadata({}, made.get("metadata"))}
        product = catalogue.product(sandbox.new_id("prod", 14), now, made["name"], made)
        sandbox.store.put(product)
        sandbox.emit("product.created", product)
    return catalogue.price(
        sandbox.new_id("price_1"),
        now,
        product=product["id"],
        currency=currency,
        amount=amount,
        recurring=data.get("recurring"),
    )
