"""/v1/billing_portal/configurations and /v1/billing_portal/sessions"""

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import portal as shapes
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    Boolean,
    Choice,
    Hash,
    List,
    Text,
    Type,
    Url,
    listing,
    merge_metadata,
)
from donations.stripe_stand_in.resources.route import (
    Route,
    equals,
    list_route,
    named,
    need,
    retrieve,
)
from donations.stripe_stand_in.resources.sessions import LOCALES
from donations.stripe_stand_in.sandbox import Sandbox

CONFIGURATIONS, SESSIONS = "/v1/billing_portal/configurations", "/v1/billing_portal/sessions"
_ON = Hash({"enabled": Boolean()}, required=("enabled",))
_FEATURES = Hash(
    {
        "customer_update": Hash(
            {
                "allowed_updates": List(
                    Choice("address", "email", "name", "phone", "shipping", "tax_id")
                ),
                "enabled": Boolean(),
            },
            required=("enabled",),
        ),
        "invoice_history": _ON,
        "payment_method_update": _ON,
        "subscription_cancel": Hash(
            {
                "cancellation_reason": Hash(
                    {"enabled": Boolean(), "options": List(Choice(*shapes.REASONS))},
                    required=("enabled", "options"),
                ),
                "enabled": Boolean(),
                "mode": Choice("at_period_end", "immediately"),
                "proration_behavior": Choice("always_invoice", "create_prorations", "none"),
            },
            required=("enabled",),
        ),
        "subscription_update": _ON,
    }
)
_FIELDS: dict[str, Type] = {
    "business_profile": Hash(
        {
            "headline": Text(60, clearable=True),
            "privacy_policy_url": Url(),
            "terms_of_service_url": Url(),
        }
    ),
    "default_return_url": Url(),
    "expand": EXPAND,
    "features": _FEATURES,
    "login_page": _ON,
    "metadata": METADATA,
    "name": Text(250, clearable=True),
}
CREATE = Hash(_FIELDS, required=("features",))
UPDATE = Hash({**_FIELDS, "active": Boolean()})
_DONE = Hash(
    {
        "hosted_confirmation": Hash({"custom_message": Text(500)}),
        "redirect": Hash({"return_url": Url()}, required=("return_url",)),
        "type": Choice("hosted_confirmation", "portal_homepage", "redirect"),
    },
    required=("type",),
)
SESSION = Hash(
    {
        "configuration": Text(),
        "customer": Text(),
        "expand": EXPAND,
        "flow_data": Hash(
            {
                "after_completion": _DONE,
                "subscription_cancel": Hash({"subscription": Text()}, required=("subscription",)),
                "type": Choice("payment_method_update", "subscription_cancel"),
            },
            required=("type",),
        ),
        "locale": Choice(*LOCALES.replace("hi-IN ", "").split(" ")),
        "return_url": Url(),
    }
)


def create(sandbox: Sandbox, given: Json) -> Json:
    _check_features(given["features"])
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    return _make(sandbox, given, is_default=False)


def update(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "billing_portal.configuration", identifier, "configuration")
    changes = {
        name: given[name] for name in ("active", "default_return_url", "name") if name in given
    }
    if changes.get("active") is False and found["is_default"]:
        raise refused("You can't deactivate the default configuration.", "active")
    if "business_profile" in given:
        changes["business_profile"] = found["business_profile"] | given["business_profile"]
    if "features" in given:
        _check_features(given["features"])
        asked = {
            name: found["features"][name] | feature for name, feature in given["features"].items()
        }
        changes["features"] = found["features"] | {
            name: feature
            for name, feature in shapes.features({**found["features"], **asked}).items()
            if name in asked
        }
    if "metadata" in given:
        changes["metadata"] = merge_metadata(found["metadata"], given["metadata"])
    kind = "billing_portal.configuration.updated"
    return sandbox.update(found, kind, **changes, updated=sandbox.now())


def open_session(sandbox: Sandbox, given: Json) -> Json:
    if "customer" not in given:
        raise refused("Missing required param: customer.", "customer", "parameter_missing")
    customer = named(sandbox, "customer", given["customer"], "customer")
    if "configuration" in given:
        configuration = named(
            sandbox, "billing_portal.configuration", given["configuration"], "configuration"
        )
        if not configuration["active"]:
            raise refused("This configuration is not active.", "configuration")
    else:
        configuration = _default(sandbox)
    _check_flow(sandbox, configuration, customer, given.get("flow_data"))
    given |= {
        "configuration": configuration["id"],
        "return_url": given.get("return_url", configuration["default_return_url"]),
    }
    secret = f"test_{sandbox.secret(40)}"
    made = shapes.session(
        sandbox.new_id("bps_1"), sandbox.now(), f"{sandbox.url}/p/session/{secret}", given
    )
    sandbox.store.put(made | {"_secret": secret})
    sandbox.emit("billing_portal.session.created", made)
    return made


def _make(sandbox: Sandbox, given: Json, *, is_default: bool) -> Json:
    identifier = sandbox.new_id("bpc_1")
    made = shapes.configuration(identifier, sandbox.now(), given, is_default=is_default)
    sandbox.store.put(made)
    sandbox.emit("billing_portal.configuration.created", made)
    return made


def _default(sandbox: Sandbox) -> Json:
    """What the account has without anybody's asking."""
    for found in sandbox.store.find("billing_portal.configuration"):
        if found["is_default"]:
            return found
    others = ("invoice_history", "payment_method_update", "subscription_cancel")
    features = {name: {"enabled": True} for name in others} | {
        "customer_update": {"allowed_updates": ["email", "name"], "enabled": True}
    }
    return _make(sandbox, {"features": features}, is_default=True)


def _check_features(features: Json) -> None:
    customer = features.get("customer_update", {})
    if customer.get("enabled") and not customer.get("allowed_updates", ["kept"]):
        raise refused(
            "You must provide at least one allowed update when customer updates are enabled.",
            "features[customer_update][allowed_updates]",
        )
    if features.get("subscription_update", {}).get("enabled"):
        raise refused(
            "The stand-in's portal changes no subscriptions: it only cancels them.",
            "features[subscription_update][enabled]",
        )


def _check_flow(sandbox: Sandbox, configuration: Json, customer: Json, flow: Json | None) -> None:
    if flow is None:
        return
    if not configuration["features"][flow["type"]]["enabled"]:
        raise refused(f"The configuration does not enable {flow['type']}.", "flow_data[type]")
    cancel = flow.get("subscription_cancel")
    if (flow["type"] == "subscription_cancel") != (cancel is not None):
        raise refused(
            "`subscription_cancel` belongs to that type of flow.", "flow_data[subscription_cancel]"
        )
    if cancel:
        where = "flow_data[subscription_cancel][subscription]"
        subscription = named(sandbox, "subscription", cancel["subscription"], where)
        if subscription["customer"] != customer["id"] or subscription["ended_at"]:
            raise refused("This subscription cannot be canceled by this customer.", where)
    done = flow.get("after_completion", {})
    if (done.get("type") == "redirect") != ("redirect" in done):
        raise refused(
            "Give `redirect` with the type redirect only.", "flow_data[after_completion][redirect]"
        )


ROUTES = [
    Route("POST", CONFIGURATIONS, CREATE, create),
    retrieve(CONFIGURATIONS, "billing_portal.configuration", "configuration"),
    Route("POST", f"{CONFIGURATIONS}/{{id}}", UPDATE, update),
    list_route(
        CONFIGURATIONS,
        "billing_portal.configuration",
        listing(active=Boolean(), is_default=Boolean()),
        {"active": equals("active"), "is_default": equals("is_default")},
    ),
    Route("POST", SESSIONS, SESSION, open_session),
]
