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
)
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


ROUTES = [
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
