"""What fundraisers and supporters do."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.urls import reverse
from django.utils.timezone import now

from donations import told_goals
from donations.models import Campaign, GoalKind, PaymentSettings, Placement, Prompt
from newsroom.models import Paper
from newsroom.paper import zone_of
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    PromptFactory,
    SubscriptionFactory,
)
from tests.newsroom.pagecache.oracle.editors import WORDS, desk, soon
from tests.newsroom.pagecache.oracle.paper import TestPaper, any_of

Deed = Callable[[TestPaper, Random], None]


def begin_a_campaign(paper: TestPaper, chance: Random) -> None:
    starts_at = chance.choice((now(), soon(chance)))
    campaign = CampaignFactory(
        starts_at=starts_at,
        ends_at=chance.choice((None, starts_at + timedelta(seconds=chance.choice((1, 3600))))),
    )
    PromptFactory(campaign=campaign, priority=chance.randrange(3), placement=_placement(chance))


def press_pause(paper: TestPaper, chance: Random) -> None:
    """At the desk, in the list of campaigns."""
    campaign = _campaign(chance)
    data = {
        "action": "resume" if campaign.is_paused else "pause",
        "_selected_action": [campaign.pk],
    }
    answer = desk().client.post(reverse("admin:donations_campaign_changelist"), data)
    assert answer.status_code == 302, answer.content


def edit_a_campaign(paper: TestPaper, chance: Random) -> None:
    campaign = _campaign(chance)
    name, value = chance.choice(
        (
            ("goal_minor", chance.choice((20_00, 9_000_00))),
            ("monthly_amounts", chance.choice(([3_00], [4_00, 8_00, 12_00]))),
            ("suggested_position", chance.randrange(3)),
            ("starts_at", soon(chance)),
            ("ends_at", chance.choice((None, soon(chance)))),
            ("currency", chance.choice(("usd", "eur"))),
            ("goal_kind", chance.choice((GoalKind.IN_ALL, GoalKind.MONTHLY))),
        )
    )
    setattr(campaign, name, value)
    campaign.save()


def count_supporters(paper: TestPaper, chance: Random) -> None:
    campaign = _campaign(chance)
    campaign.goal_kind, campaign.goal_supporters = GoalKind.SUPPORTERS, chance.choice((2, 500))
    campaign.save()


def delete_a_campaign(paper: TestPaper, chance: Random) -> None:
    _campaign(chance).delete()


def edit_a_prompt(paper: TestPaper, chance: Random) -> None:
    prompt = _prompt(chance)
    name, value = chance.choice(
        (
            ("headline", f"Will you help {chance.choice(WORDS)}?"),
            ("text", chance.choice(WORDS)),
            ("is_live", not prompt.is_live),
            ("sections", chance.choice(([], ["world"], ["culture"]))),
            ("topics", chance.choice(([], ["rivers"]))),
            ("languages", chance.choice(([], ["en"], ["ru"]))),
            ("priority", chance.randrange(3)),
            ("placement", _placement(chance)),
            ("shows_goal", not prompt.shows_goal),
            ("starts_at", chance.choice((None, soon(chance)))),
            ("ends_at", chance.choice((None, soon(chance)))),
        )
    )
    setattr(prompt, name, value)
    prompt.save()


def write_a_prompt(paper: TestPaper, chance: Random) -> None:
    PromptFactory(campaign=_campaign(chance), placement=_placement(chance))


def delete_a_prompt(paper: TestPaper, chance: Random) -> None:
    _prompt(chance).delete()


def stop_or_take_payments(paper: TestPaper, chance: Random) -> None:
    payments = PaymentSettings.load()
    payments.is_paused = not payments.is_paused
    payments.save()


def give(paper: TestPaper, chance: Random) -> None:
    """Once or monthly; and the worker looks whether the goal has moved."""
    if chance.random() < 0.5:
        LedgerEntryFactory(amount_minor=chance.choice((20_00, 9_999_00)))
    else:
        SubscriptionFactory(amount_minor=chance.choice((5_00, 1_000_00)))
    told_goals.tell(now(), zone_of(Paper.load()))


def _campaign(chance: Random) -> Campaign:
    return any_of(chance, list(Campaign.objects.order_by("pk")))


def _prompt(chance: Random) -> Prompt:
    return any_of(chance, list(Prompt.objects.order_by("pk")))


def _placement(chance: Random) -> Placement:
    return Placement(chance.choice(Placement.values))


DEEDS: tuple[Deed, ...] = (
    begin_a_campaign, press_pause, edit_a_campaign, edit_a_campaign, count_supporters,
    delete_a_campaign, edit_a_prompt, edit_a_prompt, write_a_prompt, delete_a_prompt,
    stop_or_take_payments, give, give,
)  # fmt: skip
