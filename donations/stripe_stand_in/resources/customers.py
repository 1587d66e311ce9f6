"""/v1/customers"""

from donations.stripe_stand_in import methods_on_file, subscribing
from donations.stripe_stand_in.errors import no_such
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects.people import address, customer
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
    Email,
    Hash,
    List,
    Moment,
    Text,
    Type,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import Route, equals, list_route, named, need
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

PATH = "/v1/customers"
_ADDRESS = Hash(
    {part: Text() for part in ("city", "country", "line1", "line2", "postal_code", "state")}
)
_FIELDS: dict[str, Type] = {
    "address": _ADDRESS,
    "business_name": Text(150, clearable=True),
    "description": Text(clearable=True),
    "email": Email(),
    "expand": EXPAND,
    "individual_name": Text(150, clearable=True),
    "metadata": METADATA,
    "name": Text(256, clearable=True),
    "phone": Text(20, clearable=True),
    "preferred_locales": List(Text(20)),
}
_FIELDS["invoice_settings"] = Hash({"default_payment_method": Text(clearable=True)})
CREATE = Hash({**_FIELDS, "payment_method": Text(), "test_clock": Text()})
UPDATE = Hash(_FIELDS)


def create(sandbox: Sandbox, given: Json) -> Json:
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    if "address" in given:
        given["address"] = address(given["address"])
    if clock := given.get("test_clock"):
        named(sandbox, "test_helpers.test_clock", clock, "test_clock")
    made = customer(sandbox.new_id("cus", 14), sandbox.now(), given)
    sandbox.store.put(made)
    sandbox.emit("customer.created", made)
    default = given.get("invoice_settings", {}).get("default_payment_method")
    if "payment_method" in given:
        method = methods_on_file.attach(sandbox, given["payment_method"], made, "payment_method")
        if default == given["payment_method"]:
            default = method["id"]
    if default:
        place = "invoice_settings[default_payment_method]"
        methods_on_file.belonging_to(sandbox, made["id"], default, place)
        settings = made["invoice_settings"] | {"default_payment_method": default}
        sandbox.update(made, invoice_settings=settings)
    return made


def retrieve(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    return need(sandbox, "customer", identifier)


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = _alive(sandbox, identifier)
    changes = {name: value for name, value in given.items() if name != "expand"}
    if "metadata" in changes:
        changes["metadata"] = merge_metadata(found["metadata"], changes["metadata"])
    if "address" in changes:
        changes["address"] = address((found["address"] or {}) | changes["address"])
    if settings := changes.get("invoice_settings"):
        if settings.get("default_payment_method"):
            place = "invoice_settings[default_payment_method]"
            default = settings["default_payment_method"]
            methods_on_file.belonging_to(sandbox, identifier, default, place)
        changes["invoice_settings"] = found["invoice_settings"] | settings
    return sandbox.update(found, "customer.updated", **changes)


def delete(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    """Ends what the customer pays for, and forgets who that was."""
    found = _alive(sandbox, identifier)
    for subscription in sandbox.store.find(
        "subscription", [(f"{at('customer')} = ?", [identifier])]
    ):
        if subscription["ended_at"] is None:
            subscribing.end(sandbox, subscription, "cancellation_requested")
    sandbox.emit("customer.deleted", found)
    gone: Json = {"id": identifier, "object": "customer", "deleted": True}
    sandbox.store.put(gone)
    return gone


def _alive(sandbox: Sandbox, identifier: str) -> Json:
    found = need(sandbox, "customer", identifier)
    if found.get("deleted"):
        raise no_such("customer", identifier)
    return found


ROUTES = [
    Route("POST", PATH, CREATE, create),
    Route("GET", f"{PATH}/{{id}}", ONLY_EXPAND, retrieve),
    Route("POST", f"{PATH}/{{id}}", UPDATE, update),
    Route("DELETE", f"{PATH}/{{id}}", Hash({}), delete),
    list_route(
        PATH,
        "customer",
        listing(created=Moment(), email=Text(512)),
        {"email": equals("email")},
        always=lambda given: [(f"{at('deleted')} IS NULL", [])],
    ),
]
