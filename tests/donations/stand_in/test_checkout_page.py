"""What a reader does on the hosted page: pay, be declined, prove who they are, leave."""

import re
from html import unescape
from typing import Any

import html5lib
import pytest

from tests.donations.stand_in.conftest import CANCEL, NOON, Bench, ask

MODES = ["payment", "subscription"]


def reloaded(bench: Bench, session: Any) -> Any:
    return bench.client.v1.checkout.sessions.retrieve(session.id)


def visible(html: str) -> str:
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.S))


@pytest.mark.parametrize("mode", MODES)
def test_the_page_shows_what_is_bought_and_asks_for_a_card(bench: Bench, mode: str) -> None:
    session = bench.session(mode, unit_amount=123456)
    page = ask(session.url)
    assert page.status == 200
    html5lib.HTMLParser(strict=True).parse(page.text)
    for text in ("Stand-in: no real money", "Support", "$1,234.56"):
        assert text in visible(page.text)
    assert ("per month" in visible(page.text)) is (mode == "subscription")
    assert 'name="card_number"' in page.text
    assert 'value="4242 4242 4242 4242"' in page.text
    assert re.search(r'name="email"[^>]*value="alice@example.com" readonly', page.text)
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.text)
    assert buttons == ["Pay", "Decline", "Authenticate", "Leave"]
    assert page.headers["Cache-Control"] == "no-store"


def test_without_a_known_address_the_page_asks_for_one(bench: Bench) -> None:
    session = bench.client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/",
            "line_items": [
                {
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": 500,
                        "product_data": {"name": "<b>Gift</b>"},
                    },
                    "quantity": 2,
                }
            ],
        }
    )
    page = ask(session.url)
    assert "readonly" not in page.text
    assert "<b>Gift" not in page.text
    assert "<b>Gift</b> × 2" in visible(page.text)
    assert "€10.00" in visible(page.text)
    for email in ("", "nobody", "a@b", "a b@example.com"):
        answer = bench.press(session, "Pay", email=email)
        assert answer.status == 400
        assert "Enter your e-mail address." in visible(answer.text)
    assert bench.press(session, "Pay", email="bob@example.com", name="Bob").status == 303
    details = reloaded(bench, session).customer_details
    assert (details.email, details.name) == ("bob@example.com", "Bob")


@pytest.mark.parametrize("mode", MODES)
def test_paying_completes_the_session_and_goes_to_the_success_url(bench: Bench, mode: str) -> None:
    session = bench.session(mode, client_reference_id="intent-1", metadata={"a": "b"})
    assert (session.status, session.payment_status) == ("open", "unpaid")
    answer = bench.press(session, "Pay")
    assert answer.status == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:9/thanks?session={session.id}"
    paid = reloaded(bench, session)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.client_reference_id, paid.metadata["a"]) == ("intent-1", "b")
    assert paid.customer_details.email == "alice@example.com"
    assert "This payment is complete" in visible(ask(session.url).text)
    again = bench.press(session, "Pay")
    assert "This payment is complete" in visible(again.text)
    assert len(bench.client.v1.charges.list().data) == 1


def test_one_payment_makes_an_intent_a_charge_and_a_fee(bench: Bench) -> None:
    session = bench.paid(payment_intent_data={"metadata": {"intent": "1"}, "description": "Once"})
    assert (session.customer, session.invoice, session.subscription) == (None, None, None)
    intent = bench.client.v1.payment_intents.retrieve(
        session.payment_intent, {"expand": ["latest_charge.balance_transaction"]}
    )
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 500, "usd")
    assert intent.metadata["intent"] == "1"
    charge = intent.latest_charge
    assert (charge.paid, charge.payment_intent) == (True, intent.id)
    assert charge.billing_details.email == "alice@example.com"
    fee = charge.balance_transaction
    assert (fee.amount, fee.fee, fee.net) == (500, 45, 455)


def test_a_subscription_makes_a_customer_an_invoice_and_its_payment(bench: Bench) -> None:
    bench.freeze()
    session = bench.paid("subscription", subscription_data={"metadata": {"intent": "1"}})
    assert session.payment_intent is None
    subscription = bench.client.v1.subscriptions.retrieve(session.subscription)
    assert (subscription.status, subscription.metadata["intent"]) == ("active", "1")
    item = subscription["items"].data[0]
    assert item.current_period_start == NOON
    assert item.current_period_end == NOON + 31 * 86_400  # October
    invoice = bench.client.v1.invoices.retrieve(session.invoice, {"expand": ["payments"]})
    assert (invoice.status, invoice.amount_paid) == ("paid", 500)
    assert invoice.billing_reason == "subscription_create"
    parent = invoice.parent.subscription_details
    assert (parent.subscription, parent.metadata["intent"]) == (subscription.id, "1")
    [payment] = invoice.payments.data
    assert (payment.status, payment.amount_paid) == ("paid", 500)
    intent = payment.payment.payment_intent
    found = bench.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent}}
    )
    assert [one.id for one in found.data] == [payment.id]
    customer = bench.client.v1.customers.retrieve(session.customer)
    assert (customer.email, customer.currency) == ("alice@example.com", "usd")


def test_a_single_payment_makes_a_customer_only_when_asked(bench: Bench) -> None:
    assert bench.paid().customer is None
    made = bench.paid(customer_creation="always")
    assert bench.client.v1.customers.retrieve(made.customer).email == "alice@example.com"
    given = bench.client.v1.customers.create({"email": "bob@example.com"})
    session = bench.client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": given.id,
            "success_url": "http://127.0.0.1:9/",
            "line_items": [
                {
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 500,
                        "product": bench.product(),
                    },
                    "quantity": 1,
                }
            ],
        }
    )
    assert 'value="bob@example.com" readonly' in ask(session.url).text
    bench.press(session, "Pay", email="mallory@example.com")
    paid = reloaded(bench, session)
    assert (paid.customer, paid.customer_details.email) == (given.id, "bob@example.com")


def test_the_events_of_a_single_payment(bench: Bench) -> None:
    bench.paid(product=bench.product())
    assert bench.event_types() == [
        "product.created", "payment_intent.created", "charge.succeeded",
        "payment_intent.succeeded", "checkout.session.completed", "charge.updated",
    ]  # fmt: skip
    [updated] = bench.events(type="charge.updated")
    assert updated.data.previous_attributes.balance_transaction is None
    assert updated.data.object["balance_transaction"]
    [succeeded] = bench.events(type="charge.succeeded")
    assert succeeded.data.object["balance_transaction"] is None


def test_the_events_of_a_subscription(bench: Bench) -> None:
    bench.paid("subscription", product=bench.product())
    assert bench.event_types() == [
        "product.created", "customer.created", "customer.updated",
        "customer.subscription.created", "invoice.created", "invoice.finalized",
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
        "invoice_payment.paid", "customer.subscription.updated", "invoice.paid",
        "invoice.payment_succeeded", "checkout.session.completed", "charge.updated",
    ]  # fmt: skip
    [created] = bench.events(type="customer.subscription.created")
    [updated] = bench.events(type="customer.subscription.updated")
    assert created.data.object["status"] == "incomplete"
    assert updated.data.object["status"] == "active"
    assert updated.data.previous_attributes["status"] == "incomplete"


@pytest.mark.parametrize("mode", MODES)
def test_a_declined_card_leaves_the_session_open_for_another(bench: Bench, mode: str) -> None:
    session = bench.session(mode)
    for answer in (
        bench.press(session, "Decline"),
        bench.press(session, "Pay", card_number="4000 0000 0000 0002"),
    ):
        assert answer.status == 402
        assert "Your card was declined." in visible(answer.text)
        html5lib.HTMLParser(strict=True).parse(answer.text)
    tried = reloaded(bench, session)
    assert (tried.status, tried.payment_status) == ("open", "unpaid")
    charges = bench.client.v1.charges.list().data
    assert [charge.status for charge in charges] == ["failed", "failed"]
    assert charges[0].failure_code == "card_declined"
    assert "payment_intent.payment_failed" in bench.event_types()
    assert ("invoice.payment_failed" in bench.event_types()) is (mode == "subscription")
    assert bench.press(session, "Pay").status == 303
    assert reloaded(bench, session).payment_status == "paid"
    assert len(bench.client.v1.payment_intents.list().data) == 1
    assert len(bench.client.v1.invoices.list().data) == (mode == "subscription")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4000000000009995", "insufficient funds"),
        ("4000000000000069", "expired"),
        ("4242 4242 4242 4241", "card number is invalid"),
        ("", "card number is invalid"),
        ("my card", "card number is invalid"),
    ],
)
def test_other_cards_that_fail(bench: Bench, number: str, said: str) -> None:
    session = bench.session()
    answer = bench.press(session, "Pay", card_number=number)
    assert answer.status == 402
    assert said in visible(answer.text)
    assert reloaded(bench, session).status == "open"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("button", "number"),
    [("Authenticate", "4242 4242 4242 4242"), ("Pay", "4000 0025 0000 3155")],
)
def test_authentication_is_a_second_page(bench: Bench, mode: str, button: str, number: str) -> None:
    session = bench.session(mode)
    asked = bench.press(session, button, card_number=number)
    assert asked.status == 200
    html5lib.HTMLParser(strict=True).parse(asked.text)
    assert "Authenticate this payment" in visible(asked.text)
    assert re.findall(r"<button[^>]*>([^<]+)</button>", asked.text) == ["Complete", "Fail"]
    assert reloaded(bench, session).status == "open"
    assert bench.client.v1.payment_intents.list().data[0].status == "requires_action"
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asked.text))
    assert kept["card_number"] == number
    assert bench.press(session, "Fail", card_number=number).status == 402
    assert reloaded(bench, session).status == "open"
    assert bench.press(session, "Complete", card_number=number).status == 303
    assert reloaded(bench, session).payment_status == "paid"
    [charge] = bench.client.v1.charges.list().data
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_leaving_goes_back_and_leaves_the_session_open(bench: Bench) -> None:
    session = bench.session()
    answer = bench.press(session, "Leave", email="")
    assert (answer.status, answer.headers["Location"]) == (303, CANCEL)
    assert reloaded(bench, session).status == "open"
    assert bench.client.v1.payment_intents.list().data == []


@pytest.mark.parametrize("mode", MODES)
def test_an_expired_page_says_so_and_takes_no_money(bench: Bench, mode: str) -> None:
    bench.freeze()
    session = bench.session(mode, expires_at=NOON + 1800)
    bench.press(session, "Decline")
    bench.control("clock", advance=1799)
    assert reloaded(bench, session).status == "open"
    bench.control("clock", advance=1)
    expired = reloaded(bench, session)
    assert (expired.status, expired.url) == ("expired", None)
    assert "has expired" in visible(ask(session.url).text)
    assert "has expired" in visible(bench.press(session, "Pay").text)
    assert [charge.paid for charge in bench.client.v1.charges.list().data] == [False]
    [event] = bench.events(type="checkout.session.expired")
    assert event.created == NOON + 1800
    assert bench.client.v1.payment_intents.list().data[0].status == "canceled"
    if mode == "subscription":
        [left] = bench.client.v1.subscriptions.list({"status": "all"}).data
        assert left.status == "incomplete_expired"


def test_an_unknown_page_is_not_found(bench: Bench) -> None:
    assert ask(f"{bench.url}/c/pay/cs_test_none").status == 404
    assert ask(f"{bench.url}/c/pay/cs_test_none", {"action": "pay"}).status == 404
    assert ask(f"{bench.url}/nothing").status == 404


def test_a_strange_button_is_refused(bench: Bench) -> None:
    assert bench.press(bench.session(), "steal").status == 400


def test_another_sites_page_cannot_press_a_button(bench: Bench) -> None:
    session = bench.session()
    answer = ask(session.url, {"action": "pay"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert reloaded(bench, session).status == "open"


def test_the_overview_shows_sessions_and_what_became_of_events(bench: Bench) -> None:
    bench.paid("subscription")
    page = ask(f"{bench.url}/")
    html5lib.HTMLParser(strict=True).parse(page.text)
    for text in ("complete", "active", "checkout.session.completed", "$5.00"):
        assert text in visible(page.text)


def test_a_receipt_and_an_invoice_can_be_opened(bench: Bench) -> None:
    session = bench.paid("subscription")
    [charge] = bench.client.v1.charges.list().data
    invoice = bench.client.v1.invoices.retrieve(session.invoice)
    bench.client.v1.refunds.create({"charge": charge.id, "amount": 100})
    for url in (charge.receipt_url, invoice.hosted_invoice_url, invoice.invoice_pdf):
        page = ask(url)
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert "$5.00" in visible(page.text)
    assert "Refunded: $1.00" in visible(ask(charge.receipt_url).text)
    for path in ("receipts/ch_none", f"receipts/{invoice.id}", "invoices/", "receipts"):
        assert ask(f"{bench.url}/{path}").status == 404
