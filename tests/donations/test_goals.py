"""How far a campaign has come."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from donations import goals
from donations.models import Campaign, EntryKind, GoalKind, LedgerEntry
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


def went_back(payment: LedgerEntry, kind: EntryKind, amount: int, at: datetime = NOON) -> None:
    LedgerEntryFactory(
        kind=kind, source=f"{kind}_{payment.source}", payment_intent=payment.payment_intent,
        amount_minor=amount, currency=payment.currency, interval=payment.interval, occurred_at=at,
    )  # fmt: skip


def test_the_number_is_gross_less_what_went_back() -> None:
    payment = LedgerEntryFactory(amount_minor=50_00, occurred_at=NOON)
    went_back(payment, EntryKind.FEE, -1_80)
    went_back(payment, EntryKind.REFUND, -20_00)
    went_back(payment, EntryKind.DISPUTE, -5_00)
    assert reached() == 25_00
    went_back(payment, EntryKind.REFUND_FAILED, 20_00)
    went_back(payment, EntryKind.DISPUTE_RETURNED, 4_00)
    assert reached() == 49_00


def test_more_given_back_than_given_is_nothing_not_less() -> None:
    payment = LedgerEntryFactory(amount_minor=15_00, occurred_at=NOON)
    went_back(payment, EntryKind.REFUND, -15_00)
    went_back(payment, EntryKind.DISPUTE, -15_00)
    assert reached() == 0


def test_what_goes_back_is_taken_from_the_month_that_it_was_given_in() -> None:
    october = LedgerEntryFactory(amount_minor=30_00, occurred_at=NOON - timedelta(days=20))
    LedgerEntryFactory(amount_minor=10_00, occurred_at=NOON)
    went_back(october, EntryKind.REFUND, -30_00)
    assert reached() == 10_00
    assert reached(at=NOON - timedelta(days=20)) == 0


def test_support_that_is_paused_is_neither_money_nor_a_person() -> None:
    people = CampaignFactory(goal_kind=GoalKind.SUPPORTERS, goal_minor=None, goal_supporters=2)
    SubscriptionFactory(is_paused=True)
    assert (reached(), reached(people)) == (0, 0)


def test_payments_of_a_subscription_are_not_counted_beside_it() -> None:
    SubscriptionFactory(amount_minor=5_00)
    LedgerEntryFactory(amount_minor=5_00, interval="month", occurred_at=NOON)
    assert reached() == 5_00


@time_machine.travel(NOON, tick=False)
def test_other_currencies_and_the_other_mode_are_left_out(admin_client: Client) -> None:
    SubscriptionFactory(currency="eur")
    SubscriptionFactory(livemode=True, currency="chf")
    LedgerEntryFactory(currency="gbp", occurred_at=NOON)
    LedgerEntryFactory(livemode=True, currency="chf", occurred_at=NOON)
    assert reached() == 0
    # And the fundraiser is told of it.
    monthly, in_all = CampaignFactory(), CampaignFactory(goal_kind=GoalKind.IN_ALL)
    people = CampaignFactory(goal_kind=GoalKind.SUPPORTERS, goal_minor=None, goal_supporters=2)
    left_out = [goals.left_out(each, at=NOON, zone=UTC_ZONE) for each in (monthly, in_all, people)]
    assert left_out == [["eur", "gbp"], ["gbp"], []]
    page = admin_client.get(f"/admin/donations/campaign/{monthly.pk}/change/")
    assert "$0 / $10,000 (without EUR, GBP)" in page.text
    euros = CampaignFactory(currency="eur")
    assert goals.left_out(euros, at=NOON, zone=UTC_ZONE) == ["gbp"]
    assert reached(euros) == 5_00


def test_a_goal_in_all_counts_every_payment_of_the_campaigns_days() -> None:
    campaign = CampaignFactory(
        goal_kind=GoalKind.IN_ALL, starts_at=NOON, ends_at=NOON + timedelta(days=60)
    )
    SubscriptionFactory(amount_minor=3_00)
    before, first, *_others = (
        LedgerEntryFactory(
            amount_minor=amount, interval=interval, occurred_at=NOON + timedelta(days=day)
        )
        for amount, day, interval in (
            (1_00, -1, ""),
            (10_00, 0, ""),
            (5_00, 20, "month"),
            (5_00, 50, "month"),
            (7_00, 60, ""),
        )
    )
    went_back(first, EntryKind.REFUND, -4_00, at=NOON + timedelta(days=80))
    went_back(before, EntryKind.REFUND, -1_00, at=NOON + timedelta(days=30))
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
