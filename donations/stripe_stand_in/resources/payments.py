"""/v1/payment_intents, /v1/charges, /v1/balance_transactions and /v1/refunds"""

from donations.stripe_stand_in import disputing, refunding
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.parameters import (
    EXPAND,
    METADATA,
    ONLY_EXPAND,
    Choice,
    Hash,
    Integer,
    Moment,
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
    retrieve,
)
from donations.stripe_stand_in.sandbox import Sandbox

REFUND = Hash(
    {
        "amount": Integer(1),
        "charge": Text(),
        "expand": EXPAND,
        "metadata": METADATA,
        "payment_intent": Text(),
        "reason": Choice("duplicate", "fraudulent", "requested_by_customer"),
    }
)


def refund(sandbox: Sandbox, given: Json) -> Json:
    charge = _charge_to_refund(sandbox, given)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise refused(f"Charge {charge['id']} has not succeeded.", "charge")
    if left and charge["disputed"]:
        left = max(left - disputing.disputed_amount(sandbox, charge), 0)
        if not left:
            raise refused(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                "charge",
                "charge_disputed",
            )
    if not left:
        raise refused(
            f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded"
        )
    amount = given.get("amount", left)
    if amount > left:
        raise refused(
            f"Refund amount ({written(amount, charge['currency'])}) is greater than unrefunded"
            f" amount on charge ({written(left, charge['currency'])})",
            "amount",
        )
    given["metadata"] = merge_metadata({}, given.get("metadata"))
    return refunding.refund(sandbox, charge, amount, given)


def update_refund(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    found = need(sandbox, "refund", identifier)
    if "metadata" in given:
        metadata = merge_metadata(found["metadata"], given["metadata"])
        sandbox.update(found, "refund.updated", metadata=metadata)
    return found


def cancel_refund(sandbox: Sandbox, given: Json, identifier: str) -> Json:
    """Only what waits for a customer's bank details can be canceled, and nothing here does."""
    found = need(sandbox, "refund", identifier)
    raise refused(
        f"This refund cannot be canceled, because it has a status of {found['status']}. Only"
        " refunds with a status of requires_action can be canceled."
    )


def _charge_to_refund(sandbox: Sandbox, given: Json) -> Json:
    if ("charge" in given) == ("payment_intent" in given):
        raise refused(
            "One of the following params should be provided for this request: payment_intent or"
            " charge.",
            "charge",
            "parameter_missing",
        )
    if "charge" in given:
        return named(sandbox, "charge", given["charge"], "charge")
    intent = named(sandbox, "payment_intent", given["payment_intent"], "payment_intent")
    if intent["latest_charge"] is None:
        raise refused("This PaymentIntent has no successful charge to refund.", "payment_intent")
    return named(sandbox, "charge", intent["latest_charge"], "charge")


ROUTES = [
    retrieve("/v1/payment_intents", "payment_intent"),
    list_route(
        "/v1/payment_intents",
        "payment_intent",
        listing(created=Moment(), customer=Text()),
        {"customer": equals("customer")},
    ),
    retrieve("/v1/charges", "charge"),
    list_route(
        "/v1/charges",
        "charge",
        listing(created=Moment(), customer=Text(), payment_intent=Text()),
        {"customer": equals("customer"), "payment_intent": equals("payment_intent")},
    ),
    retrieve("/v1/balance_transactions", "balance_transaction", "balance transaction"),
    list_route(
        "/v1/balance_transactions",
        "balance_transaction",
        listing(created=Moment(), currency=Text(3), source=Text(), type=Text()),
        {"currency": equals("currency"), "source": equals("source"), "type": equals("type")},
    ),
    Route("POST", "/v1/refunds", REFUND, refund),
    retrieve("/v1/refunds", "refund"),
    Route(
        "POST", "/v1/refunds/{id}", Hash({"expand": EXPAND, "metadata": METADATA}), update_refund
    ),
    Route("POST", "/v1/refunds/{id}/cancel", ONLY_EXPAND, cancel_refund),
    list_route(
        "/v1/refunds",
        "refund",
        listing(charge=Text(), created=Moment(), payment_intent=Text()),
        {"charge": equals("charge"), "payment_intent": equals("payment_intent")},
    ),
]
