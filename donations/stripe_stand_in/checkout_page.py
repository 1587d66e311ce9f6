"""The hosted checkout page: where a reader pays, is declined, proves who they are, or leaves."""

from dataclasses import dataclass
from html import escape

from donations.stripe_stand_in import checkout
from donations.stripe_stand_in.bank_debits import FAILS as DEBIT_FAILS
from donations.stripe_stand_in.bank_debits import SUCCEEDS as DEBITS
from donations.stripe_stand_in.cards import AUTHENTICATION_FAILED, DECLINED, SUCCEEDS, Card, Failure
from donations.stripe_stand_in.html_page import page
from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.misbehaviour import Misbehaviour
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.parameters import is_email
from donations.stripe_stand_in.sandbox import Sandbox


@dataclass
class Page:
    """HTML with a status, or (with `to`) a redirect."""

    html: str = ""
    status: int = 200
    to: str | None = None


def show(sandbox: Sandbox, identifier: str) -> Page:
    session = sandbox.store.get(identifier, "checkout.session")
    if session is None:
        return _message("Not found", "There is no such checkout page.", status=404)
    return _closed(session) or _form(sandbox, session, {})


def press(
    sandbox: Sandbox, misbehaviour: Misbehaviour, identifier: str, form: dict[str, str]
) -> Page:
    """One of the page's buttons was pressed: `action` says which."""
    with sandbox.store.transaction():
        session = sandbox.store.get(identifier, "checkout.session")
        if session is None:
            return _message("Not found", "There is no such checkout page.", status=404)
        if closed := _closed(session):
            return closed
        action = form.get("action", "pay")
        if action == "leave":
            back = session["cancel_url"]
            return Page(status=303, to=back) if back else _form(sandbox, session, form, _NO_WAY)
        if action not in ("pay", "decline", "authenticate", "complete", "fail"):
            return _form(sandbox, session, form, "Choose one of the buttons.", status=400)
        failure = AUTHENTICATION_FAILED if action == "fail" else None
        if action in ("pay", "complete") and misbehaviour.take("/c/pay", paying=True):
            failure = Card(DECLINED).failure(renewing=False)
        return _try(sandbox, session, action, form, failure)


def _try(
    sandbox: Sandbox, session: Json, action: str, form: dict[str, str], failure: Failure | None
) -> Page:
    """Pay, or show the bank's page first where the card or the button asks for it."""
    email = checkout.known_email(sandbox, session) or form.get("email", "").strip()
    name = form.get("name", "").strip() or None
    means = Card(DECLINED) if action == "decline" else checkout.typed(session, form)
    card = means if isinstance(means, Card) else None
    asks = card and (action == "authenticate" or (action == "pay" and card.asks_authentication))
    if asks and is_email(email):
        checkout.ask_authentication(sandbox, session, email, name)
        return _authentication(session, form | {"email": email})
    problem = checkout.pay(
        sandbox,
        session,
        email=email,
        name=name,
        means=means,
        authenticated=action == "complete",
        failure=failure,
    )
    if problem:
        return _form(sandbox, session, form, str(problem), status=problem.status)
    return Page(status=303, to=success_url(session))


def success_url(session: Json) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


TEST_CARDS = """<p class="hint" id="cards">Test cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002
 is declined, 4000 0025 0000 3155 asks for authentication.</p>"""
_NO_WAY = "This page was opened without an address to go back to."


def _closed(session: Json) -> Page | None:
    if session["status"] == "complete":
        done = f'<p><a href="{escape(success_url(session))}">Go on</a></p>'
        return _message("Paid", "This payment is complete. Thank you.", more=done)
    if session["status"] == "expired":
        back = session["cancel_url"]
        more = f'<p><a href="{escape(back)}">Go back</a></p>' if back else ""
        return _message(
            "Expired", "This checkout page has expired. Nothing was charged.", more=more
        )
    return None


def _message(title: str, text: str, *, status: int = 200, more: str = "") -> Page:
    html = f"<h1>{escape(title)}</h1><p>{escape(text)}</p>{more}"
    return Page(page(title, html), status)


def _form(
    sandbox: Sandbox,
    session: Json,
    form: dict[str, str],
    error: str | None = None,
    status: int = 200,
) -> Page:
    known = checkout.known_email(sandbox, session)
    email, fixed = known or form.get("email", ""), " readonly" if known else ""
    said = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    submit = (session["custom_text"] or {}).get("submit")
    note = f'<p class="hint">{escape(submit["message"])}</p>' if submit else ""
    return Page(
        page(
            "Pay",
            f"""{_bought(session)}{said}
<form method="post">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="email" required
 value="{escape(email)}"{fixed}>
<label for="name">Name on card <span class="hint">(optional)</span></label>
<input id="name" name="name" autocomplete="name" value="{escape(form.get("name", ""))}">
{_means(session, form)}<button class="first" name="action" value="pay">Pay</button>{note}
<div class="others"><button name="action" value="decline">Decline</button>
<button name="action" value="authenticate">Authenticate</button>
<button name="action" value="leave" formnovalidate>Leave</button></div>
</form>""",
        ),
        status,
    )


def _means(session: Json, form: dict[str, str]) -> str:
    """What to pay with: a card, an account, or the choice."""
    card = f"""<label for="card_number">Card number</label>
<input id="card_number" name="card_number" inputmode="numeric" autocomplete="off"
 value="{escape(form.get("card_number") or grouped(SUCCEEDS))}" aria-describedby="cards">
{TEST_CARDS}"""
    kind = next((one for one in session["payment_method_types"] if one in DEBITS), None)
    if kind is None:
        return card
    chosen = form.get("method", "card")
    what = "SEPA debit" if kind == "sepa_debit" else "ACH debit"
    account = f"""<label for="account_number">{"IBAN" if kind == "sepa_debit" else "Account number"}
</label><input id="account_number" name="account_number" autocomplete="off"
 value="{escape(form.get("account_number") or DEBITS[kind])}" aria-describedby="accounts">
<p class="hint" id="accounts">Paid (or not) after four days. {DEBITS[kind]} pays,
 {DEBIT_FAILS[kind]} does not.</p>"""
    if "card" not in session["payment_method_types"]:
        return f'<input type="hidden" name="method" value="bank_debit">{account}'
    choices = "".join(
        f'<label><input type="radio" name="method" value="{value}"'
        f"{' checked' if chosen == value else ''}> {text}</label>"
        for value, text in (("card", "Card"), ("bank_debit", what))
    )
    return f"<fieldset><legend>Pay by</legend>{choices}</fieldset>{card}{account}"


def _authentication(session: Json, form: dict[str, str]) -> Page:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(form.get(name, ""))}">'
        for name in ("email", "name", "card_number")
    )
    return Page(
        page(
            "Authenticate this payment",
            f"""<h1>Authenticate this payment</h1>
<p class="amount">{escape(written(session["amount_total"], session["currency"]))}</p>
<p class="about">Your bank wants to be sure that it is you.</p>
<form method="post">{kept}
<button class="first" name="action" value="complete">Complete</button>
<div class="others"><button name="action" value="fail">Fail</button></div></form>""",
        )
    )


def _bought(session: Json) -> str:
    lines = session["_line_items"]
    what = ", ".join(
        line["description"] + (f" × {line['quantity']}" if line["quantity"] > 1 else "")
        for line in lines
    )
    rhythm = lines[0]["price"]["recurring"]
    every = ""
    if rhythm:
        count = rhythm["interval_count"]
        every = f"every {count} {rhythm['interval']}s" if count > 1 else f"per {rhythm['interval']}"
    amount = written(session["amount_total"], session["currency"])
    return (
        f"<h1>{escape(what)}</h1>"
        f'<p class="amount">{escape(amount)} <small>{escape(every)}</small></p>'
        f'<p class="about">to {escape(session["branding_settings"]["display_name"])}</p>'
    )


def grouped(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
