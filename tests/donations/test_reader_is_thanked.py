"""The thanks page: right before any event came, and discreet to whoever is not the reader."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.timezone import now

from donations import reader_cookie
from donations.locks import lock
from donations.models import IntentState, LedgerEntry, Subscription, SupportIntent
from newsroom.models import OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell, no_time

pytestmark = pytest.mark.django_db

THANKS = "/support/thanks/"
Start = Callable[..., str]


def test_before_any_event_came(client: Client, start: Start, stripe_side: Stripe) -> None:
    session = start()
    stripe_side.pay(session)
    response = client.get(THANKS, {"session_id": session})
    assert response.status_code == 200
    assert response.context["state"] == IntentState.PAID
    page = response.content.decode()
    assert "Thank you." in page
    assert "$5" in page
    assert "ada@example.com" in page
    assert f"{Subscription.objects.get().current_period_end:%Y}" in page
    assert response["Cache-Control"] == "private, no-store"
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_looking_again_and_late_events_change_nothing(
    client: Client, start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    session = start()
    stripe_side.pay(session)
    for _ in range(2):
        client.get(THANKS, {"session_id": session})
    asked = len(stripe_side.requests("/v1/checkout/sessions/cs_"))
    assert asked == 1  # once paid, there is nothing to ask
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert client.get(THANKS, {"session_id": session}).context["state"] == IntentState.PAID
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_the_browser_remembers_that_it_supports(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    session = start()
    assert "newsroom_reader" not in client.get(THANKS, {"session_id": session}).cookies
    client.cookies["newsroom_reader"] = "later:2031-01-01"
    stripe_side.pay(session)
    cookie = client.get(THANKS, {"session_id": session}).cookies["newsroom_reader"]
    state = reader_cookie.parse(cookie.value)
    assert (state.later, state.every) == (date(2031, 1, 1), "month")
    ends = Subscription.objects.get().current_period_end
    assert ends is not None
    assert state.supporter_until is not None
    assert (state.supporter_until - ends.date()).days == 7


def test_after_one_gift_the_browser_is_left_alone_for_three_months(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    session = start(every="once")
    stripe_side.pay(session)
    state = reader_cookie.parse(client.get(THANKS, {"session_id": session}).cookies["newsroom_reader"].value)  # fmt: skip
    assert state.every == "once"
    assert state.supporter_until is not None
    assert (state.supporter_until - now().date()).days == 90


def test_row_40_while_the_bank_takes_its_time_nobody_asks_for_more(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    session = start(every="once", amount="50", currency="eur")
    stripe_side.pay(session, method="bank_debit")
    client.cookies["newsroom_reader"] = "later:2031-01-01"
    response = client.get(THANKS, {"session_id": session})
    page = response.content.decode()
    assert "Your bank is still working on it" in page
    assert "€50" in page
    assert "when the money has arrived" in page
    assert "ada@example.com" not in page
    state = reader_cookie.parse(response.cookies["newsroom_reader"].value)
    assert (state.later, state.supporter_until) == (date(2031, 1, 1), None)
    del client.cookies["newsroom_reader"]
    later = client.get(THANKS, {"session_id": session}).cookies["newsroom_reader"].value
    assert reader_cookie.parse(later).later == now().date() + timedelta(days=14)


@pytest.mark.parametrize("forged", ["", "somebody", "signed:wrongly"])
def test_another_browser_learns_nothing_about_the_person(
    client: Client, start: Start, stripe_side: Stripe, forged: str
) -> None:
    session = start(amount="7.50")
    stripe_side.pay(session)
    client.get(THANKS, {"session_id": session})
    stranger = Client()
    if forged:
        stranger.cookies["newsroom_checkout"] = forged
    response = stranger.get(THANKS, {"session_id": session})
    page = response.content.decode()
    assert "Thank you." in page
    assert "ada@example.com" not in page
    assert "7.50" not in page
    assert not response.cookies


def test_a_cookie_of_another_intent_does_not_help(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    first = start(nonce="a")
    stripe_side.pay(first)
    start(nonce="b")  # the cookie is this one's now
    assert "ada@example.com" not in client.get(THANKS, {"session_id": first}).content.decode()


@pytest.mark.parametrize(
    "session",
    [
        "",
        "cs_test_forged",
        "x" * 5_000,
        "cs_test_\x00",
        "../../v1/customers",
        "cs_test_ключ",
        "sub_1",
    ],
)
def test_row_39_an_invented_id_costs_no_call_and_says_nothing(
    client: Client, stripe_side: Stripe, session: str
) -> None:
    response = client.get(THANKS, {"session_id": session})
    assert response.status_code == 200
    assert response.context["state"] == "unknown"
    assert response["Cache-Control"] == "private, no-store"
    assert stripe_side.requests() == []


def test_without_an_id_the_page_is_neutral(client: Client) -> None:
    assert client.get(THANKS).context["state"] == "unknown"


def test_row_39_who_left_without_paying_is_told_so_and_may_choose_again(
    client: Client, start: Start, stripe_side: Stripe
) -> None:
    session = start(amount="12", currency="eur")
    response = client.get(THANKS, {"session_id": session})
    page = response.content.decode()
    assert "Nothing was paid" in page
    assert "/support/?every=month&amp;amount=12&amp;currency=eur" in page
    assert not LedgerEntry.objects.exists()
    assert "newsroom_reader" not in response.cookies


@pytest.mark.parametrize("fault", ["500", "503", "429", "hang"])
def test_while_stripe_is_away_we_say_that_we_wait(
    client: Client, start: Start, stripe_side: Stripe, impatient: None, fault: str
) -> None:
    session = start()
    stripe_side.pay(session)
    stripe_side.misbehave(fault)
    with no_time(fault):
        response = client.get(THANKS, {"session_id": session})
    assert response.status_code == 200
    assert response.context["state"] == "waiting"
    assert "Please do not pay a second time" in response.content.decode()
    assert "newsroom_reader" not in response.cookies
    assert client.get(THANKS, {"session_id": session}).context["state"] == IntentState.PAID


def test_stripe_failing_half_way_leaves_nothing_half_written(
    client: Client, start: Start, stripe_side: Stripe, impatient: None
) -> None:
    session = start()
    stripe_side.pay(session)
    stripe_side.misbehave("503", path="/v1/payment_intents")
    assert client.get(THANKS, {"session_id": session}).context["state"] == "waiting"
    assert not LedgerEntry.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert client.get(THANKS, {"session_id": session}).context["state"] == IntentState.PAID
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_worker_holds_the_session_we_do_not_wait_long(
    client: Client, start: Start, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start()
    monkeypatch.setattr("donations.locks.LITTLE_PATIENCE", 50)
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [session])
        assert client.get(THANKS, {"session_id": session}).context["state"] == "waiting"
    finally:
        holder.close()
    assert client.get(THANKS, {"session_id": session}).context["state"] == IntentState.OPEN


@pytest.mark.django_db(transaction=True)
def test_while_somebody_holds_the_supporters_row_we_do_not_wait_long(
    client: Client, start: Start, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start(every="once")
    stripe_side.pay(session)
    monkeypatch.setattr("donations.locks.LITTLE_PATIENCE", 50)
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO donations_supporter (email, name, language, livemode, created_at) "
                "VALUES ('ada@example.com', '', 'en', false, now())"
            )
        assert client.get(THANKS, {"session_id": session}).context["state"] == "waiting"
    finally:
        holder.close()
    assert client.get(THANKS, {"session_id": session}).context["state"] == IntentState.PAID


def test_whoever_reloads_all_the_time_asks_stripe_only_so_often(
    client: Client, start: Start, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.views.thanks.LOOKS", (2, timedelta(minutes=1)))
    session = start()
    states = [client.get(THANKS, {"session_id": session}).context["state"] for _ in range(4)]
    assert states == ["open", "open", "waiting", "waiting"]
    assert len(stripe_side.requests("/v1/checkout/sessions/cs_")) == 2


def test_a_lock_is_asked_for_within_a_transaction() -> None:
    with transaction.atomic():
        lock("cs_test_1")
        lock("cs_test_1")  # one's own is no hindrance


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (IntentState.EXPIRED, "has closed"),
        (IntentState.FAILED, "did not go through"),
        (IntentState.PENDING, "Your bank is still working on it"),
    ],
)
def test_every_ending_has_its_words(
    client: Client, start: Start, state: IntentState, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start()
    SupportIntent.objects.update(state=state)
    monkeypatch.setattr("donations.payments.sync_session", lambda *_args, **_kwargs: None)
    assert words in client.get(THANKS, {"session_id": session}).content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(THANKS).status_code == 405
