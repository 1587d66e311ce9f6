"""Month after month: what renews, what fails and is tried again, and what ends of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from donations.models import EntryKind, LedgerEntry, Subscription
from newsroom.models import Alert, OutgoingMail
from tests.donations.conftest import Life, Stripe

pytestmark = pytest.mark.django_db

Start = Callable[..., str]
# Stripe's test cards: one whose bank wants to see its customer each time.
ASKS_EACH_TIME = "4000002760003184"


@pytest.fixture
def monthly(life: Life, start: Start) -> Subscription:
    """Five dollars a month, since today."""
    life.pay(start())
    return Subscription.objects.get()


def payments() -> int:
    return LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count()


def letters(purpose: str) -> list[str]:
    return [*OutgoingMail.objects.filter(purpose=purpose).order_by("pk").values_list("text", flat=True)]  # fmt: skip


def fail_once(life: Life, monthly: Subscription) -> None:
    life.renewals(monthly.stripe_id, "decline")
    life.wait(days=30)
    monthly.refresh_from_db()


def test_row_44_a_failed_renewal_is_past_due_and_a_letter_says_so(
    life: Life, monthly: Subscription, mailoutbox: list[Any]
) -> None:
    fail_once(life, monthly)
    assert monthly.status == "past_due"
    assert payments() == 1
    letter = mailoutbox[-1]
    assert letter.to == ["ada@example.com"]
    assert letter.subject.endswith("did not go through")
    assert "$5 a month" in letter.body
    assert "We try again on Dec. 27, 2026" in letter.body
    assert len(letters("receipt")) == 1


def test_row_44_each_try_that_fails_is_told_once_and_three_times_at_most(
    life: Life, monthly: Subscription
) -> None:
    fail_once(life, monthly)
    for days, told in ((3, 2), (5, 3), (7, 3)):
        life.wait(days=days)
        for event in life.side.events("invoice.payment_failed", "customer.subscription.updated"):
            life.tell(event)
        life.catch_up()
        assert len(letters("payment_failed")) == told
    assert "last letter" in letters("payment_failed")[2]
    assert "last letter" not in letters("payment_failed")[1]


def test_row_44_tries_that_we_slept_through_are_one_letter(
    life: Life, monthly: Subscription
) -> None:
    life.renewals(monthly.stripe_id, "decline")
    life.wait(days=30, told=False)
    life.wait(days=3, told=False)
    life.wait(days=5)
    (letter,) = letters("payment_failed")
    assert "last letter" in letter


def test_row_44_a_bank_that_wants_to_see_its_customer_is_named(life: Life, start: Start) -> None:
    life.pay(start(), card_number=ASKS_EACH_TIME)
    life.wait(days=30)
    assert Subscription.objects.get().status == "past_due"
    (letter,) = letters("payment_failed")
    assert "wants you to confirm the payment" in letter


def test_row_45_what_recovers_is_booked_once_and_its_date_is_as_before(
    life: Life, monthly: Subscription
) -> None:
    fail_once(life, monthly)
    life.wait(days=3)
    life.renewals(monthly.stripe_id, "succeed")
    life.wait(days=5)
    monthly.refresh_from_db()
    assert monthly.status == "active"
    assert monthly.current_period_end == datetime(2027, 1, 24, 12, 0, tzinfo=UTC)
    assert payments() == 2
    assert len(letters("receipt")) == 2
    assert len(letters("payment_failed")) == 2
    for event in life.side.events():  # all of it once more
        life.tell({**event, "id": f"{event['id']}x"})
    life.catch_up()
    assert payments() == 2
    assert (len(letters("receipt")), len(letters("payment_failed"))) == (2, 2)


@pytest.mark.parametrize("ends_as", ["canceled", "unpaid", "past_due"])
def test_row_46_when_all_tries_failed_it_ends_as_stripe_says(
    ends_as: str, life: Life, monthly: Subscription
) -> None:
    life.do("after_retries", status=ends_as)
    fail_once(life, monthly)
    for days in (3, 5, 7):
        life.wait(days=days)
    monthly.refresh_from_db()
    assert monthly.status == ends_as
    assert (monthly.ended_at is not None) == (ends_as == "canceled")
    assert payments() == 1
    assert len(letters("payment_failed")) == 3
    assert not Alert.objects.exists()


def test_row_46_an_account_that_tries_once_only_is_told_of_too(
    life: Life, monthly: Subscription
) -> None:
    """Without another try to come there is still one letter, which says that it is over."""
    life.renewals(monthly.stripe_id, "decline")
    life.wait(days=30, told=False)
    life.side.api("DELETE", f"subscriptions/{monthly.stripe_id}")
    life.catch_up()
    (letter,) = letters("payment_failed")
    assert "your support has ended" in letter


@pytest.mark.parametrize(
    ("begins", "every", "renewals"),
    [
        (datetime(2027, 1, 31, 9, tzinfo=UTC), "month", ["2027-02-28", "2027-03-31", "2027-04-30"]),
        (datetime(2027, 10, 31, 9, tzinfo=UTC), "month", ["2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29"]),
        (datetime(2028, 2, 29, 9, tzinfo=UTC), "year", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ],
)  # fmt: skip
def test_row_62_a_month_that_is_shorter_ends_on_its_last_day(
    begins: datetime, every: str, renewals: list[str], start: Start, stripe_side: Stripe, life: Life
) -> None:
    life.wait(seconds=(begins - datetime(2026, 11, 24, 12, tzinfo=UTC)).total_seconds())
    life.pay(start(every=every, amount="50"))
    subscription = Subscription.objects.get()
    for renewal in renewals:
        assert subscription.current_period_end is not None
        assert f"{subscription.current_period_end:%Y-%m-%d}" == renewal
        found = stripe_side.api("GET", f"subscriptions/{subscription.stripe_id}")
        ends = found["items"]["data"][0]["current_period_end"]
        assert subscription.current_period_end.timestamp() == ends
        now = stripe_side.order("clock")["now"]
        life.wait(seconds=ends - now)
        subscription.refresh_from_db()
    booked = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).order_by("occurred_at")
    assert [f"{each.occurred_at:%Y-%m-%d}" for each in booked][1:] == renewals


def test_a_stale_event_of_a_failure_writes_no_letter_once_it_is_paid(
    life: Life, monthly: Subscription
) -> None:
    life.renewals(monthly.stripe_id, "decline")
    life.wait(days=30, told=False)
    life.renewals(monthly.stripe_id, "succeed")
    life.wait(days=3)
    assert letters("payment_failed") == []
    assert payments() == 2
