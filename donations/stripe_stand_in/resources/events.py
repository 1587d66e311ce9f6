"""/v1/events, /v1/webhook_endpoints and /v1/account"""

from donations.stripe_stand_in import API_VERSION
from donations.stripe_stand_in.errors import no_such, refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import account as shapes
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
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
from donations.stripe_stand_in.resources.route import (
    Condition,
    Route,
    equals,
    list_route,
    need,
    retrieve,
)
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

KEPT = 30 * 86_400  # seconds for which an event can be retrieved
EVENT_TYPE = r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+"
ENDPOINT = Hash(
    {
        "api_version": Choice(API_VERSION),
        "description": Text(5_000, clearable=True),
        "enabled_events": List(Text(100, pattern=EVENT_TYPE), longest=1_000),
        "expand": EXPAND,
        "metadata": METADATA,
        "url": Url(),
    },
    required=("enabled_events", "url"),
)
UPDATE_ENDPOINT = Hash(
    {name: read for name, read in ENDPOINT.fields.items() if name != "api_version"}
    | {"disabled": Boolean()}
)


def create_endpoint(sandbox: Sandbox, given: Json) -> Json:
    if not given["enabled_events"]:
        raise refused("Invalid array", "enabled_events")
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    made = shapes.webhook_endpoint(sandbox.new_id("we_1"), sandbox.now(), given["url"], given)
    secret = f"whsec_{sandbox.secret(32)}"
    sandbox.store.put(made | {"_secret": secret})
    sandbox.endpoints_changed()
    return made | {"secret": secret}


def update_endpoint(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "webhook_endpoint", identifier, "webhook endpoint")
    changes = {name: value for name, value in given.items() if name not in ("expand", "disabled")}
    if changes.get("enabled_events") == []:
        raise refused("Invalid array", "enabled_events")
    if "metadata" in changes:
        changes["metadata"] = merge_metadata(found["metadata"], changes["metadata"])
    if "disabled" in given:
        changes["status"] = "disabled" if given["disabled"] else "enabled"
    sandbox.endpoints_changed()
    return sandbox.update(found, **changes)


def delete_endpoint(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    need(sandbox, "webhook_endpoint", identifier, "webhook endpoint")
    sandbox.store.delete(identifier)
    sandbox.endpoints_changed()
    sandbox.store.rows(
        "DELETE FROM deliveries WHERE endpoint = ? AND state = 'pending'", (identifier,)
    )
    return {"id": identifier, "object": "webhook_endpoint", "deleted": True}


def account(sandbox: Sandbox, given: Json) -> Json:
    return shapes.account(sandbox.now())


def _delivered(success: bool) -> Condition:
    waiting = "(SELECT event FROM deliveries WHERE state != 'delivered')"
    return (f"id NOT IN {waiting}" if success else f"id IN {waiting}", [])


def _types(types: list[str]) -> Condition:
    return (f"{at('type')} IN ({', '.join('?' * len(types))})", types)


def events_list(sandbox: Sandbox, given: Json) -> Json:
    oldest = max(sandbox.now() - KEPT, 0)
    asked = given.get("created", {})
    given["created"] = asked | {"gte": max(oldest, asked.get("gte", 0))}
    listed = _EVENTS.handle(sandbox, given)
    listed["data"] = [counted(sandbox, event) for event in listed["data"]]
    return listed


def event(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "event", identifier)
    if found["created"] < sandbox.now() - KEPT:
        raise no_such("event", identifier)
    return counted(sandbox, found)


def counted(sandbox: Sandbox, event: Json) -> Json:
    """The event with the number of endpoints that have not taken it."""
    waiting = sandbox.store.rows(
        "SELECT count(*) FROM deliveries WHERE event = ? AND state != 'delivered'", (event["id"],)
    )
    return event | {"pending_webhooks": waiting[0][0]}


_EVENTS = list_route(
    "/v1/events",
    "event",
    listing(
        created=Moment(),
        delivery_success=Boolean(),
        type=Text(100),
        types=List(Text(100), longest=20),
    ),
    {"delivery_success": _delivered, "type": equals("type"), "types": _types},
)

ROUTES = [
    Route("GET", "/v1/account", ONLY_EXPAND, account),
    Route("GET", "/v1/events", _EVENTS.parameters, events_list),
    Route("GET", "/v1/events/{id}", ONLY_EXPAND, event),
    Route("POST", "/v1/webhook_endpoints", ENDPOINT, create_endpoint),
    retrieve("/v1/webhook_endpoints", "webhook_endpoint", "webhook endpoint"),
    Route("POST", "/v1/webhook_endpoints/{id}", UPDATE_ENDPOINT, update_endpoint),
    list_route("/v1/webhook_endpoints", "webhook_endpoint", listing()),
    Route("DELETE", "/v1/webhook_endpoints/{id}", Hash({}), delete_endpoint),
]
