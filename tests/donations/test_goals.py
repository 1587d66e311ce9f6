"""How far a campaign has come."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from donations import goals
from donations.models import Campaign, EntryKind, GoalKind
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def reached(
    campaign: Campaign | None = None, at: datetime = NOON, zone: ZoneInfo = UTC_ZONE
) -> int:
    return goals.progress(campaign or CampaignFactory(), at=at, zone=zone).reached


def test_nothing_given_is_nothing() -> None:
    progress = goals.progress(CampaignFactory(goal_minor=500_00), at=NOON, zone=UTC_ZONE)
    assert (progress.reached, progress.goal, progress.is_reached) == (0, 500_00, False)


def test_monthly_support_counts_whole_and_yearly_by_its_twelfth() -> None:
    SubscriptionFactory(amount_minor=5_00)
    SubscriptionFactory(amount_minor=7_00, status="past_due")
    SubscriptionFactory(amount_minor=100_00, interval="year")
    SubscriptionFactory(amount_minor=20_00, interval="year")
    assert reached() == 12_00 + 10_00


@pytest.mark.parametrize("status", ["canceled", "incomplete", "incomplete_expired", "unpaid"])
def test_support_that_has_ended_or_never_begun_does_not_count(status: str) -> None:
    SubscriptionFactory(status=status)
    assert reached() == 0


def test_support_does_not_fall_to_nothing_on_the_first_of_the_month() -> None:
    SubscriptionFactory(amount_minor=5_00)
    LedgerEntryFactory(amount_minor=40_00, occurred_at=NOON)
    first = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert reached(at=first - timedelta(seconds=1)) == 45_00
    assert reached(at=first) == 5_00


def test_a_month_is_the_papers_own() -> None:
    LedgerEntryFactory(amount_minor=10_00, occurred_at=datetime(2026, 10, 31, 22, 30, tzinfo=UTC))
    vilnius = ZoneInfo("Europe/Vilnius")  # there it is 1 November, half past midnight
    assert reached(zone=vilnius) == 10_00
    assert reached(zone=UTC_ZONE) == 0
    campaign = CampaignFactory()
    until = goals.progress(campaign, at=NOON, zone=vilnius).until
    assert until == datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


def test_the_number_is_gross_less_what_went_back() -> None:
    LedgerEntryFactory(amount_minor=50_00, occurred_at=NOON)
    LedgerEntryFactory(kind=EntryKind.FEE, source="txn_1", amount_minor=-1_80, occurred_at=NOON)
    LedgerEntryFactory(kind=EntryKind.REFUND, source="re_1", amount_minor=-20_00, occurred_at=NOON)
    LedgerEntryFactory(kind=EntryKind.DISPUTE, source="dp_1", amount_minor=-5_00, occurred_at=NOON)
    assert reached() == 25_00


def test_more_given_back_than_given_is_nothing_not_less() -> None:
    LedgerEntryFactory(kind=EntryKind.REFUND, source="re_1", amount_minor=-20_00, occurred_at=NOON)
    assert reached() == 0


def test_payments_of_a_subscription_are_not_counted_beside_it() -> None:
    SubscriptionFactory(amount_minor=5_00)
    LedgerEntryFactory(amount_minor=5_00, interval="month", occurred_at=NOON)
    assert reached() == 5_00


def test_other_currencies_and_the_other_mode_are_left_out() -> None:
    SubscriptionFactory(currency="eur")
    SubscriptionFactory(livemode=True)
    LedgerEntryFactory(currency="eur", occurred_at=NOON)
    LedgerEntryFactory(livemode=True, occurred_at=NOON)
    assert reached() == 0


def test_a_goal_in_all_counts_every_payment_of_the_campaigns_days() -> None:
    campaign = CampaignFactory(
        goal_kind=GoalKind.IN_ALL, starts_at=NOON, ends_at=NOON + timedelta(days=60)
    )
    SubscriptionFactory(amount_minor=3_00)
    for amount, day, interval in (
        (1_00, -1, ""), (10_00, 0, ""), (5_00, 20, "month"), (5_00, 50, "month"), (7_00, 60, ""),
    ):  # fmt: skip
        LedgerEntryFactory(
            amount_minor=amount, interval=interval, occurred_at=NOON + timedelta(days=day)
        )
    LedgerEntryFactory(
        kind=EntryKind.REFUND, source="re_1", amount_minor=-4_00,
        occurred_at=NOON + timedelta(days=30),
    )  # fmt: skip
    assert reached(campaign, at=NOON + timedelta(days=90)) == 16_00


def test_a_goal_in_people_counts_each_once_in_every_currency() -> None:
    campaign = CampaignFactory(goal_kind=GoalKind.SUPPORTERS, goal_minor=None, goal_supporters=2)
    twice = SupporterFactory()
    SubscriptionFactory(supporter=twice)
    SubscriptionFactory(supporter=twice, interval="year")
    SubscriptionFactory(currency="eur")
    SubscriptionFactory(status="canceled")
    progress = goals.progress(campaign, at=NOON, zone=UTC_ZONE)
    assert (progress.reached, progress.counts_people, progress.is_reached) == (2, True, True)


def test_what_is_shown_is_never_more_than_there_is() -> None:
    dollars = goals.Progress(GoalKind.MONTHLY, 7_420_99, 10_000_00, "usd")
    assert dollars.shown == 7_420_00
    yen = goals.Progress(GoalKind.MONTHLY, 7_420, 10_000, "jpy")
    assert yen.shown == 7_420


def test_the_bar_ends_at_its_end() -> None:
    over = goals.Progress(GoalKind.MONTHLY, 12_000_00, 10_000_00, "usd")
    assert (over.bar, over.shown, over.is_reached) == (10_000_00, 12_000_00, True)
