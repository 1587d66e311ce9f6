"""Play money never counts as money, nor the other way round: in no sum, and under no address."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from donations import goals
from donations.models import EventState, LedgerEntry, StripeEvent, Supporter
from donations.supporters import supporter_of
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
)

pytestmark = pytest.mark.django_db


def test_row_57_one_address_is_one_supporter_in_each_mode() -> None:
    play, real = (supporter_of("ada@example.com", livemode=mode, language="en") for mode in (False, True))  # fmt: skip
    assert play != real
    assert supporter_of("Ada@example.com", livemode=True, language="en") == real
    assert Supporter.objects.count() == 2


@pytest.mark.parametrize("is_live", [True, False])
def test_row_57_a_goal_counts_its_own_mode(settings: Settings, is_live: bool) -> None:
    campaign = CampaignFactory(goal_minor=1_000_00)
    for mode, amount in ((True, 7_00), (False, 5_00)):
        supporter = SupporterFactory(livemode=mode)
        SubscriptionFactory(livemode=mode, supporter=supporter, amount_minor=amount)
        LedgerEntryFactory(livemode=mode, supporter=supporter, amount_minor=amount)
    settings.STRIPE_LIVEMODE = is_live
    assert goals.progress(campaign, at=now(), zone=ZoneInfo("UTC")).reached == (
        14_00 if is_live else 10_00
    )


def test_row_57_what_waits_from_the_time_of_test_keys_is_not_applied(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs,
    settings: Settings,
) -> None:  # fmt: skip
    stripe_side.pay(start(every="once", amount="20"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    settings.STRIPE_LIVEMODE = True
    run_jobs(at=now())
    stored = StripeEvent.objects.get()
    assert (stored.state, "other mode" in stored.error) == (EventState.IGNORED, True)
    assert not LedgerEntry.objects.exists()
