"""Two tabs, or support that had slipped somebody's mind: all is taken, and asked about."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from donations.models import EntryKind, IntentState, LedgerEntry, Subscription, SupportIntent
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Life, Stripe, Tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def tab(stripe_side: Stripe) -> Callable[..., str]:
    """A page opened in another browser; gives its session."""

    def opened(**form: object) -> str:
        chosen = {"every": "month", "amount": "5", "currency": "usd", **form}
        response = Client().post("/support/checkout/", chosen)
        assert response.status_code == 303, response.content
        return str(response["Location"]).rpartition("/")[2].partition("#")[0]

    return opened


def amounts() -> list[int]:
    booked = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    return sorted(booked.values_list("amount_minor", flat=True))


def letters(purpose: str) -> list[OutgoingMail]:
    return [*OutgoingMail.objects.filter(purpose=purpose)]


@pytest.mark.parametrize("seed", range(4))
def test_row_37_two_tabs_both_paid_are_both_booked_flagged_and_asked_about(
    seed: int, tab: Callable[..., str], life: Life, tell: Tell, run_jobs: RunJobs
) -> None:
    """In whatever order it is told."""
    for each in (tab(), tab()):
        life.side.pay(each)
    events = life.side.events()
    random.Random(seed).shuffle(events)
    for event in events:
        tell(event)
    run_jobs()
    assert amounts() == [5_00, 5_00]
    assert Subscription.objects.filter(status="active").count() == 2
    assert set(SupportIntent.objects.values_list("state", flat=True)) == {IntentState.PAID}
    assert len(letters("receipt")) == 2
    (asked,) = letters("two_subscriptions")
    assert "keep both, or end one?" in asked.text
    assert asked.text.count("$5 a month") == 2
    assert "/support/manage/entry/" in asked.text
    (flag,) = Alert.objects.filter(cause="payments.twice")
    assert all(each.stripe_id in flag.message for each in Subscription.objects.all())


def test_row_37_one_gift_paid_in_two_tabs(tab: Callable[..., str], life: Life) -> None:
    for each in (tab(every="once", amount="20"), tab(every="once", amount="20")):
        life.pay(each)
    assert amounts() == [20_00, 20_00]
    (asked,) = letters("paid_twice")
    assert "$20" in asked.text
    assert Alert.objects.get().cause == "payments.twice"


def test_row_37_another_gift_or_a_later_one_is_no_slip(tab: Callable[..., str], life: Life) -> None:
    life.pay(tab(every="once", amount="20"))
    life.pay(tab(every="once", amount="30"))
    life.wait(hours=2)
    life.pay(tab(every="once", amount="20"))
    assert amounts() == [20_00, 20_00, 30_00]
    assert letters("paid_twice") == []
    assert not Alert.objects.exists()


def test_row_51_a_second_subscription_is_taken_listed_and_asked_about_once(
    tab: Callable[..., str], life: Life, mailoutbox: list[Any]
) -> None:
    life.pay(tab())
    life.wait(days=100)
    life.pay(tab(every="year", amount="60", currency="eur"))
    supporter = Subscription.objects.first()
    assert supporter is not None
    assert supporter.supporter.subscriptions.filter(status="active").count() == 2
    (asked,) = letters("two_subscriptions")
    assert "- $5 a month, since Nov. 24, 2026\n- €60 a year, since March 4, 2027\n" in asked.text
    assert asked.recipient == "ada@example.com"
    assert not Alert.objects.exists()  # months later it is no slip of the finger
    life.wait(days=60)  # both renew, and nobody asks again
    assert len(letters("two_subscriptions")) == 1
    assert len([each for each in mailoutbox if "twice" in each.subject]) == 1


def test_row_51_support_that_has_ended_or_is_somebody_elses_is_no_second_one(
    tab: Callable[..., str], life: Life
) -> None:
    life.pay(tab(), email="bob@example.com")
    life.pay(tab(), email="ada@example.com")
    ended = Subscription.objects.get(supporter__email="ada@example.com")
    life.api("DELETE", f"subscriptions/{ended.stripe_id}")
    life.pay(tab(), email="ada@example.com")
    assert letters("two_subscriptions") == []
    assert not Alert.objects.exists()
