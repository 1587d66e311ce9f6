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


def test_a_flood_is_written_down_once_a_minute() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    minute = timedelta(minutes=1)
    with time_machine.travel(noon, tick=False) as clock:
        for _ in range(50):
            alert("stripe.wrong_mode", "Again.", at_most_every=minute)
        alert("stripe.api_version", "Another cause.", at_most_every=minute)
        assert Alert.objects.get(cause="stripe.wrong_mode").times == 1
        clock.shift(minute)
        alert("stripe.wrong_mode", "Again.", at_most_every=minute)
        assert Alert.objects.get(cause="stripe.wrong_mode").times == 2
        # A clock that is set back silences nobody.
        clock.shift(-timedelta(hours=2))
        alert("stripe.wrong_mode", "Again.", at_most_every=minute)
    assert Alert.objects.get(cause="stripe.wrong_mode").times == 3
    assert Alert.objects.get(cause="stripe.api_version").times == 1
