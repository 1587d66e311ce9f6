"""Charging a card for a payment intent."""

from donations.stripe_stand_in import balance
from donations.stripe_stand_in.cards import Card, Failure
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import payments as shapes
from donations.stripe_stand_in.objects.people import payment_method as payment_method_shape
from donations.stripe_stand_in.sandbox import Sandbox


def open_intent(
    sandbox: Sandbox,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    given: Json,
    setup_future_usage: str | None,
) -> Json:
    intent = shapes.payment_intent(
        sandbox.new_id("pi_3"),
        sandbox.now(),
        sandbox.secret(25),
        amount=amount,
        currency=currency,
        customer=customer,
        given=given,
        setup_future_usage=setup_future_usage,
    )
    sandbox.store.put(intent)
    sandbox.emit("payment_intent.created", intent)
    return intent


def take_card(sandbox: Sandbox, card: Card, customer: str | None, billed: Json) -> Json:
    """The payment method that a typed card becomes."""
    return sandbox.store.put(
        payment_method_shape(
            sandbox.new_id("pm_1"), sandbox.now(), card.facts(), card.number, customer, billed
        )
    )


def ask_authentication(sandbox: Sandbox, intent: Json) -> None:
    """The bank wants to see the reader: nothing moves until that is done."""
    sandbox.update(
        intent,
        status="requires_action",
        next_action={
            "redirect_to_url": {"return_url": None, "url": f"{sandbox.url}/c/authenticate"},
            "type": "redirect_to_url",
        },
    )
    sandbox.emit("payment_intent.requires_action", intent)


def fail(sandbox: Sandbox, intent: Json, method: Json, failure: Failure) -> Json | None:
    """A charge that the bank refused; without one when it never came to a charge."""
    code, message, decline_code = failure
    charge = None
    if code != "payment_intent_authentication_failure":
        charge = _charge(sandbox, intent, method, authenticated=False, failure=failure)
        sandbox.emit("charge.failed", charge)
    error: Json = {"code": code, "message": message, "type": "card_error"}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    error |= {"charge": charge["id"]} if charge else {}
    error |= {"decline_code": decline_code} if decline_code else {}
    intent["last_payment_error"] = error | {"payment_method": _public_method(method)}
    sandbox.update(
        intent,
        latest_charge=charge["id"] if charge else intent["latest_charge"],
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    sandbox.emit("payment_intent.payment_failed", intent)
    return charge


def succeed(sandbox: Sandbox, intent: Json, method: Json, *, authenticated: bool) -> Json:
    """The money moves. The fee comes a moment later, with `settle`, as it does at Stripe."""
    charge = _charge(sandbox, intent, method, authenticated=authenticated, failure=None)
    sandbox.update(
        intent,
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
        payment_method=method["id"],
        status="succeeded",
    )
    sandbox.emit("charge.succeeded", charge)
    sandbox.emit("payment_intent.succeeded", intent)
    return charge


def settle(sandbox: Sandbox, charge: Json) -> None:
    """What reaches the account, less the fee."""
    transaction = balance.move(sandbox, charge, charge["amount"], "charge")
    sandbox.update(charge, "charge.updated", balance_transaction=transaction["id"])


def _charge(
    sandbox: Sandbox, intent: Json, method: Json, *, authenticated: bool, failure: Failure | None
) -> Json:
    identifier = sandbox.new_id("ch_3")
    return sandbox.store.put(
        shapes.charge(
            identifier,
            sandbox.now(),
            intent,
            billed=method["billing_details"],
            card=Card(method["_card_number"]).facts(),
            payment_method=method["id"],
            receipt_url=f"{sandbox.url}/receipts/{identifier}",
            authenticated=authenticated,
            failure=failure,
        )
    )


def _public_method(method: Json) -> Json:
    return {key: value for key, value in method.items() if not key.startswith("_")}
