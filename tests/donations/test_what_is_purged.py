"""What pages hear of what the paper asks for: a fundraiser's doing at once, of gifts seldom."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now
from pytest_django.fixtures import Settings

from donations import goals, standing, told_goals
from donations.models import Campaign, EntryKind, GoalKind, Prompt, ToldGoal
from donations.tasks import tell_goals
from tests.desks import Desk, adding, changing, somebody
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    PromptFactory,
    SubscriptionFactory,
)
from tests.donations.test_goals import NOON, went_back
from tests.purges import Ear, listening, told

ZONE = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)
SWITCH = "/admin/donations/paymentsettings/1/change/"


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


@pytest.mark.django_db(transaction=True)
def test_whatever_a_fundraiser_does_is_heard_at_once(ear: Ear, settings: Settings) -> None:
    desk = Desk(somebody("Fundraisers"))
    prompt = PromptFactory()
    campaign = prompt.campaign
    actions = {"_selected_action": [campaign.pk]}
    campaigns = "/admin/donations/campaign/"
    settings.STRIPE_LIVEMODE = True

    def begin() -> None:
        desk.fill_in(adding("donations_campaign"), name="New", goal="100", monthly_amounts="5, 10")

    steps: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("edited", lambda: desk.fill_in(changing(campaign), purpose="It pays for boats.")),
        ("paused", lambda: desk.client.post(campaigns, {"action": "pause", **actions})),
        ("goes on", lambda: desk.client.post(campaigns, {"action": "resume", **actions})),
        ("begun", begin),
        ("prompt edited", lambda: desk.fill_in(changing(prompt), headline="Will you?")),
        ("prompt off", lambda: desk.fill_in(changing(prompt), is_live="")),
        ("payments paused", lambda: desk.fill_in(SWITCH, is_paused="on")),
        ("address pinned", standing.pin),
        ("prompt gone", lambda: Prompt.objects.all().delete()),
        ("campaign gone", lambda: Campaign.objects.all().delete()),
    )
    ear.heard()
    for what, act in steps:
        act()
        assert ear.heard() == {"support"}, what


@pytest.mark.django_db(transaction=True)
def test_of_gifts_nobody_hears(ear: Ear) -> None:
    PromptFactory()
    ear.heard()
    SubscriptionFactory(amount_minor=9_000_00)
    LedgerEntryFactory(amount_minor=9_000_00)
    assert ear.payloads() == []
    tell_goals(0)
    assert ear.heard() == {"goal"}


def tell(at: datetime) -> set[str]:
    """What the worker says at this minute."""
    with told() as keys:
        is_told = told_goals.tell(at, ZONE)
    assert is_told == bool(keys)
    return keys


@pytest.fixture
def campaign(db: None) -> Campaign:
    """A goal of a thousand dollars, of which pages were told at noon."""
    campaign: Campaign = PromptFactory(campaign__goal_minor=1_000_00).campaign
    assert tell(NOON) == {"goal"}
    return campaign


def give(amount: int) -> Any:
    return LedgerEntryFactory(amount_minor=amount, occurred_at=NOON)


def test_a_step_is_told_and_less_is_not(campaign: Campaign) -> None:
    give(9_99)
    assert tell(NOON + 10 * MINUTE) == set()
    give(1)
    assert tell(NOON + 11 * MINUTE) == {"goal"}
    assert tell(NOON + 60 * MINUTE) == set()
    give(9_99)
    assert tell(NOON + 61 * MINUTE) == set()


def test_small_gifts_add_up(campaign: Campaign) -> None:
    said = []
    for minute in range(10, 40):
        give(1_00)
        said.append(tell(NOON + minute * MINUTE))
    assert said.count({"goal"}) == 3


def test_at_most_once_in_five_minutes_whatever_comes_in(campaign: Campaign) -> None:
    other = PromptFactory(campaign__goal_kind=GoalKind.SUPPORTERS, campaign__goal_minor=None,
                          campaign__goal_supporters=3).campaign  # fmt: skip
    for minute in range(1, 5):
        give(100_00)
        SubscriptionFactory()
        assert tell(NOON + minute * MINUTE) == set(), minute
    assert tell(NOON + 5 * MINUTE - timedelta(seconds=1)) == set()
    assert tell(NOON + 5 * MINUTE) == {"goal"}
    assert {each.campaign: each.told_at for each in ToldGoal.objects.all()} == {
        campaign: NOON + 5 * MINUTE, other: NOON + 5 * MINUTE,
    }  # fmt: skip
    give(100_00)
    assert tell(NOON + 9 * MINUTE) == set()


def test_what_goes_back_is_told_by_the_step_too(campaign: Campaign) -> None:
    gift = give(100_00)
    assert tell(NOON + 10 * MINUTE) == {"goal"}
    went_back(gift, EntryKind.REFUND, -9_00)
    assert tell(NOON + 20 * MINUTE) == set()
    went_back(gift, EntryKind.DISPUTE, -1_00)
    assert tell(NOON + 30 * MINUTE) == {"goal"}


@pytest.mark.parametrize(
    ("told", "reached", "is_step"),
    [
        (0, 0, False),
        (0, 9_99, False),
        (0, 10_00, True),
        (500_00, 490_00, True),
        (500_00, 491_00, False),
        # The last dollar, however small: readers are thanked. And no longer when it goes back.
        (999_00, 1_000_00, True),
        (1_000_00, 999_00, True),
        (1_000_00, 1_009_00, False),
        # Only cents, which are not shown.
        (500_00, 500_99, False),
    ],
)
def test_what_a_step_is(told: int, reached: int, is_step: bool) -> None:
    progress = goals.Progress(GoalKind.MONTHLY, reached, 1_000_00, "usd")
    assert told_goals.is_a_step(told, progress) is is_step


def test_each_person_is_a_step_to_a_goal_of_few() -> None:
    for goal, is_step in ((50, True), (100, True), (101, False)):
        progress = goals.Progress(GoalKind.SUPPORTERS, 4, goal, "")
        assert told_goals.is_a_step(3, progress) is is_step


@pytest.mark.parametrize(
    "unseen",
    [
        {"shows_goal": False},
        {"is_live": False},
        {"starts_at": NOON + 9 * MINUTE},
        {"campaign__is_paused": True},
        {"campaign__ends_at": NOON - MINUTE},
    ],
)
@pytest.mark.django_db
def test_a_number_that_nobody_sees_is_not_told(unseen: dict[str, Any]) -> None:
    PromptFactory(**unseen)
    give(9_000_00)
    assert tell(NOON) == set()
    assert not ToldGoal.objects.exists()


@pytest.mark.django_db
def test_without_a_campaign_the_worker_has_nothing_to_say() -> None:
    assert tell(now()) == set()
    CampaignFactory()
    assert tell(now()) == set()


def test_a_campaign_that_goes_takes_what_was_told_of_it_along(campaign: Campaign) -> None:
    campaign.delete()
    assert not ToldGoal.objects.exists()
