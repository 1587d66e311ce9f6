"""What shows by the clock alone: stolen cards being tried, or nothing arriving any more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from donations import tasks, watch
from donations.models import IntentState, PaymentSettings, SupportIntent
from newsroom.models import Alert, OutgoingMail
from tests.donations.factories import LedgerEntryFactory, SupportIntentFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def opened(count: int, minutes_ago: int = 20, **changes: object) -> None:
    at = NOON - timedelta(minutes=minutes_ago)
    for _ in range(count):
        intent = SupportIntentFactory(created_at=at, state=IntentState.OPEN, **changes)
        intent.session_id = f"cs_{intent.pk}"
        intent.save()


@pytest.mark.parametrize(
    ("unpaid", "paid", "is_alarming"),
    [(30, 0, True), (29, 0, False), (27, 3, True), (26, 4, False), (90, 10, True), (89, 11, False)],
)
def test_many_pages_of_which_hardly_any_is_paid(unpaid: int, paid: int, is_alarming: bool) -> None:
    opened(unpaid)
    opened(paid)
    for state, intent in zip(
        (IntentState.PAID, IntentState.PENDING) * paid,
        list(SupportIntent.objects.order_by("pk")[:paid]),
        strict=False,
    ):
        intent.state = state
        intent.save()
    watch.watch_unpaid(NOON)
    assert Alert.objects.filter(cause="checkout.unpaid").exists() is is_alarming


def test_the_alert_names_the_figures_and_the_switch(settings: Settings) -> None:
    settings.OPERATORS = ["ops@example.com"]
    opened(40)
    watch.watch_unpaid(NOON)
    watch.watch_unpaid(NOON + timedelta(minutes=5))
    mail = OutgoingMail.objects.get()
    assert "Of 40 payment pages opened within the last hour, 40 were not paid" in mail.text
    assert f"{settings.SITE_URL}/admin/donations/paymentsettings/1/change/" in mail.text


def test_who_may_still_be_paying_counts_for_nothing_yet() -> None:
    opened(40, minutes_ago=9)
    opened(40, minutes_ago=61)
    watch.watch_unpaid(NOON)
    assert not Alert.objects.exists()


def test_what_never_opened_and_what_is_no_real_money_counts_for_nothing(settings: Settings) -> None:
    for _ in range(40):
        SupportIntentFactory(created_at=NOON - timedelta(minutes=20))
    settings.STRIPE_LIVEMODE = True
    opened(40)
    watch.watch_unpaid(NOON)
    assert not Alert.objects.exists()


def paid(days_ago: int, *, hours: float = 3, livemode: bool = False) -> None:
    LedgerEntryFactory(
        occurred_at=NOON - days_ago * DAY - timedelta(hours=hours), livemode=livemode
    )


def test_hours_that_always_bring_something_and_today_nothing() -> None:
    for days_ago in range(1, 29):
        paid(days_ago)
    watch.watch_silence(NOON)
    alert = Alert.objects.get()
    assert alert.cause == "payments.none"
    assert "within the last 6 hours" in alert.message
    assert "On 28 of the last 28 days" in alert.message


def test_two_days_without_are_still_the_rule_three_are_not() -> None:
    for days_ago in range(3, 29):
        paid(days_ago)
    watch.watch_silence(NOON)
    assert Alert.objects.count() == 1
    Alert.objects.all().delete()
    watch.watch_silence(NOON + DAY)  # the oldest has left the four weeks, and one more is missing
    assert not Alert.objects.exists()


def test_one_payment_is_enough_to_be_calm() -> None:
    for days_ago in range(29):
        paid(days_ago)
    watch.watch_silence(NOON)
    assert not Alert.objects.exists()


@pytest.mark.parametrize("hours", [0.0, 5.99])
def test_the_whole_spell_counts(hours: float) -> None:
    for days_ago in range(1, 29):
        paid(days_ago)
    paid(0, hours=hours)
    watch.watch_silence(NOON)
    assert not Alert.objects.exists()


def test_payments_at_other_hours_make_nothing_usual() -> None:
    for days_ago in range(1, 29):
        paid(days_ago, hours=7)
    watch.watch_silence(NOON)
    assert not Alert.objects.exists()


def test_refunds_and_test_data_are_no_payments(settings: Settings) -> None:
    for days_ago in range(1, 29):
        paid(days_ago)
    LedgerEntryFactory(occurred_at=NOON, kind="refund", amount_minor=-1, source="re_1")
    paid(0, livemode=True)
    watch.watch_silence(NOON)
    assert Alert.objects.count() == 1


def test_it_can_be_turned_off_and_keeps_quiet_while_payments_are_paused(settings: Settings) -> None:
    for days_ago in range(1, 29):
        paid(days_ago)
    PaymentSettings(is_paused=True).save()
    watch.watch_silence(NOON)
    PaymentSettings.objects.update(is_paused=False)
    settings.QUIET_HOURS = 0
    watch.watch_silence(NOON)
    assert not Alert.objects.exists()


def test_the_worker_looks_by_itself() -> None:
    opened(40, minutes_ago=int((NOON - now()).total_seconds() // 60) + 20)
    tasks.watch_payments(0)
    assert Alert.objects.get().cause == "checkout.unpaid"
