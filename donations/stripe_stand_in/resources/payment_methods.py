"""/v1/payment_methods"""

from donations.stripe_stand_in import methods_on_file
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
    Choice,
    Hash,
    Text,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import (
    Route,
    equals,
    list_route,
    named,
    need,
    page,
    retrieve,
)
from donations.stripe_stand_in.sandbox import Sandbox

PATH = "/v1/payment_methods"
_TYPE = Choice("card", "sepa_debit", "us_bank_account")


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "payment_method", identifier, "PaymentMethod")
    if "metadata" in given:
        metadata = merge_metadata(found["metadata"], given["metadata"])
        sandbox.update(found, "payment_method.updated", metadata=metadata)
    return found


def attach(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    if "customer" not in given:
        raise refused("Missing required param: customer.", "customer", "parameter_missing")
    customer = named(sandbox, "customer", given["customer"], "customer")
    return methods_on_file.attach(sandbox, identifier, customer)


def detach(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "payment_method", identifier, "PaymentMethod")
    return methods_on_file.detach(sandbox, found)


def of_customer(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    need(sandbox, "customer", identifier)
    conditions = [equals("customer")(identifier)]
    conditions += [equals("type")(given["type"])] if "type" in given else []
    path = f"/v1/customers/{identifier}/payment_methods"
    return page(sandbox, path, "payment_method", given, conditions)


ROUTES = [
    retrieve(PATH, "payment_method", "PaymentMethod"),
    Route("POST", f"{PATH}/{{id}}", Hash({"expand": EXPAND, "metadata": METADATA}), update),
    Route("POST", f"{PATH}/{{id}}/attach", Hash({"customer": Text(), "expand": EXPAND}), attach),
    Route("POST", f"{PATH}/{{id}}/detach", ONLY_EXPAND, detach),
    list_route(
        PATH,
        "payment_method",
        listing(customer=Text(), type=_TYPE),
        {"customer": equals("customer"), "type": equals("type")},
    ),
    Route("GET", "/v1/customers/{id}/payment_methods", listing(type=_TYPE), of_customer),
]
