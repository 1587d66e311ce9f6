"""Charging a card or a bank account for a payment intent."""

from donations.stripe_stand_in import balance, cards, disputing
from donations.stripe_stand_in.bank_debits import SETTLES_AFTER, BankDebit
from donations.stripe_stand_in.cards import Card, Failure
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.objects import payments as shapes
from donations.stripe_stand_in.objects import people
from donations.stripe_stand_in.sandbox import Sandbox

Means = Card | BankDebit


def open_intent(
    sandbox: Sandbox,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    given: Json,
    setup_future_usage: str | None,
    method_types: list[str],
    invoice: str | None = None,
    identifier: str | None = None,
) -> Json:
    intent = shapes.payment_intent(
        identifier or sandbox.new_id("pi_3"),
        sandbox.now(),
        sandbox.secret(25),
        amount=amount,
        currency=currency,
        customer=customer,
        given=given,
        setup_future_usage=setup_future_usage,
        method_types=method_types,
    )
    sandbox.store.put(intent | {"_invoice": invoice})
    sandbox.emit("payment_intent.created", intent)
    return intent | {"_invoice": invoice}


def take(sandbox: Sandbox, means: Means, customer: str | None, billed: Json) -> Json:
    """The payment method that a typed card or account becomes."""
    identifier, now = sandbox.new_id("pm_1"), sandbox.now()
    if isinstance(means, Card):
        method = people.card_method(identifier, now, means.facts(), means.number, customer, billed)
    else:
        method = people.debit_method(
            identifier, now, means.kind, means.facts(), means.number, customer, billed
        )
    return sandbox.store.put(method)


def means_of(method: Json) -> Means:
    """The card or account behind a payment method."""
    if method["type"] == "card":
        return Card(method["_card_number"])
    return BankDebit(method["type"], method["_account_number"])


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


def fail(sandbox: Sandbox, intent: Json, method: Json | None, failure: Failure) -> Json | None:
    """A charge that the bank refused; without one when it never came to a charge."""
    code, message, decline_code = failure
    charge = _pending(sandbox, intent)
    if charge:
        sandbox.update(charge, None, **shapes.failed(failure), _due_at=None)
    elif method and code != "payment_intent_authentication_failure":
        charge = _charge(sandbox, intent, method, failure=failure)
    if charge:
        sandbox.emit("charge.failed", charge)
    error: Json = {"code": code, "message": message, "type": "card_error"}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    error |= {"charge": charge["id"]} if charge else {}
    error |= {"decline_code": decline_code} if decline_code else {}
    error |= {"payment_method": public(method)} if method else {}
    sandbox.update(
        intent,
        last_payment_error=error,
        latest_charge=charge["id"] if charge else intent["latest_charge"],
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    sandbox.emit("payment_intent.payment_failed", intent)
    return charge


def begin(sandbox: Sandbox, intent: Json, method: Json) -> Json:
    """A bank account is asked: whether it pays is known days later."""
    charge = _charge(sandbox, intent, method, status="pending")
    sandbox.update(charge, _due_at=sandbox.now() + SETTLES_AFTER)
    sandbox.update(
        intent,
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
        payment_method=method["id"],
        status="processing",
    )
    sandbox.emit("charge.pending", charge)
    sandbox.emit("payment_intent.processing", intent)
    return charge


def succeed(sandbox: Sandbox, intent: Json, method: Json, *, authenticated: bool = False) -> Json:
    """The money moves. The fee comes a moment later, with `settle`, as it does at Stripe."""
    charge = _pending(sandbox, intent)
    if charge:
        sandbox.update(charge, paid=True, status="succeeded", _due_at=None)
    else:
        charge = _charge(sandbox, intent, method, authenticated=authenticated)
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
    """What reaches the account, less the fee; or later, when the account is told late."""
    if sandbox.store.recall("late_balance", otherwise=False):
        sandbox.update(charge, _due_at=sandbox.now() + balance.LATE_BY)
    else:
        settle_now(sandbox, charge)


def settle_now(sandbox: Sandbox, charge: Json) -> None:
    """With what Stripe's test cards bring about afterwards."""
    means = means_of(sandbox.store.need(charge["payment_method"]))
    transaction = balance.receive(sandbox, charge, None if isinstance(means, Card) else means)
    sandbox.update(charge, "charge.updated", balance_transaction=transaction["id"], _due_at=None)
    match means.number:
        case cards.DISPUTED:
            disputing.open_dispute(
                sandbox, charge, charge["amount"], "fraudulent", "needs_response"
            )
        case cards.INQUIRED_ABOUT:
            disputing.open_dispute(
                sandbox, charge, charge["amount"], "fraudulent", "warning_needs_response"
            )
        case cards.WARNED_OF:
            disputing.warn(sandbox, charge, "made_with_stolen_card")


def _pending(sandbox: Sandbox, intent: Json) -> Json | None:
    """The charge that a bank has not decided yet."""
    if intent["status"] != "processing":
        return None
    return sandbox.store.need(intent["latest_charge"])


def _charge(
    sandbox: Sandbox,
    intent: Json,
    method: Json,
    *,
    authenticated: bool = False,
    failure: Failure | None = None,
    status: str = "succeeded",
) -> Json:
    identifier, means = sandbox.new_id("ch_3"), means_of(method)
    if isinstance(means, Card):
        details = shapes.card_details(
            means.facts(),
            intent["amount"],
            authenticated=authenticated,
            failed=failure is not None,
        )
    else:
        details = means.charge_details()
    return sandbox.store.put(
        shapes.charge(
            identifier,
            sandbox.now(),
            intent,
            billed=method["billing_details"],
            details={method["type"]: details, "type": method["type"]},
            payment_method=method["id"],
            receipt_url=f"{sandbox.url}/receipts/{identifier}",
            status=status,
            failure=failure,
        )
    )
