"""What a bank decides days later: pending until then, and then paid, or not."""

import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from donations import payments, stripe_api
from donations.models import (
    EntryKind,
    IntentState,
    LedgerEntry,
    Subscription,
    Supporter,
    SupportIntent,
)
from newsroom.models import Alert, OutgoingMail
from tests.donations.conftest import Life

pytestmark = pytest.mark.django_db

Start = Callable[..., str]
# Stripe's test account whose bank says no.
FAILS = "DE62370400440532013001"
EVERY = ["once", "month"]


def booked() -> list[int]:
    entries = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    return [*entries.values_list("amount_minor", flat=True)]


@pytest.fixture
def debit(start: Start, life: Life, client: Client) -> Callable[..., str]:
    """Fifty euros, asked of a bank; gives the session."""

    def asked(every: str, **form: object) -> str:
        session = start(every=every, amount="50", currency="eur")
        life.pay(session, method="bank_debit", **form)
        return session

    return asked


def state(client: Client, session: str) -> str:
    page = client.get("/support/thanks/", {"session_id": session})
    return str(page.context["state"])


@pytest.mark.parametrize("every", EVERY)
def test_row_40_until_the_bank_has_paid_there_is_no_money_and_no_supporter(
    every: str, debit: Callable[..., str], life: Life, client: Client
) -> None:
    session = debit(every)
    assert SupportIntent.objects.get().state == IntentState.PENDING
    assert not LedgerEntry.objects.exists()
    assert not Subscription.objects.exists()
    assert not Supporter.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert state(client, session) == "pending"


@pytest.mark.parametrize("every", EVERY)
def test_row_40_when_it_has_paid_all_is_booked_once(
    every: str, debit: Callable[..., str], life: Life, client: Client, mailoutbox: list[Any]
) -> None:
    session = debit(every)
    life.wait(days=5)
    assert booked() == [50_00]
    assert SupportIntent.objects.get().state == IntentState.PAID
    assert [each.status for each in Subscription.objects.all()] == (["active"] if every == "month" else [])  # fmt: skip
    (letter,) = mailoutbox
    assert letter.subject.startswith("Thank you")
    assert state(client, session) == "paid"
    assert not Alert.objects.exists()


@pytest.mark.parametrize("every", EVERY)
def test_row_40_when_it_has_not_the_reader_hears_of_it_once(
    every: str, debit: Callable[..., str], life: Life, client: Client, mailoutbox: list[Any]
) -> None:
    session = debit(every, account_number=FAILS)
    life.wait(days=5)
    for event in life.side.events("checkout.session.async_payment_failed"):
        life.tell({**event, "id": f"{event['id']}x"})
    life.catch_up()
    assert booked() == []
    assert SupportIntent.objects.get().state == IntentState.FAILED
    assert not Subscription.objects.exists()
    assert not Supporter.objects.exists()
    (letter,) = mailoutbox
    assert letter.to == ["ada@example.com"]
    assert "did not arrive" in letter.subject
    assert "€50" in letter.body
    assert state(client, session) == "failed"


def test_row_40_a_first_debit_that_works_at_the_second_try_begins_the_support(
    debit: Callable[..., str], life: Life, client: Client
) -> None:
    session = debit("month")
    life.do("settle", session=session, outcome="fail")
    (letter,) = OutgoingMail.objects.all()
    assert "once more on" in letter.text
    life.wait(days=4)  # the bank is asked again
    assert SupportIntent.objects.get().state != IntentState.PAID
    life.wait(days=5)
    assert booked() == [50_00]
    assert Subscription.objects.get().status == "active"
    assert SupportIntent.objects.get().state == IntentState.PAID
    assert state(client, session) == "paid"


@pytest.mark.parametrize("every", EVERY)
def test_row_40_what_is_paid_while_we_look_is_not_called_failed(
    every: str, debit: Callable[..., str], life: Life
) -> None:
    """The session was read a moment before the bank paid, all else a moment after."""
    session = debit(every)
    before = stripe_api.retrieve_session(session)
    life.side.order("settle", session=session, outcome="succeed")
    with patch.object(stripe_api, "retrieve_session", lambda *_args, **_kwargs: before):
        payments.sync_session(session)
    assert not OutgoingMail.objects.filter(purpose="debit_failed").exists()
    assert SupportIntent.objects.get().state in {IntentState.PAID, IntentState.PENDING}
    life.catch_up()
    assert booked() == [50_00]
    assert SupportIntent.objects.get().state == IntentState.PAID
    assert [each.purpose for each in OutgoingMail.objects.all()] == ["receipt"]


def test_row_40_a_later_debit_that_fails_is_a_failed_renewal(
    debit: Callable[..., str], life: Life
) -> None:
    debit("month")
    life.wait(days=5)
    life.wait(days=25)
    subscription = Subscription.objects.get()
    assert booked() == [50_00]  # the second is on its way
    found = life.side.api("GET", f"subscriptions/{subscription.stripe_id}")
    invoice = life.side.api("GET", f"invoice_payments?invoice={found['latest_invoice']}")
    life.do(
        "settle", payment_intent=invoice["data"][0]["payment"]["payment_intent"], outcome="fail"
    )
    subscription.refresh_from_db()
    assert subscription.status == "past_due"
    assert booked() == [50_00]
    assert OutgoingMail.objects.filter(purpose="payment_failed").count() == 1
    assert not OutgoingMail.objects.filter(purpose="debit_failed").exists()


def test_row_44_a_try_that_the_bank_has_not_answered_has_not_failed(
    debit: Callable[..., str], life: Life
) -> None:
    debit("month")
    for days in (5, 25):
        life.wait(days=days)
    subscription = Subscription.objects.get()
    found = life.side.api("GET", f"subscriptions/{subscription.stripe_id}")
    invoice = life.side.api("GET", f"invoice_payments?invoice={found['latest_invoice']}")
    life.do(
        "settle", payment_intent=invoice["data"][0]["payment"]["payment_intent"], outcome="fail"
    )
    life.wait(days=3)  # the bank is asked again
    for event in life.side.events("invoice.payment_failed"):
        life.tell({**event, "id": f"{event['id']}x"})
    life.catch_up()
    (letter,) = OutgoingMail.objects.filter(purpose="payment_failed")
    assert letter.about.endswith(":1")


@pytest.mark.parametrize("every", EVERY)
def test_row_41_who_leaves_while_the_bank_asks_who_they_are_leaves_no_trace(
    every: str, start: Start, life: Life, client: Client
) -> None:
    session = start(every=every)
    form = {"action": "pay", "email": "ada@example.com", "card_number": "4000002500003155"}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{life.side.url}/c/pay/{session}", data=body) as page:
        assert "Authenticate" in page.read().decode()
    life.catch_up()
    assert SupportIntent.objects.get().state == IntentState.OPEN
    life.wait(hours=24)
    assert SupportIntent.objects.get().state == IntentState.EXPIRED
    if every == "month":
        (found,) = life.side.api("GET", "subscriptions?status=all")["data"]
        assert found["status"] == "incomplete_expired"
    for model in (LedgerEntry, Subscription, Supporter, OutgoingMail, Alert):
        assert not model._default_manager.exists()
    assert state(client, session) == "expired"
