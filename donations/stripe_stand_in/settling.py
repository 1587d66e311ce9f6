"""Days after a bank account was asked: its bank pays, or does not, and everybody hears of it."""

from donations.stripe_stand_in import paying, subscribing
from donations.stripe_stand_in.bank_debits import REFUSED, BankDebit
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at


def fall_due(sandbox: Sandbox, charge: Json) -> None:
    """A pending charge is decided; a paid one, told of late, gets its balance transaction."""
    if charge["status"] != "pending":
        paying.settle_now(sandbox, charge)
        return
    means = paying.means_of(sandbox.store.need(charge["payment_method"]))
    decide(sandbox, charge, paid=not (isinstance(means, BankDebit) and means.fails))


def decide(sandbox: Sandbox, charge: Json, *, paid: bool) -> Json:
    """The bank's answer to a pending charge."""
    intent = sandbox.store.need(charge["payment_intent"])
    method = sandbox.store.need(charge["payment_method"])
    invoice = sandbox.store.need(intent["_invoice"]) if intent["_invoice"] else None
    session = _session(sandbox, intent, invoice)
    if not paid:
        if invoice:
            subscribing.refuse_debit(sandbox, invoice, intent, method)
        else:
            paying.fail(sandbox, intent, method, REFUSED)
        if session:
            sandbox.emit("checkout.session.async_payment_failed", session)
        return intent
    if invoice:
        subscription = sandbox.store.need(subscribing.subscription_of(invoice))
        charge = subscribing.settle_invoice(sandbox, subscription, invoice, intent, method)
    else:
        charge = paying.succeed(sandbox, intent, method)
    if session:
        sandbox.update(session, payment_status="paid")
        sandbox.emit("checkout.session.async_payment_succeeded", session)
    paying.settle(sandbox, charge)
    return intent


def _session(sandbox: Sandbox, intent: Json, invoice: Json | None) -> Json | None:
    """The session that waits for this payment."""
    if invoice:
        place, value = at("subscription"), subscribing.subscription_of(invoice)
    else:
        place, value = at("payment_intent"), intent["id"]
    for session in sandbox.store.find("checkout.session", [(f"{place} = ?", [value])]):
        if session["payment_status"] == "unpaid" and session["invoice"] == (
            invoice["id"] if invoice else None
        ):
            return session
    return None
