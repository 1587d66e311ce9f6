"""A checkout session's life: opened, tried, paid, left, expired."""

from donations.stripe_stand_in import invoicing, paying, subscribing
from donations.stripe_stand_in.cards import Card, Failure
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
    card_number: str,
    authenticated: bool = False,
    failure: Failure | None = None,
) -> ApiError | None:
    """Pay an open session with a card: complete, or what the reader is told instead.

    Not raised, because a declined try leaves its traces, and the session open. `failure` refuses
    whatever the card would do.
    """
    if session["status"] != "open":
        return ApiError(400, f"This Checkout Session is {session['status']}.")
    if not is_email(email):
        return ApiError(400, "Enter your e-mail address.", param="email", code="email_invalid")
    card = Card.typed(card_number)
    if card is None:
        return card_declined("Your card number is invalid.", "incorrect_number")
    failure = failure or card.failure(renewing=False)
    if card.asks_authentication and not authenticated and failure is None:
        return card_declined("This card asks for authentication.", "authentication_required")
    intent, invoice, subscription = prepare(sandbox, session, email, name)
    billed = people.billing_details(email, name)
    method = paying.take_card(sandbox, card, intent["customer"], billed)
    if failure:
        if subscription and invoice:
            charge = invoicing.refuse(sandbox, invoice, intent, method, failure)
        else:
            charge = paying.fail(sandbox, intent, method, failure)
        code, message, decline_code = failure
        return card_declined(message, code, decline_code, charge["id"] if charge else None)
    if subscription and invoice:
        charge = subscribing.settle_invoice(
            sandbox, subscription, invoice, intent, method, authenticated=authenticated
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
        payment_status="paid",
        status="complete",
        subscription=subscription["id"] if subscription else None,
        url=None,
        _due_at=None,
    )
    sandbox.emit("checkout.session.completed", session)
    paying.settle(sandbox, charge)
    return None


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
        subscription, invoice = subscribing.start(sandbox, customer, lines, given)
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
