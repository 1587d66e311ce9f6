"""/v1/products"""

import re

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.catalogue import product
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    Boolean,
    Choice,
    Hash,
    List,
    Moment,
    Text,
    Url,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.pricing import PRICE_DATA, inline_price
from donations.stripe_stand_in.resources.route import Route, equals, list_route, retrieve
from donations.stripe_stand_in.sandbox import Sandbox

CREATE = Hash(
    {
        "active": Boolean(),
        "description": Text(40_000),
        "expand": EXPAND,
        "id": Text(200),
        "images": List(Url(), longest=8),
        "metadata": METADATA,
        "name": Text(),
        "shippable": Boolean(),
        "statement_descriptor": Text(22),
        "type": Choice("service"),
        "unit_label": Text(12),
        "url": Url(),
    },
    required=("name",),
)
CREATE_PRICE = Hash(
    {
        **{name: read for name, read in PRICE_DATA.fields.items() if name != "product_data"},
        "active": Boolean(),
        "expand": EXPAND,
        "lookup_key": Text(200),
        "metadata": METADATA,
        "nickname": Text(),
    },
    required=("currency",),
)


def create(sandbox: Sandbox, given: Json) -> Json:
    identifier = given.get("id") or sandbox.new_id("prod", 14)
    if not re.fullmatch(r"[\w.-]+", identifier):
        raise refused("Invalid id: letters, digits, '_', '-' and '.' only.", "id")
    if sandbox.store.get(identifier):
        raise refused("Product already exists.", "id", "resource_already_exists")
    made = product(identifier, sandbox.now(), given["name"], given)
    sandbox.store.put(made)
    sandbox.emit("product.created", made)
    return made


def create_price(sandbox: Sandbox, given: Json) -> Json:
    """A price of the catalogue, which subscriptions and sessions name by its id."""
    made = inline_price(sandbox, given, "")
    made |= {
        "active": given.get("active", True),
        "lookup_key": given.get("lookup_key"),
        "metadata": merge_metadata({}, given.get("metadata")),
        "nickname": given.get("nickname"),
    }
    sandbox.store.put(made)
    sandbox.emit("price.created", made)
    return made


ROUTES = [
    Route("POST", "/v1/prices", CREATE_PRICE, create_price),
    list_route(
        "/v1/prices",
        "price",
        listing(
            active=Boolean(),
            created=Moment(),
            currency=Text(3),
            product=Text(),
            type=Choice("one_time", "recurring"),
        ),
        {name: equals(name) for name in ("active", "currency", "product", "type")},
    ),
    Route("POST", "/v1/products", CREATE, create),
    retrieve("/v1/products", "product"),
    retrieve("/v1/prices", "price"),
    list_route(
        "/v1/products",
        "product",
        listing(active=Boolean(), created=Moment(), ids=List(Text())),
        {
            "active": equals("active"),
            "ids": lambda ids: (f"id IN ({', '.join('?' * len(ids))})", ids),
        },
    ),
]
