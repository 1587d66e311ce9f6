"""A promised letter that is no longer wanted: whoever gives by then gets none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils.timezone import now

from donations import reminders
from donations.models import Reminder
from donations.models.reminder import ReminderState
from tests.donations.conftest import Life
from tests.donations.factories import ReminderFactory

pytestmark = pytest.mark.django_db

Start = Callable[..., str]


def promise(**changed: Any) -> Reminder:
    """One that is due in two days."""
    facts = {"email": "Ada@example.com", "due_at": now() + timedelta(days=2)}
    found: Reminder = ReminderFactory(**(facts | changed))
    return found


def reminded(life: Life, mailoutbox: list[Any]) -> bool:
    reminders.send_due(now())
    life.catch_up()
    return any("remind" in each.subject for each in mailoutbox)


@pytest.mark.parametrize("every", ["once", "month", "year"])
def test_row_60_who_supports_before_it_is_due_gets_no_reminder(
    every: str, life: Life, start: Start, mailoutbox: list[Any]
) -> None:
    promised = promise()
    life.wait(days=1)
    life.pay(start(every=every, amount="60"))
    life.wait(days=2)
    assert not reminded(life, mailoutbox)
    promised.refresh_from_db()
    assert (promised.state, promised.email) == (ReminderState.CANCELLED, "")


def test_row_60_whose_support_arrives_at_the_last_moment_gets_none(
    life: Life, start: Start, mailoutbox: list[Any]
) -> None:
    """It is looked at again in the transaction that sends, not when the list was made."""
    promise()
    life.wait(days=3)
    keep = reminders.keep

    def pay_first(*args: Any) -> None:
        life.pay(start())
        keep(*args)

    with patch.object(reminders, "keep", pay_first):
        assert not reminded(life, mailoutbox)


def test_row_60_whose_support_ended_meanwhile_gets_the_promised_letter(
    life: Life, start: Start, mailoutbox: list[Any]
) -> None:
    life.pay(start())
    life.wait(days=2)
    promise()
    found = life.side.api("GET", "subscriptions")["data"]
    life.api("DELETE", f"subscriptions/{found[0]['id']}")
    life.wait(days=3)
    assert reminded(life, mailoutbox)


def test_row_60_whose_payment_did_not_arrive_gets_it_too(
    life: Life, start: Start, mailoutbox: list[Any]
) -> None:
    promise()
    session = start(every="once", amount="20", currency="eur")
    life.pay(session, method="bank_debit")
    life.do("settle", session=session, outcome="fail")
    life.wait(days=3)
    assert reminded(life, mailoutbox)
