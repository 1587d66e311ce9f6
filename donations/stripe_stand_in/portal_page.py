"""The hosted billing portal: where a customer changes a card or an address, stops, and goes back."""

from datetime import UTC, datetime
from html import escape

from donations.stripe_stand_in import invoicing, methods_on_file, subscribing
from donations.stripe_stand_in.cards import SUCCEEDS, Card
from donations.stripe_stand_in.checkout_page import TEST_CARDS, Page, grouped
from donations.stripe_stand_in.errors import ApiError, card_declined, refused
from donations.stripe_stand_in.html_page import page, section, table
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.objects.people import billing_details
from donations.stripe_stand_in.parameters import is_email
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.store import at

OPEN_FOR = 3600  # seconds

_ACTS = {
    "card": "payment_method_update",
    "customer": "customer_update",
    "cancel": "subscription_cancel",
    "undo": "subscription_cancel",
    "pay": "invoice_history",
}  # and the feature that each belongs to


def show(sandbox: Sandbox, secret: str) -> Page:
    with sandbox.store.transaction():
        session = _session(sandbox, secret)
        return _home(sandbox, session) if session else _gone()


def press(sandbox: Sandbox, secret: str, form: dict[str, str]) -> Page:
    """One of the page's buttons was pressed: `action` says which."""
    with sandbox.store.transaction():
        session = _session(sandbox, secret)
        if session is None:
            return _gone()
        customer = sandbox.store.need(session["customer"])
        try:
            _act(sandbox, session, customer, form)
        except ApiError as error:
            return _home(sandbox, session, form, str(error), error.status)
        return _after(session) or Page(status=303, to=session["url"])


def _act(sandbox: Sandbox, session: Json, customer: Json, form: dict[str, str]) -> None:
    action = form.get("action", "")
    if action not in _ACTS:
        raise refused("Choose one of the buttons.")
    if not _features(sandbox, session)[_ACTS[action]]["enabled"]:
        raise refused("This is switched off.")
    match action:
        case "card":
            _change_card(sandbox, customer, form.get("card_number", ""))
        case "customer":
            _change_customer(sandbox, session, customer, form)
        case "cancel":
            _cancel(sandbox, session, _subscription(sandbox, customer, form))
        case "undo":
            subscription = _subscription(sandbox, customer, form)
            given = {"cancel_at_period_end": False}
            changes = subscribing.ending(subscription, sandbox.now(), given)
            subscribing.change(sandbox, subscription, **changes)
        case _:
            _pay(sandbox, customer, form.get("invoice", ""))


def _change_card(sandbox: Sandbox, customer: Json, number: str) -> None:
    """Pays from now on for everything that the customer has."""
    card = Card.typed(number)
    if card is None:
        raise card_declined("Your card number is invalid.", "incorrect_number")
    billed = billing_details(customer["email"], customer["name"])
    method = methods_on_file.take(sandbox, card, customer, billed)
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    sandbox.update(customer, "customer.updated", invoice_settings=settings)
    for subscription in _subscriptions(sandbox, customer):
        if subscription["default_payment_method"]:
            subscribing.change(sandbox, subscription, default_payment_method=method["id"])


def _change_customer(sandbox: Sandbox, session: Json, customer: Json, form: dict[str, str]) -> None:
    allowed = _features(sandbox, session)["customer_update"]["allowed_updates"]
    changes: Json = {}
    if "email" in allowed:
        changes["email"] = form.get("email", "").strip()
        if not is_email(changes["email"]):
            raise refused("Enter your e-mail address.", "email", "email_invalid")
    if "name" in allowed:
        changes["name"] = form.get("name", "").strip()[:256] or None
    sandbox.update(customer, "customer.updated", **changes)


def _cancel(sandbox: Sandbox, session: Json, subscription: Json) -> None:
    if _features(sandbox, session)["subscription_cancel"]["mode"] == "immediately":
        subscribing.end(sandbox, subscription, "cancellation_requested")
        return
    changes = subscribing.ending(subscription, sandbox.now(), {"cancel_at_period_end": True})
    subscribing.change(sandbox, subscription, **changes)


def _pay(sandbox: Sandbox, customer: Json, identifier: str) -> None:
    invoice = sandbox.store.get(identifier, "invoice")
    if invoice is None or invoice["customer"] != customer["id"] or invoice["status"] != "open":
        raise refused("There is no such open invoice.", "invoice")
    intent = invoicing.intent_of(sandbox, invoice)
    subscription = sandbox.store.need(subscribing.subscription_of(invoice))
    method = subscribing.method_of(sandbox, subscription)
    if method is None or intent["status"] == "processing":
        raise refused("This invoice cannot be paid now.", "invoice")
    failure = subscribing.attempt(sandbox, subscription, invoice, method)
    if failure:
        raise card_declined(failure[1], failure[0], failure[2])


def _session(sandbox: Sandbox, secret: str) -> Json | None:
    found = sandbox.store.find("billing_portal.session", [(f"{at('_secret')} = ?", [secret])])
    if not found or found[0]["created"] + OPEN_FOR < sandbox.now():
        return None
    gone = sandbox.store.need(found[0]["customer"]).get("deleted")
    return None if gone else found[0]


def _features(sandbox: Sandbox, session: Json) -> Json:
    features: Json = sandbox.store.need(session["configuration"])["features"]
    return features


def _subscriptions(sandbox: Sandbox, customer: Json) -> list[Json]:
    """Those that go on, oldest first."""
    mine = [(f"{at('customer')} = ?", [customer["id"]])]
    found = sandbox.store.find("subscription", mine, oldest_first=True)
    return [one for one in found if one["ended_at"] is None]


def _subscription(sandbox: Sandbox, customer: Json, form: dict[str, str]) -> Json:
    for subscription in _subscriptions(sandbox, customer):
        if subscription["id"] == form.get("subscription"):
            return subscription
    raise refused("There is no such subscription.", "subscription")


def _after(session: Json) -> Page | None:
    """Where a flow leads when it is done; None: to the portal's first page."""
    done = (session["flow"] or {}).get("after_completion")
    if not done or done["type"] == "portal_homepage":
        return None
    if done["type"] == "redirect":
        return Page(status=303, to=done["redirect"]["return_url"])
    said = (done["hosted_confirmation"] or {}).get("custom_message") or "Your change is saved."
    return Page(page("Done", f"<h1>Done</h1><p>{escape(said)}</p>{_back(session)}"))


def _gone() -> Page:
    text = "<h1>Expired</h1><p>This page is no longer open. Ask for a new link.</p>"
    return Page(page("Expired", text), 404)


def _home(
    sandbox: Sandbox,
    session: Json,
    form: dict[str, str] | None = None,
    error: str | None = None,
    status: int = 200,
) -> Page:
    customer, features = sandbox.store.need(session["customer"]), _features(sandbox, session)
    flow = (session["flow"] or {}).get("type")
    parts = [f'<p class="error" role="alert">{escape(error)}</p>' if error else ""]
    if flow in (None, "subscription_cancel"):
        only = (session["flow"] or {}).get("subscription_cancel")
        listed = [
            _subscription_shown(sandbox, one, features)
            for one in _subscriptions(sandbox, customer)
            if not only or only["subscription"] == one["id"]
        ]
        parts.append(section("Subscriptions", "".join(listed) or "<p>None.</p>"))
    if flow in (None, "payment_method_update") and features["payment_method_update"]["enabled"]:
        parts.append(_card_form(sandbox, customer, form or {}))
    if flow is None and features["customer_update"]["enabled"]:
        parts.append(_customer_form(customer, features["customer_update"], form or {}))
    if flow is None and features["invoice_history"]["enabled"]:
        parts.append(_history(sandbox, customer))
    parts.append(_back(session))
    headline = sandbox.store.need(session["configuration"])["business_profile"]["headline"]
    title = headline or "Manage your subscription"
    return Page(page(title, f"<h1>{escape(title)}</h1>{''.join(parts)}"), status)


def _subscription_shown(sandbox: Sandbox, subscription: Json, features: Json) -> str:
    [item, *_] = subscription["items"]["data"]
    price = item["price"]
    total = sum(
        one["price"]["unit_amount"] * one["quantity"] for one in subscription["items"]["data"]
    )
    amount = written(total, price["currency"])
    ends = subscription["cancel_at"]
    when = f"Ends on {_day(ends)}" if ends else f"Renews on {_day(item['current_period_end'])}"
    if subscription["status"] == "past_due":
        when = "The last payment failed"
    name = sandbox.store.need(price["product"])["name"]
    html = (
        f"<h3>{escape(name)}</h3>"
        f'<p class="about">{escape(amount)} per {escape(price["recurring"]["interval"])}.'
        f" {when}.</p>"
    )
    if not features["subscription_cancel"]["enabled"]:
        return html
    action, label = (
        ("undo", "Don’t cancel subscription") if ends else ("cancel", "Cancel subscription")
    )
    return html + (
        f'<form method="post"><input type="hidden" name="subscription"'
        f' value="{escape(subscription["id"])}">'
        f'<button name="action" value="{action}">{label}</button></form>'
    )


def _card_form(sandbox: Sandbox, customer: Json, form: dict[str, str]) -> str:
    identifier = customer["invoice_settings"]["default_payment_method"]
    for subscription in _subscriptions(sandbox, customer):
        identifier = subscription["default_payment_method"] or identifier
    method = sandbox.store.get(identifier) if identifier else None
    held = method and (method.get(method["type"]) or {}).get("last4")
    known = f'<p class="about">On file: •••• {escape(held)}</p>' if held else ""
    number = form.get("card_number") or grouped(SUCCEEDS)
    form_shown = f"""{known}<form method="post">
<label for="card_number">Card number</label>
<input id="card_number" name="card_number" inputmode="numeric" autocomplete="off"
 value="{escape(number)}" aria-describedby="cards">{TEST_CARDS}
<button class="first" name="action" value="card">Save card</button></form>"""
    return section("Payment method", form_shown)


def _customer_form(customer: Json, feature: Json, form: dict[str, str]) -> str:
    inputs = ""
    for name, label, kind in (("email", "E-mail", "email"), ("name", "Name", "text")):
        if name in feature["allowed_updates"]:
            value = form.get(name, customer[name] or "")
            inputs += (
                f'<label for="{name}">{label}</label>'
                f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{name}"'
                f' value="{escape(value)}">'
            )
    if not inputs:
        return ""
    save = '<button class="first" name="action" value="customer">Save</button>'
    return section("Billing information", f'<form method="post">{inputs}{save}</form>')


def _history(sandbox: Sandbox, customer: Json) -> str:
    mine = [(f"{at('customer')} = ?", [customer["id"]])]
    found = sandbox.store.find("invoice", mine, limit=100)
    rows = [_invoice_shown(invoice) for invoice in found if invoice["status"] != "draft"]
    shown = table("Invoices", ("Date", "Amount", "Status"), rows)
    return section("Invoice history", shown)


def _invoice_shown(invoice: Json) -> tuple[str, str, str]:
    amount, state = written(invoice["total"], invoice["currency"]), escape(invoice["status"])
    if invoice["status"] == "open":
        state += (
            f'<form method="post"><input type="hidden" name="invoice" value="{invoice["id"]}">'
            '<button name="action" value="pay">Pay</button></form>'
        )
    page_of = f'<a href="{escape(invoice["hosted_invoice_url"])}">{_day(invoice["created"])}</a>'
    return page_of, escape(amount), state


def _back(session: Json) -> str:
    back = session["return_url"]
    return f'<p><a href="{escape(back)}">Go back</a></p>' if back else ""


def _day(seconds: int) -> str:
    at_day = datetime.fromtimestamp(seconds, UTC)
    return f"{at_day.day} {at_day:%B %Y}"
