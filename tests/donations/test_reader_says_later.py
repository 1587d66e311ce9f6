"""“Remind me later”, as the server sees it: one press, a day, an address."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from donations import letters, reader_cookie, reminders
from donations.models import Reminder
from donations.models.reminder import ReminderState
from newsroom.models import Alert, OutgoingMail, Paper
from tests.conftest import RunJobs
from tests.donations.factories import (
    LedgerEntryFactory,
    ReminderFactory,
    SubscriptionFactory,
    SupporterFactory,
)

pytestmark = pytest.mark.django_db

LATER = "/support/later/"
FRAGMENT = {"accept": "text/fragment+html"}
NOON = "2026-01-31T12:00:00Z"


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def press(
    client: Client | None = None, headers: dict[str, str] | None = None, **fields: str
) -> Any:
    return (client or Client()).post(
        LATER, fields, headers={"sec-fetch-site": "same-origin", **(headers or {})}
    )


def deferred_until(response: Any) -> date | None:
    return reader_cookie.parse(response.cookies[reader_cookie.NAME].value).later


# One press


def test_one_press_defers_for_a_month() -> None:
    response = press(placement="banner", language="en", back="/2024/03/05/a-story/")
    assert response.status_code == 200
    assert deferred_until(response) == date(2026, 2, 28)  # a month from 31 January
    assert "Feb. 28, 2026" in response.text
    assert 'href="/2024/03/05/a-story/"' in response.text
    assert response["Cache-Control"] == "private, no-store"
    assert set(response.cookies) == {reader_cookie.NAME}
    assert not Reminder.objects.exists()


def test_a_script_gets_the_confirmation_alone() -> None:
    response = press(headers=FRAGMENT, placement="banner", language="en")
    assert deferred_until(response) == date(2026, 2, 28)
    assert response.text.lstrip().startswith("<section")
    assert "<html" not in response.text


def test_the_form_can_be_opened_by_itself_and_sets_nothing() -> None:
    response = Client().get(LATER)
    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" not in response["Cache-Control"]
    assert 'min="2026-02-01"' in response.text
    assert 'max="2027-01-31"' in response.text


def test_a_press_never_shortens_what_was_agreed() -> None:
    client = Client()
    client.cookies[reader_cookie.NAME] = "later:2026-12-01"
    assert deferred_until(press(client)) == date(2026, 12, 1)


def test_a_choice_may_shorten_it() -> None:
    client = Client()
    client.cookies[reader_cookie.NAME] = "later:2026-12-01"
    assert deferred_until(press(client, when="week")) == date(2026, 2, 7)
    client.cookies[reader_cookie.NAME] = "later:2026-12-01"
    assert deferred_until(press(client, when="month")) == date(2026, 2, 28)


def test_closing_the_banner_buys_a_week_of_quiet() -> None:
    response = press(action="close")
    assert response.status_code == 204
    assert deferred_until(response) == date(2026, 2, 7)


def test_closing_never_shortens_what_was_agreed() -> None:
    client = Client()
    client.cookies[reader_cookie.NAME] = "later:2026-12-01"
    assert deferred_until(press(client, action="close")) == date(2026, 12, 1)


def test_a_supporter_who_says_later_stays_one() -> None:
    client = Client()
    client.cookies[reader_cookie.NAME] = "supporter:2026-03-01:month"
    response = press(client)
    value = response.cookies[reader_cookie.NAME].value
    assert value == "later:2026-02-28.supporter:2026-03-01:month"


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}]
)
def test_another_site_cannot_press_it(headers: dict[str, str]) -> None:
    response = Client().post(LATER, {"email": "a@example.com", "when": "month"}, headers=headers)
    assert response.status_code == 403
    assert not response.cookies
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "x", ""],
)
def test_the_way_back_stays_here(back: str) -> None:
    response = press(back=back)
    assert "evil" not in response.text
    assert "javascript" not in response.text
    assert '<a href="/">To the front page</a>' in response.text


def test_the_answer_speaks_the_language_of_the_page() -> None:
    response = press(language="ar")
    assert '<html lang="ar" dir="rtl">' in response.text
    assert '<html lang="en" dir="ltr">' in press(language="klingon").text


# When


def test_a_week() -> None:
    response = press(when="week")
    assert deferred_until(response) == date(2026, 2, 7)
    assert "For how long?" not in response.text  # answered, so not asked again


@pytest.mark.parametrize("day", ["2026-02-01", "2026-06-15", "2027-01-31"])
def test_a_day_of_ones_own(day: str) -> None:
    assert deferred_until(press(when="date", date=day)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        ("2026-01-31", "between tomorrow and a year from now"),
        ("2025-12-01", "between tomorrow and a year from now"),
        ("2027-02-01", "between tomorrow and a year from now"),
        ("31.02.2026", "This is no date"),
        ("2026-02-30", "This is no date"),
        ("soon <b>", "This is no date"),
        ("", "Choose a date."),
    ],
)
def test_a_day_that_is_none_is_said_and_the_ask_hidden_all_the_same(day: str, problem: str) -> None:
    response = press(when="date", date=day, email="reader@example.com")
    assert problem in response.text
    assert 'aria-invalid="true"' in response.text
    assert deferred_until(response) == date(2026, 2, 28)
    assert "<b>" not in response.text
    assert 'value="reader@example.com"' in response.text
    assert 'value="date" checked' in response.text
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 29), 2, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 24), 1, date(2026, 12, 24)),
    ],
)
def test_a_month_is_a_month(day: date, months: int, later: date) -> None:
    assert reminders.add_months(day, months) == later


# An address


def test_an_address_is_promised_one_letter_on_that_day() -> None:
    Paper(time_zone="Europe/Vilnius").save()
    response = press(
        when="week", email=" Reader@Example.com ", language="ru", placement="article-end"
    )
    assert deferred_until(response) == date(2026, 2, 7)
    reminder = Reminder.objects.get()
    assert reminder.email == "Reader@Example.com"
    assert reminder.due_at.isoformat() == "2026-02-07T08:00:00+00:00"  # ten in Vilnius
    assert (reminder.language, reminder.placement) == ("ru", "article-end")


@pytest.mark.parametrize(
    "email", ["not an address", "a@", "@b.com", "a@b.com\nBcc: c@d.com", "a" * 250 + "@example.com"]
)
def test_what_is_no_address_is_said_and_kept_in_its_field(email: str) -> None:
    response = press(when="week", email=email)
    assert "address" in response.text
    assert 'aria-invalid="true"' in response.text
    assert deferred_until(response) == date(2026, 2, 7)
    assert 'value="week" checked' in response.text
    assert not Reminder.objects.exists()


def test_nobody_learns_whether_an_address_waits_already() -> None:
    first = press(when="month", email="reader@example.com")
    again = press(when="month", email="READER@example.com")
    assert first.text == again.text
    assert Reminder.objects.count() == 1


def test_the_latest_wish_counts() -> None:
    press(when="month", email="reader@example.com")
    press(when="week", email="reader@example.com")
    assert Reminder.objects.get().due_at.date() == date(2026, 2, 7)


def test_too_many_addresses_from_one_network_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(reminders, "PER_NETWORK", 2)
    for number in range(2):
        press(when="week", email=f"reader{number}@example.com")
    response = press(when="week", email="reader3@example.com")
    assert "Please try again tomorrow" in response.text
    assert 'value="reader3@example.com"' in response.text
    assert deferred_until(response) == date(2026, 2, 7)
    assert Reminder.objects.count() == 2


def test_too_many_in_all_are_refused_and_somebody_is_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(reminders, "IN_ALL", 1)
    press(when="week", email="one@example.com")
    response = press(when="week", email="two@example.com")
    assert "Please try again tomorrow" in response.text
    assert Reminder.objects.count() == 1
    assert Alert.objects.get().cause == "reminders.too_many"


def test_one_address_is_not_moved_about_all_day_and_the_answer_stays_the_same() -> None:
    answers = {press(when="week", email="reader@example.com").text for _time in range(6)}
    assert len(answers) == 1
    assert Reminder.objects.count() == 1


# The letter


def letters_sent(run_jobs: RunJobs) -> list[Any]:
    run_jobs()
    return mail.outbox


def test_one_letter_goes_out_when_it_is_due_and_the_address_is_forgotten(
    run_jobs: RunJobs, at_noon: Any
) -> None:
    press(when="week", email="reader@example.com", language="en")
    due = Reminder.objects.get().due_at
    at_noon.move_to(due - timedelta(seconds=1))
    reminders.send_due(now())
    assert letters_sent(run_jobs) == []
    at_noon.move_to(due)
    reminders.send_due(now())
    reminders.send_due(now())
    (letter,) = letters_sent(run_jobs)
    assert letter.to == ["reader@example.com"]
    assert f"{settings.SITE_URL}/support/" in letter.body
    assert "the only letter" in letter.body
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert f"{settings.SITE_URL}/support/" in html
    assert_forgotten("reader@example.com")
    assert Reminder.objects.get().state == ReminderState.SENT
    at_noon.move_to(due + timedelta(days=400))
    reminders.send_due(now())
    assert len(letters_sent(run_jobs)) == 1


def assert_forgotten(address: str) -> None:
    """Gone from every column of every table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s',  # noqa: S608
                [f"%{address}%"],
            )
            assert cursor.fetchone() == (0,), table


def test_one_letter_that_cannot_be_written_does_not_hold_up_the_others(monkeypatch: Any) -> None:
    broken = ReminderFactory(due_at=now() - timedelta(hours=1))
    ReminderFactory(due_at=now())
    write = letters.reminder

    def written(promised: Reminder, campaign: Any) -> Any:
        if promised == broken:
            raise RuntimeError("a bug")
        return write(promised, campaign)

    monkeypatch.setattr(letters, "reminder", written)
    reminders.send_due(now())
    assert OutgoingMail.objects.filter(purpose="reminder").count() == 1
    assert Reminder.objects.get(state=ReminderState.WAITING) == broken
    assert Alert.objects.get().cause == "reminders.failed"
    monkeypatch.undo()
    reminders.send_due(now())
    assert not Reminder.objects.filter(state=ReminderState.WAITING).exists()


def test_the_row_and_the_letter_are_written_together(monkeypatch: Any) -> None:
    reminder = ReminderFactory(due_at=now())

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Reminder, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            reminders.keep(reminder.pk, now())
    assert not OutgoingMail.objects.exists()
    reminders.keep(reminder.pk, now())
    assert OutgoingMail.objects.get().at_most_once is True


def test_who_gives_every_month_by_now_is_not_reminded(run_jobs: RunJobs) -> None:
    ReminderFactory(email="reader@example.com", due_at=now())
    SubscriptionFactory(supporter=SupporterFactory(email="READER@example.com"))
    reminders.send_due(now())
    assert letters_sent(run_jobs) == []
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert Reminder.objects.get().email == ""


def test_who_gave_once_meanwhile_is_not_reminded(run_jobs: RunJobs, at_noon: Any) -> None:
    ReminderFactory(email="reader@example.com", due_at=now() + timedelta(days=2))
    at_noon.shift(timedelta(days=1))
    LedgerEntryFactory(supporter=SupporterFactory(email="reader@example.com"))
    at_noon.shift(timedelta(days=1))
    reminders.send_due(now())
    assert letters_sent(run_jobs) == []
    assert Reminder.objects.get().state == ReminderState.CANCELLED


def test_who_gave_long_before_is_reminded_as_promised(run_jobs: RunJobs) -> None:
    LedgerEntryFactory(
        supporter=SupporterFactory(email="reader@example.com"),
        occurred_at=now() - timedelta(days=90),
    )
    ReminderFactory(email="reader@example.com", due_at=now())
    reminders.send_due(now())
    assert len(letters_sent(run_jobs)) == 1


def test_the_letter_is_in_the_readers_language(run_jobs: RunJobs) -> None:
    ReminderFactory(language="ar", due_at=now())
    reminders.send_due(now())
    (letter,) = letters_sent(run_jobs)
    assert 'dir="rtl"' in letter.alternatives[0][0]


def test_an_address_may_be_left_again_after_its_letter(run_jobs: RunJobs, at_noon: Any) -> None:
    press(when="week", email="reader@example.com")
    at_noon.move_to(datetime.fromisoformat("2026-02-08T12:00:00+00:00"))
    reminders.send_due(now())
    press(when="week", email="reader@example.com")
    assert Reminder.objects.filter(state=ReminderState.WAITING).count() == 1
