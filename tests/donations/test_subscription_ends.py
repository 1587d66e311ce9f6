"""What somebody stops, pauses, takes up again, or changes at Stripe: our mirror follows."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from donations import goals
from donations.models import EntryKind, GoalKind, LedgerEntry, StripeEvent, Subscription, Supporter
from newsroom.models import Alert, OutgoingMail
from tests.donations.conftest import Life, Stripe
from tests.donations.factories import CampaignFactory

pytestmark = pytest.mark.django_db

Start = Callable[..., str]
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def monthly(life: Life, start: Start) -> Subscription:
    """Five dollars a month, since today."""
    life.pay(start())
    return Subscription.objects.get()


def payments() -> int:
    return LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count()


def goal_of(life: Life) -> tuple[int, int]:
    """What is shown as reached: money a month, and people."""
    at = datetime.fromtimestamp(life.side.order("clock")["now"], UTC)
    money, people = CampaignFactory(), CampaignFactory(
        goal_kind=GoalKind.SUPPORTERS, goal_minor=None, goal_supporters=9
    )  # fmt: skip
    reached = (goals.progress(each, at=at, zone=UTC_ZONE).reached for each in (money, people))
    return next(reached), next(reached)


def test_row_47_who_comes_back_has_a_new_subscription_and_the_old_one_stays_ended(
    life: Life, start: Start, monthly: Subscription
) -> None:
    life.api("DELETE", f"subscriptions/{monthly.stripe_id}")
    life.wait(days=40)
    life.pay(start(amount="10", nonce="again"))
    for event in life.side.events():  # the old one's, once more
        life.tell({**event, "id": f"{event['id']}x"})
    life.catch_up()
    old, new = Subscription.objects.order_by("started_at")
    assert (old, old.status, new.status) == (monthly, "canceled", "active")
    assert old.supporter == new.supporter
    assert old.ended_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert payments() == 2
    # There is one that gives, so there is nothing to ask about.
    assert not OutgoingMail.objects.filter(purpose="two_subscriptions").exists()


def test_row_48_what_ends_at_its_period_goes_on_until_then(
    life: Life, monthly: Subscription
) -> None:
    life.api("POST", f"subscriptions/{monthly.stripe_id}", cancel_at_period_end="true")
    monthly.refresh_from_db()
    assert (monthly.status, monthly.cancel_at_period_end) == ("active", True)
    assert goal_of(life) == (5_00, 1)
    life.wait(days=30)
    monthly.refresh_from_db()
    assert (monthly.status, monthly.ended_at) == ("canceled", datetime(2026, 12, 24, 12, tzinfo=UTC))  # fmt: skip
    assert payments() == 1
    assert goal_of(life) == (0, 0)


def test_row_48_and_when_that_is_undone_it_renews(life: Life, monthly: Subscription) -> None:
    for ends in ("true", "false"):
        life.api("POST", f"subscriptions/{monthly.stripe_id}", cancel_at_period_end=ends)
        monthly.refresh_from_db()
        assert monthly.cancel_at_period_end == (ends == "true")
    life.wait(days=30)
    monthly.refresh_from_db()
    assert (monthly.status, payments()) == ("active", 2)


@pytest.mark.parametrize("behaviour", ["void", "keep_as_draft", "mark_uncollectible"])
def test_row_49_what_is_paused_is_shown_so_and_gives_nothing(
    behaviour: str, life: Life, monthly: Subscription, client: Client
) -> None:
    path = f"subscriptions/{monthly.stripe_id}"
    life.api("POST", path, **{"pause_collection[behavior]": behaviour})
    monthly.refresh_from_db()
    assert (monthly.status, monthly.is_paused) == ("active", True)
    assert goal_of(life) == (0, 0)
    life.wait(days=62)
    assert payments() == 1
    assert OutgoingMail.objects.count() == 1  # the receipt of then
    life.api("POST", path, pause_collection="")
    monthly.refresh_from_db()
    assert monthly.is_paused is False
    assert goal_of(life) == (5_00, 1)
    life.wait(days=31)
    assert payments() == 2


def test_row_49_a_pause_that_ends_by_itself_is_noticed(life: Life, monthly: Subscription) -> None:
    until = life.side.order("clock")["now"] + 40 * 86_400
    path = f"subscriptions/{monthly.stripe_id}"
    life.api("POST", path, **{"pause_collection[behavior]": "void", "pause_collection[resumes_at]": until})  # fmt: skip
    life.wait(days=39)
    assert Subscription.objects.get().is_paused is True
    life.wait(days=2)
    assert Subscription.objects.get().is_paused is False


def test_row_50_a_new_address_at_stripe_is_for_a_person_to_follow(
    life: Life, monthly: Subscription
) -> None:
    life.api("POST", f"customers/{monthly.customer_id}", email="mallory@evil.example")
    assert Supporter.objects.get().email == "ada@example.com"
    assert Alert.objects.get().cause == f"stripe.address:{monthly.customer_id}"
    assert "evil" not in Alert.objects.get().message
    life.wait(days=30)  # and what comes later goes where it went before
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {"ada@example.com"}
    assert payments() == 2


def test_row_50_the_same_address_in_capitals_is_no_news(life: Life, monthly: Subscription) -> None:
    life.api("POST", f"customers/{monthly.customer_id}", email="ADA@example.com")
    assert not Alert.objects.exists()


def test_row_50_a_new_amount_is_mirrored(life: Life, monthly: Subscription) -> None:
    found = life.side.api("GET", f"subscriptions/{monthly.stripe_id}")
    (item,) = found["items"]["data"]
    life.api("POST", f"subscriptions/{monthly.stripe_id}", **{
        "items[0][id]": item["id"],
        "items[0][price_data][currency]": "usd",
        "items[0][price_data][unit_amount]": 9_00,
        "items[0][price_data][product]": item["price"]["product"],
        "items[0][price_data][recurring][interval]": "month",
        "proration_behavior": "none",
    })  # fmt: skip
    monthly.refresh_from_db()
    assert monthly.amount_minor == 9_00
    assert goal_of(life) == (9_00, 1)
    life.wait(days=30)
    assert [*LedgerEntry.objects.filter(kind="payment").order_by("pk").values_list("amount_minor", flat=True)] == [5_00, 9_00]  # fmt: skip


def test_row_56_a_deleted_customer_ends_what_they_gave_and_the_books_stay(
    life: Life, monthly: Subscription, stripe_side: Stripe
) -> None:
    booked = [*LedgerEntry.objects.order_by("pk").values()]
    stripe_side.api("DELETE", f"customers/{monthly.customer_id}")
    deleted, *_others = stripe_side.events("customer.deleted")
    life.tell(deleted)  # and nothing else
    life.catch_up()
    monthly.refresh_from_db()
    assert monthly.status == "canceled"
    assert monthly.ended_at is not None
    assert [*LedgerEntry.objects.order_by("pk").values()] == booked
    assert Supporter.objects.get().email == "ada@example.com"
    # What is told of the customer later finds `deleted: true`.
    life.tell({**deleted, "id": "evt_late", "type": "customer.updated"})
    life.catch_up()
    assert StripeEvent.objects.get(event_id="evt_late").state == "applied"
    assert not Alert.objects.exists()
