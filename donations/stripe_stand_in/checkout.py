"""A checkout session's life: opened, tried, paid, left, expired."""

from donations.stripe_stand_in import invoicing, paying, subscribing
from donations.stripe_stand_in.bank_debits import SUCCEEDS as DEBIT_SUCCEEDS
from donations.stripe_stand_in.bank_debits import BankDebit
from donations.stripe_stand_in.cards import SUCCEEDS, Card, Failure
from donations.stripe_stand_in.errors import ApiError, card_declined
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.objects import people
from donations.stripe_stand_in.parameters import is_email
from donations.stripe_stand_in.sandbox import Sandbox


def pay(
    sandbox: Sandbox,
    session: Json,
    *,
    email: str,
    name: str | None,
    means: paying.Means | None,
    authenticated: bool = False,
    failure: Failure | None = None,
) -> ApiError | None:
    """Pay an open session with a card or by bank debit: complete, or what the reader is told
    instead.

    Not raised, because a declined try leaves its traces, and the session open. `failure` refuses
    whatever the card would do. `means` is None for a number that is none.
    """
    if session["status"] != "open":
        return ApiError(400, f"This Checkout Session is {session['status']}.")
    if session["customer"] and sandbox.store.need(session["customer"]).get("deleted"):
        return ApiError(400, "This customer has been deleted.")
    if not is_email(email):
        return ApiError(400, "Enter your e-mail address.", param="email", code="email_invalid")
    if means is None:
        return card_declined("Your card number is invalid.", "incorrect_number")
    if isinstance(means, Card):
        failure = failure or means.failure(renewing=False)
        if means.asks_authentication and not authenticated and failure is None:
            return card_declined("This card asks for authentication.", "authentication_required")
    intent, invoice, subscription = prepare(sandbox, session, email, name)
    billed = people.billing_details(email, name)
    method = paying.take(sandbox, means, intent["customer"], billed)
    if failure:
        if subscription and invoice:
            charge = invoicing.refuse(sandbox, invoice, intent, method, failure)
        else:
            charge = paying.fail(sandbox, intent, method, failure)
        code, message, decline_code = failure
        return card_declined(message, code, decline_code, charge["id"] if charge else None)
    charge = None
    if isinstance(means, BankDebit):
        paying.begin(sandbox, intent, method)
        if subscription and invoice:
            invoicing.begin(sandbox, invoice)
            subscribing.activate(sandbox, subscription, method)
    elif subscription and invoice:
        charge = subscribing.settle_invoice(
            sandbox, subscription, invoice, intent, method, authenticated=authenticated, keep=True
        )
    else:
        charge = paying.succeed(sandbox, intent, method, authenticated=authenticated)
    if intent["customer"] and session["customer_creation"] == "always":
        # The first try may have been made with another address.
        customer = sandbox.store.need(intent["customer"])
        sandbox.update(customer, "customer.updated", email=email, name=name)
    sandbox.update(
        session,
        customer_details=customer_details(email, name),
        invoice=invoice["id"] if invoice else None,
        payment_intent=None if invoice else intent["id"],
        payment_status="paid" if charge else "unpaid",
        status="complete",
        subscription=subscription["id"] if subscription else None,
        url=None,
        _due_at=None,
    )
    sandbox.emit("checkout.session.completed", session)
    if charge:
        paying.settle(sandbox, charge)
    return None


def typed(session: Json, form: dict[str, str]) -> paying.Means | None:
    """What a reader chose to pay with: `method` is `card` or `bank_debit`, whose number is in
    `card_number` or `account_number`. Of a kind that the session does not take, none.
    """
    types = session["payment_method_types"]
    if form.get("method", "card") == "card":
        return Card.typed(form.get("card_number", "")) if "card" in types else None
    debit = BankDebit.typed(form.get("account_number", ""), session["currency"])
    return debit if debit and debit.kind in types else None


def good_numbers(session: Json) -> dict[str, str]:
    """What a reader would type so that all goes well."""
    debits = [kind for kind in session["payment_method_types"] if kind in DEBIT_SUCCEEDS]
    numbers = {"card_number": SUCCEEDS}
    return numbers | ({"account_number": DEBIT_SUCCEEDS[debits[0]]} if debits else {})


def known_email(sandbox: Sandbox, session: Json) -> str | None:
    """The address that the reader need not type, and cannot change."""
    if session["customer"] and not session.get("_tried"):
        email: str | None = sandbox.store.need(session["customer"]).get("email")
        return email
    given: str | None = session["customer_email"]
    return given


def prepare(
    sandbox: Sandbox, session: Json, email: str, name: str | None
) -> tuple[Json, Json | None, Json | None]:
    """What is to be paid: its intent, invoice and subscription; made once, at the first try."""
    store = sandbox.store
    if tried := session.get("_tried"):
        intent = store.need(tried["intent"])
        if intent["status"] != "canceled":
            invoice, subscription = tried.get("invoice"), tried.get("subscription")
            return (
                intent,
                store.need(invoice) if invoice else None,
                store.need(subscription) if subscription else None,
            )
    customer = _customer(sandbox, session, email, name)
    lines = session["_line_items"]
    if session["mode"] == "subscription" and customer:
        given = session["_subscription_data"]
        subscription, invoice = subscribing.start(
            sandbox, customer, lines, given, session["payment_method_types"]
        )
        intent = invoicing.intent_of(sandbox, invoice)
        tried = {
            "intent": intent["id"], "invoice": invoice["id"], "subscription": subscription["id"],
        }  # fmt: skip
        sandbox.update(session, customer=customer["id"], _tried=tried)
        return intent, invoice, subscription
    given = session["_payment_intent_data"]
    intent = paying.open_intent(
        sandbox,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer["id"] if customer else None,
        given=given,
        setup_future_usage=given.get("setup_future_usage"),
        method_types=session["payment_method_types"],
    )
    sandbox.update(
        session,
        customer=customer["id"] if customer else None,
        payment_intent=intent["id"],
        _tried={"intent": intent["id"]},
    )
    return intent, None, None


def ask_authentication(sandbox: Sandbox, session: Json, email: str, name: str | None) -> None:
    """The reader's bank wants to see them before it answers."""
    intent, invoice, _ = prepare(sandbox, session, email, name)
    if intent["status"] != "requires_action":
        paying.ask_authentication(sandbox, intent)
        if invoice:
            sandbox.emit("invoice.payment_action_required", invoice)


def expire(sandbox: Sandbox, session: Json) -> Json:
    """Close an open session for good, and whatever was tried in it."""
    tried = session.get("_tried") or {}
    if subscription := tried.get("subscription"):
        subscribing.give_up_first_payment(sandbox, sandbox.store.need(subscription))
    elif identifier := tried.get("intent"):
        intent = sandbox.store.need(identifier)
        now = sandbox.now()
        sandbox.update(
            intent, canceled_at=now, cancellation_reason="expired", next_action=None,
            status="canceled",
        )  # fmt: skip
        sandbox.emit("payment_intent.canceled", intent)
    sandbox.update(session, status="expired", url=None, _due_at=None)
    sandbox.emit("checkout.session.expired", session)
    return session


def customer_details(email: str, name: str | None) -> Json:
    return {
        "address": people.address(),
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _customer(sandbox: Sandbox, session: Json, email: str, name: str | None) -> Json | None:
    if session["customer"]:
        return sandbox.store.need(session["customer"])
    if session["customer_creation"] != "always":
        return None
    customer = people.customer(
        sandbox.new_id("cus", 14), sandbox.now(), {"email": email, "name": name}
    )
    sandbox.store.put(customer)
    sandbox.emit("customer.created", customer)
    return customer
