"""`expand[]=latest_charge.balance_transaction`: ids in an answer become what they name."""

from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.objects.billing import list_of
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

_EXPANDABLE = frozenset(
    (
        "balance_transaction",
        "charge",
        "configuration",
        "customer",
        "default_payment_method",
        "failure_balance_transaction",
        "invoice",
        "latest_charge",
        "latest_invoice",
        "payment_intent",
        "payment_method",
        "price",
        "product",
        "source",
        "subscription",
    )
)
_DEEPEST = 4


def expand(sandbox: Sandbox, thing: Json, paths: list[str]) -> Json:
    """The same answer with those paths expanded. Refuses one that names nothing expandable."""
    for path in paths:
        names = path.split(".")
        if len(names) - (names[0] == "data") > _DEEPEST:
            raise refused(f"You cannot expand more than {_DEEPEST} levels of a property.", "expand")
        _expand(sandbox, thing, names, path)
    return thing


def _expand(sandbox: Sandbox, thing: Json, names: list[str], path: str) -> None:
    name, rest = names[0], names[1:]
    if name not in thing and (included := _included(sandbox, thing, name)):
        thing[name] = included
    if name not in thing:
        raise refused(
            f"This property cannot be expanded ({path}). You may want to try expanding"
            f" '{path}' with another path.",
            "expand",
        )
    value = thing[name]
    if isinstance(value, str) and name in _EXPANDABLE:
        found = sandbox.store.get(value)
        if found is None:
            return
        value = thing[name] = public(found)
    elif isinstance(value, str) or (not rest and not isinstance(value, list | dict | None)):
        raise refused(f"This property cannot be expanded ({path}).", "expand")
    if not rest:
        return
    for inner in value if isinstance(value, list) else [value]:
        if isinstance(inner, dict):
            _expand(sandbox, inner, rest, path)


def _included(sandbox: Sandbox, thing: Json, name: str) -> Json | None:
    """Lists that are answered only on demand."""
    identifier, find = thing.get("id", ""), sandbox.store.find
    match thing.get("object"), name:
        case "checkout.session", "line_items":
            lines = sandbox.store.need(identifier)["_line_items"]
            return list_of(lines, f"/v1/checkout/sessions/{identifier}/line_items")
        case "invoice", "payments":
            found = find("invoice_payment", [(f"{at('invoice')} = ?", [identifier])])
            return list_of([public(one) for one in found], "/v1/invoice_payments")
        case "charge", "refunds":
            found = find("refund", [(f"{at('charge')} = ?", [identifier])])
            return list_of([public(one) for one in found], f"/v1/charges/{identifier}/refunds")
        case "customer", "subscriptions":
            found = find(
                "subscription",
                [(f"{at('customer')} = ?", [identifier]), (f"{at('status')} != 'canceled'", [])],
            )
            url = f"/v1/customers/{identifier}/subscriptions"
            return list_of([public(one) for one in found], url)
    return None
