"""What needs a person: one open row a cause, one mail a cause and day."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.timezone import now
from pytest_django import Settings

from newsroom.alerts import alert
from newsroom.models import Alert, OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _operators(settings: Settings) -> None:
    settings.OPERATORS = ["ops@example.com"]


def test_a_repeated_alert_is_counted_and_mailed_once_a_day() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with time_machine.travel(monday, tick=False):
        alert("stripe.wrong_mode", "A test event reached the live site.")
        alert("stripe.wrong_mode", "Another one.")
        row = Alert.objects.get()
        assert (row.times, row.message) == (2, "Another one.")
        assert OutgoingMail.objects.count() == 1
    with time_machine.travel(monday + timedelta(days=1), tick=False):
        alert("stripe.wrong_mode", "Still.")
    assert OutgoingMail.objects.count() == 2
    assert Alert.objects.get().times == 3


def test_a_closed_alert_opens_anew() -> None:
    alert("clock.skew", "Two minutes.")
    Alert.objects.update(closed_at=now())
    alert("clock.skew", "Three minutes.")
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert Alert.objects.count() == 2


def test_without_operators_the_row_is_there_all_the_same(
    settings: Settings,
) -> None:
    settings.OPERATORS = []
    alert("disk.full", "No space left.")
    assert Alert.objects.exists()
    assert not OutgoingMail.objects.exists()
