"""What happens to an account without an API call: POST /_stand_in/<name>.

Each takes its form's fields and gives the object that it happened to. Its docstring names first
what it happens to (or “The account”), then after a semicolon its other fields. Call them within
`store.transaction()`.
"""

import re
from collections.abc import Callable, Iterable
from functools import wraps

from donations.stripe_stand_in import disputing, invoicing, paying, refunding, settling, subscribing
from donations.stripe_stand_in.errors import refused
from donations.stripe_stand_in.json_types import Json, public
from donations.stripe_stand_in.money import check_currency
from donations.stripe_stand_in.parameters import Choice, Integer
from donations.stripe_stand_in.resources.route import named
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

Form = dict[str, str]
Happening = Callable[[Sandbox, Form], Json]


def dispute(sandbox: Sandbox, form: Form) -> Json:
    """`payment_intent` or `charge`; `amount` (all), `reason` (fraudulent), `status`
    (needs_response, or warning_needs_response for an inquiry).
    """
    charge = _charge(sandbox, form)
    return disputing.open_dispute(
        sandbox,
        charge,
        _amount(form) or charge["amount"],
        _choice(form, "reason", disputing.REASONS, "fraudulent"),
        _choice(form, "status", ("needs_response", "warning_needs_response"), "needs_response"),
    )


def dispute_won(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`; `amount` when only a part comes back."""
    return disputing.win(sandbox, _named(sandbox, form, "dispute"), _amount(form))


def dispute_lost(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`"""
    return disputing.lose(sandbox, _named(sandbox, form, "dispute"))


def inquiry_closed(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`: an inquiry that comes to nothing."""
    return disputing.close_inquiry(sandbox, _named(sandbox, form, "dispute"))


def inquiry_escalated(sandbox: Sandbox, form: Form) -> Json:
    """`dispute`: an inquiry that becomes a chargeback."""
    return disputing.escalate(sandbox, _named(sandbox, form, "dispute"))


def fraud_warning(sandbox: Sandbox, form: Form) -> Json:
    """`payment_intent` or `charge`; `fraud_type` (made_with_stolen_card)."""
    types = (
        "card_never_received", "fraudulent_card_application", "made_with_counterfeit_card",
        "made_with_lost_card", "made_with_stolen_card", "misc", "unauthorized_use_of_card",
    )  # fmt: skip
    charge = _charge(sandbox, form)
    return disputing.warn(
        sandbox, charge, _choice(form, "fraud_type", types, "made_with_stolen_card")
    )


def refund_fails(sandbox: Sandbox, form: Form) -> Json:
    """`refund`; `failure_reason` (expired_or_canceled_card)."""
    reason = _choice(form, "failure_reason", refunding.FAILURES, "expired_or_canceled_card")
    return refunding.fail(sandbox, _named(sandbox, form, "refund"), reason)


def refund_succeeds(sandbox: Sandbox, form: Form) -> Json:
    """`refund`: one that is pending arrives."""
    return refunding.succeed(sandbox, _named(sandbox, form, "refund"))


def settle(sandbox: Sandbox, form: Form) -> Json:
    """`payment_intent` or `session`: the bank answers; `outcome` (succeed, or fail)."""
    if form.get("session"):
        session = named(sandbox, "checkout.session", form["session"], "session")
        identifier = session["payment_intent"]
        if session["invoice"]:
            invoice = sandbox.store.need(session["invoice"])
            identifier = invoicing.intent_of(sandbox, invoice)["id"]
    else:
        identifier = _named(sandbox, form, "payment_intent")["id"]
    intent = sandbox.store.need(identifier) if identifier else None
    if intent is None or intent["status"] != "processing":
        raise refused("No bank has been asked, or it has answered already.", "payment_intent")
    charge = sandbox.store.need(intent["latest_charge"])
    paid = _choice(form, "outcome", ("succeed", "fail"), "succeed") == "succeed"
    return settling.decide(sandbox, charge, paid=paid)


def late_balance(sandbox: Sandbox, form: Form) -> Json:
    """The account: what a payment cost is told an hour late, or when asked for; `enabled` (1, or 0)."""
    enabled = _choice(form, "enabled", ("0", "1"), "1") == "1"
    sandbox.store.remember("late_balance", enabled)
    return {"late_balance": enabled}


def balance(sandbox: Sandbox, form: Form) -> Json:
    """The account: now it is told what every payment cost that waits for it."""
    waiting = sandbox.store.find(
        "charge",
        [("due_at IS NOT NULL", []), (f"{at('status')} = 'succeeded'", [])],
        oldest_first=True,
    )
    for charge in waiting:
        paying.settle_now(sandbox, charge)
    return {"balance": len(waiting)}


def settlement(sandbox: Sandbox, form: Form) -> Json:
    """The account: from now on everything reaches it in one currency; `currency` (empty: as it was
    paid), `rate` at which others are exchanged, an exact decimal between whole units.
    """
    if not form.get("currency"):
        sandbox.store.remember("settlement", None)
        return {"settlement": None}
    rate = form.get("rate", "")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,12})?", rate) or not float(rate):
        raise refused("Invalid rate: must be a decimal number above 0, such as 0.92", "rate")
    currency = check_currency(form["currency"], "currency")
    sandbox.store.remember("settlement", {"currency": currency, "rate": rate})
    return {"settlement": {"currency": currency, "rate": rate}}


def after_retries(sandbox: Sandbox, form: Form) -> Json:
    """The account: what becomes of subscriptions whose retries are used up; `status` (canceled,
    unpaid or past_due).
    """
    status = _choice(form, "status", subscribing.AFTER_RETRIES, "canceled")
    sandbox.store.remember("after_retries", status)
    return {"after_retries": status}


def authenticate(sandbox: Sandbox, form: Form) -> Json:
    """`invoice`: its reader shows the bank who they are, on the invoice's page, and has paid."""
    invoice = _named(sandbox, form, "invoice")
    intent = invoicing.intent_of(sandbox, invoice) if invoice["number"] else None
    if intent is None or intent["status"] != "requires_action":
        raise refused("This invoice does not wait for its reader.", "invoice")
    subscription = sandbox.store.need(subscribing.subscription_of(invoice))
    method = subscribing.method_of(sandbox, subscription)
    if method is None:
        raise refused("There is no payment method on file.", "invoice")
    charge = subscribing.settle_invoice(
        sandbox, subscription, invoice, intent, method, authenticated=True
    )
    paying.settle(sandbox, charge)
    return invoice


def _charge(sandbox: Sandbox, form: Form) -> Json:
    if form.get("charge"):
        return named(sandbox, "charge", form["charge"], "charge")
    intent = _named(sandbox, form, "payment_intent")
    if intent["latest_charge"] is None:
        raise refused("This PaymentIntent has no charge yet.", "payment_intent")
    return named(sandbox, "charge", intent["latest_charge"], "charge")


def _named(sandbox: Sandbox, form: Form, kind: str) -> Json:
    return named(sandbox, kind, form.get(kind, ""), kind)


def _amount(form: Form) -> int | None:
    return Integer(1).read(form["amount"], "amount") if form.get("amount") else None


def _choice(form: Form, name: str, choices: Iterable[str], otherwise: str) -> str:
    return Choice(*choices).read(form.get(name) or otherwise, name)


def _publicly(happening: Happening) -> Happening:
    @wraps(happening)
    def happen(sandbox: Sandbox, form: Form) -> Json:
        return public(happening(sandbox, form))

    return happen


HAPPENINGS: dict[str, Happening] = {
    happening.__name__: _publicly(happening)
    for happening in (
        dispute,
        dispute_won,
        dispute_lost,
        inquiry_closed,
        inquiry_escalated,
        fraud_warning,
        refund_fails,
        refund_succeeds,
        settle,
        late_balance,
        balance,
        settlement,
        after_retries,
        authenticate,
    )
}
