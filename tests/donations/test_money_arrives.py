"""From a payment at Stripe to the ledger, the supporter and the receipt, in any order."""

import itertools
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from donations import inbox, stripe_events
from donations.models import (
    EntryKind,
    EventState,
    IntentState,
    LedgerEntry,
    StripeEvent,
    Subscription,
    Supporter,
    SupportIntent,
)
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import PromptFactory, SupporterFactory

pytestmark = pytest.mark.django_db

FIRST_MONTH = (
    "customer.subscription.created",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice_payment.paid",
    "checkout.session.completed",
    "charge.updated",
)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Start = Callable[..., str]


def book() -> list[tuple[str, int, str]]:
    return list(LedgerEntry.objects.order_by("pk").values_list("kind", "amount_minor", "currency"))


def assert_one_month_is_booked() -> None:
    assert sorted(book()) == [("fee", -45, "usd"), ("payment", 5_00, "usd")]
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    assert payment.source.startswith("inpay_")
    assert payment.payment_intent.startswith("pi_")
    assert payment.interval == "month"
    supporter = Supporter.objects.get()
    assert supporter.email == "ada@example.com"
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.supporter) == ("active", supporter)
    assert (payment.supporter, payment.subscription) == (supporter, subscription)
    (mail,) = OutgoingMail.objects.filter(purpose="receipt")
    assert (mail.about, mail.recipient) == (payment.source, "ada@example.com")


def test_a_first_month(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:  # fmt: skip
    prompt = PromptFactory()
    session = start(prompt=prompt.pk, placement="banner")
    stripe_side.pay(session, email=" Ada@Example.COM ".strip())
    for event in stripe_side.events():
        assert tell(event).status_code == 200
    assert not LedgerEntry.objects.exists()
    run_jobs()
    assert_one_month_is_booked()
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    assert (payment.prompt, payment.campaign, payment.placement) == (prompt, prompt.campaign, "banner")  # fmt: skip
    intent = SupportIntent.objects.get()
    assert (intent.state, intent.supporter) == (IntentState.PAID, Supporter.objects.get())
    assert intent.closed_at is not None
    (letter,) = mailoutbox
    assert letter.to == ["ada@example.com"]
    states = StripeEvent.objects.values_list("type", "state")
    assert {kind for kind, state in states if state == EventState.APPLIED} >= set(FIRST_MONTH)
    assert not StripeEvent.objects.exclude(state__in=["applied", "ignored"]).exists()
    assert not Alert.objects.exists()


@pytest.mark.parametrize("seed", range(6))
def test_a_first_month_in_any_order_with_repeats(
    seed: int, start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    chance = random.Random(seed)
    events = stripe_side.events(*FIRST_MONTH)
    assert {each["type"] for each in events} == set(FIRST_MONTH)
    events += chance.choices(events, k=4)
    chance.shuffle(events)
    for event in events:
        tell(event)
        if chance.random() < 0.5:
            run_jobs()
    run_jobs()
    assert_one_month_is_booked()
    for stored in StripeEvent.objects.all():
        inbox.replay(stored)
    run_jobs()
    assert_one_month_is_booked()


@pytest.mark.parametrize("first", [0, 1], ids=["as_it_happened", "turned_round"])
def test_row_4_an_update_before_its_creation_ends_the_same(
    first: int, start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    (created,) = stripe_side.events("customer.subscription.created")
    updated = stripe_side.events("customer.subscription.updated")[-1]
    told = [created, updated]
    for event in (told[first], told[1 - first], *stripe_side.events("invoice.paid")):
        tell(event)
        run_jobs()
    assert Subscription.objects.get().status == "active"


def test_row_5_what_happens_within_one_second_needs_no_order(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with stripe_side.at(NOON):
        stripe_side.pay(start())
        events = stripe_side.events()
        assert {each["created"] for each in events} == {int(NOON.timestamp())}
        for event in reversed(events):
            tell(event)
            run_jobs()
    assert_one_month_is_booked()


def test_row_7_an_invoice_is_paid_before_we_hear_of_its_page(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    prompt = PromptFactory()
    stripe_side.pay(start(prompt=prompt.pk, placement="banner"))
    (paid,) = stripe_side.events("invoice.paid")
    tell(paid)
    run_jobs()
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    assert (payment.prompt, payment.placement) == (prompt, "banner")
    assert SupportIntent.objects.get().state == IntentState.OPEN
    (completed,) = stripe_side.events("checkout.session.completed")
    tell(completed)
    run_jobs()
    assert_one_month_is_booked()
    assert SupportIntent.objects.get().state == IntentState.PAID


def test_row_11_an_event_that_is_sent_again_days_later_changes_nothing(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with stripe_side.at(NOON) as clock:
        stripe_side.pay(start())
        events = stripe_side.events()
        for event in events:
            tell(event)
        run_jobs()
        assert_one_month_is_booked()
        clock.shift(timedelta(days=4))
        known = StripeEvent.objects.count()
        for event in events:
            assert tell(event).status_code == 200
        assert StripeEvent.objects.count() == known
        run_jobs()
    assert_one_month_is_booked()


@pytest.mark.parametrize("pair", itertools.permutations(FIRST_MONTH[2:5], 2))
def test_any_one_of_the_paid_events_is_enough(
    pair: tuple[str, str], start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    for event in stripe_side.events(pair[0]):
        tell(event)
    run_jobs()
    assert_one_month_is_booked()
    for event in stripe_side.events(pair[1]):
        tell(event)
    run_jobs()
    assert_one_month_is_booked()


@pytest.mark.django_db(transaction=True)
def test_all_events_of_a_first_month_at_once(start: Start, stripe_side: Stripe, tell: Tell) -> None:
    stripe_side.pay(start())
    for event in stripe_side.events(*FIRST_MONTH):
        tell(event)

    def apply(event_id: int) -> None:
        try:
            stripe_events.apply(event_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(apply, StripeEvent.objects.values_list("pk", flat=True)))
    # A fee event that came before its payment is known to belong to nobody.
    assert set(StripeEvent.objects.values_list("state", flat=True)) <= {"applied", "ignored"}
    assert_one_month_is_booked()


def test_a_single_payment(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:  # fmt: skip
    stripe_side.pay(start(every="once", amount="20"))
    for event in [*stripe_side.events(), *stripe_side.events()]:
        tell(event)
    run_jobs()
    assert sorted(book()) == [("fee", -88, "usd"), ("payment", 20_00, "usd")]
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    assert payment.source == payment.payment_intent
    assert (payment.interval, payment.subscription) == ("", None)
    assert payment.supporter == Supporter.objects.get(email="ada@example.com")
    assert not Subscription.objects.exists()
    (letter,) = mailoutbox
    assert "single payment" in letter.body


def test_the_second_month_renews(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:  # fmt: skip
    with stripe_side.at(NOON) as clock:
        stripe_side.pay(start())
        for event in stripe_side.events():
            tell(event)
        run_jobs()
        clock.shift(timedelta(days=31))
        stripe_side.order("clock", advance=31 * 86_400)
        for event in stripe_side.events():
            tell(event)
        run_jobs()
    assert [kind for kind, *_ in book()].count("payment") == 2
    subscription = Subscription.objects.get()
    assert LedgerEntry.objects.filter(kind="payment", subscription=subscription).count() == 2
    assert subscription.current_period_end == datetime(2027, 1, 24, 12, 0, tzinfo=UTC)
    assert OutgoingMail.objects.filter(purpose="receipt").count() == 2
    assert Supporter.objects.count() == 1


def test_a_renewal_that_fails_shows_and_books_nothing(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with stripe_side.at(NOON) as clock:
        stripe_side.pay(start())
        for event in stripe_side.events():
            tell(event)
        run_jobs()
        subscription = Subscription.objects.get()
        stripe_side.order("renewals", subscription=subscription.stripe_id, card="decline")
        clock.shift(timedelta(days=31))
        stripe_side.order("clock", advance=31 * 86_400)
        for event in stripe_side.events():
            tell(event)
        run_jobs()
    subscription.refresh_from_db()
    assert subscription.status == "past_due"
    assert_is_booked_once()


def assert_is_booked_once() -> None:
    assert [kind for kind, *_ in book()].count("payment") == 1
    assert OutgoingMail.objects.filter(purpose="receipt").count() == 1


def test_a_declined_card_makes_no_supporter(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, client: Client
) -> None:
    session = start()
    with pytest.raises(HTTPError, match="402"):
        stripe_side.pay(session, card_number="4000000000000002")
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert not LedgerEntry.objects.exists()
    assert not Supporter.objects.exists()
    assert not Subscription.objects.exists()
    assert SupportIntent.objects.get().state == IntentState.OPEN
    assert client.get("/support/thanks/", {"session_id": session}).context["state"] == "open"


def test_a_subscription_that_ends_before_it_was_paid_makes_no_supporter(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    session = start()
    with pytest.raises(HTTPError, match="402"):
        stripe_side.pay(session, card_number="4000000000000002")
    (created,) = stripe_side.events("customer.subscription.created")
    stripe_side.api("DELETE", f"subscriptions/{created['data']['object']['id']}")
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert not Supporter.objects.exists()
    assert not Subscription.objects.exists()


def test_row_38_an_abandoned_page_is_closed(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:  # fmt: skip
    with stripe_side.at(NOON) as clock:
        start()
        clock.shift(timedelta(minutes=46))
        stripe_side.order("clock", advance=46 * 60)
        events = stripe_side.events("checkout.session.expired")
        assert len(events) == 1
        tell(events[0])
        run_jobs()
    intent = SupportIntent.objects.get()
    assert intent.state == IntentState.EXPIRED
    assert intent.closed_at is not None
    assert not Supporter.objects.exists()


def test_a_page_that_opened_while_we_were_killed_is_found_by_its_event(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once"))
    SupportIntent.objects.update(session_id=None, session_url="", state=IntentState.NEW)
    for event in stripe_side.events("checkout.session.completed"):
        tell(event)
    run_jobs()
    intent = SupportIntent.objects.get()
    assert (intent.state, intent.session_id is not None) == (IntentState.PAID, True)


def test_row_9_a_lost_intent_is_rebuilt_and_reported(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:  # fmt: skip
    stripe_side.pay(start(every="year", amount="60"))
    SupportIntent.objects.all().delete()
    for event in stripe_side.events(*FIRST_MONTH):
        tell(event)
    run_jobs()
    intent = SupportIntent.objects.get()
    assert (intent.frequency, intent.amount_minor, intent.state) == ("year", 60_00, "paid")
    assert ("payment", 60_00, "usd") in book()
    assert Alert.objects.get().cause == "stripe.intent_missing"


def test_an_address_is_one_supporter_however_it_is_written(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    known = SupporterFactory(email="ada@example.com")
    stripe_side.pay(start(every="once", nonce="a"), email="ADA@example.com")
    stripe_side.pay(start(nonce="b"), email="ada@EXAMPLE.com")
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert Supporter.objects.get() == known
    assert known.entries.filter(kind="payment").count() == 2


def test_row_8_what_others_do_on_the_same_account_is_ignored(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with patch("donations.checkout.mark", lambda *_: {"shop": "mugs"}):
        once, monthly = start(every="once"), start()
    stripe_side.pay(once)
    stripe_side.pay(monthly)
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert not LedgerEntry.objects.exists()
    assert not Supporter.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert not Alert.objects.exists()
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {EventState.IGNORED}
    assert StripeEvent.objects.exclude(error="").count() == StripeEvent.objects.count()


def test_row_42_stripes_own_figures_are_booked_and_a_difference_reported(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once", amount="20"))
    SupportIntent.objects.update(amount_minor=30_00)
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert ("payment", 20_00, "usd") in book()
    assert Alert.objects.get().cause == "stripe.other_amount"


def test_yen_have_no_cents(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, settings: Any) -> None:  # fmt: skip
    settings.CURRENCIES = ["jpy"]
    stripe_side.pay(start(every="once", amount="500", currency="jpy"))
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert ("payment", 500, "jpy") in book()


def test_row_26_a_failing_handler_is_tried_again_and_then_shown(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    with patch("donations.payments.ledger.append", side_effect=RuntimeError("a bug")):
        run_jobs()
        stored = StripeEvent.objects.get()
        assert (stored.state, stored.attempts) == (EventState.STORED, 1)
        assert stored.error == "RuntimeError: a bug"
        assert not Supporter.objects.exists()  # nothing of a failed try remains
        run_jobs(at=now() + timedelta(days=30))
    stored.refresh_from_db()
    assert stored.state == EventState.DEAD
    assert Alert.objects.get().cause == "stripe.event_failed"
    inbox.replay(stored)
    run_jobs()
    stored.refresh_from_db()
    assert (stored.state, stored.error) == (EventState.APPLIED, "")
    assert ("payment", 5_00, "usd") in book()


def test_row_27_one_bad_event_does_not_hold_up_the_others(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    unknown = {**event, "id": "evt_unknown", "data": {"object": {"id": "cs_test_unknown"}}}
    tell(unknown)
    tell(event)
    run_jobs()
    states = dict(StripeEvent.objects.values_list("event_id", "state"))
    assert states == {"evt_unknown": EventState.DEAD, event["id"]: EventState.APPLIED}


def test_while_stripe_is_away_an_event_waits(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, impatient: None
) -> None:
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    stripe_side.misbehave("503", path="/v1/checkout")
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.STORED
    run_jobs(at=now() + timedelta(minutes=1))
    assert StripeEvent.objects.get().state == EventState.APPLIED
    assert ("payment", 5_00, "usd") in book()


def test_an_event_that_waits_for_its_next_try_can_be_applied_at_once(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    with patch("donations.payments.ledger.append", side_effect=RuntimeError("a bug")):
        run_jobs()
    inbox.replay(StripeEvent.objects.get(state=EventState.STORED))
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.APPLIED
    run_jobs(at=now() + timedelta(days=1))
    assert_is_booked_once()


def test_a_lost_job_is_queued_again(start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:  # fmt: skip
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    inbox.requeue_forgotten()
    assert run_jobs() == 0  # it is not old enough to have been forgotten
    StripeEvent.objects.update(received_at=now() - timedelta(hours=1))
    inbox.requeue_forgotten()
    inbox.requeue_forgotten()
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.APPLIED


def test_a_deleted_customer_ends_the_subscription_and_keeps_the_ledger(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    subscription = Subscription.objects.get()
    delete_customer(stripe_side, subscription.customer_id)
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert subscription.ended_at is not None
    assert_one_payment_stays()


def assert_one_payment_stays() -> None:
    assert [kind for kind, *_ in book()].count("payment") == 1


def delete_customer(stripe_side: Stripe, customer: str) -> None:
    stripe_side.api("DELETE", f"customers/{customer}")


def test_a_new_address_at_stripe_moves_nothing_by_itself(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    customer = Subscription.objects.get().customer_id
    stripe_side.api("POST", f"customers/{customer}", email="other@example.com")
    for event in stripe_side.events("customer.updated"):
        tell(event)
    run_jobs()
    assert Supporter.objects.get().email == "ada@example.com"
    assert Alert.objects.get().cause == f"stripe.address:{customer}"


def test_refunds_are_entries_of_their_own(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once", amount="20", nonce="a"))
    stripe_side.pay(start(nonce="b"))
    # The refunds are told first, before their payments: those are found and booked.
    for intent in stripe_side.events("payment_intent.succeeded"):
        reference = intent["data"]["object"]["id"]
        stripe_side.api("POST", "refunds", payment_intent=reference, amount=1_00)
        stripe_side.api("POST", "refunds", payment_intent=reference, amount=2_00)
    for event in stripe_side.events("refund.created"):
        tell(event)
        tell(event)
    run_jobs()
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    assert sorted(amount for kind, amount, _ in book() if kind == "refund") == [-200, -200, -100, -100]  # fmt: skip
    assert sorted(amount for kind, amount, _ in book() if kind == "payment") == [500, 2000]
    refund = LedgerEntry.objects.filter(kind="refund").first()
    assert refund is not None
    assert refund.supporter == Supporter.objects.get()


def test_a_refund_of_somebody_elses_payment_is_ignored(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with patch("donations.checkout.mark", lambda *_: {"shop": "mugs"}):
        stripe_side.pay(start(every="once"))
    (paid,) = stripe_side.events("payment_intent.succeeded")
    stripe_side.api("POST", "refunds", payment_intent=paid["data"]["object"]["id"])
    for event in stripe_side.events("refund.created"):
        tell(event)
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.IGNORED
    assert not LedgerEntry.objects.exists()
