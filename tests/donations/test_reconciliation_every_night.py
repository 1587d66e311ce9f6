"""By itself: missed events every hour, a comparison every night, and an alert of what it found."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django import app
from pytest_django.fixtures import Settings

from donations import stripe_api, tasks
from donations.models import (
    EventState,
    LedgerEntry,
    PaymentSettings,
    Reconciliation,
    StripeEvent,
    Subscription,
    Supporter,
    SupportIntent,
)
from donations.reconciliation import Interrupted, endpoints, missed_events
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.reconciling import (
    Year,
    a_year,
    assert_equal_now,
    differences,
    mail_to_supporters,
    reconcile,
    told,
)

pytestmark = pytest.mark.django_db

HOURLY, NIGHTLY = tasks.fetch_missed_events, tasks.sweep_stripe


@pytest.fixture
def year(stripe_side: Stripe) -> Iterator[Year]:
    with a_year(stripe_side) as begun:
        yield begun


@pytest.fixture
def undelivered(stripe_side: Stripe) -> None:
    """Stripe tries, and nobody is there."""
    stripe_side.order("webhooks", enabled=1, background=0)


def night() -> None:
    NIGHTLY(timestamp=0)


def test_both_are_in_the_timetable() -> None:
    periodic = app.periodic_registry.periodic_tasks
    crons = {task.task.name: task.cron for task in periodic.values()}
    assert crons["donations.fetch_missed_events"] == "23 * * * *"
    assert crons["donations.sweep_stripe"] == "11 3 * * *"


@pytest.mark.parametrize(("task", "days"), [(HOURLY, 2), (NIGHTLY, 20)])
def test_row_28_what_could_not_be_delivered_is_fetched_and_its_mail_goes_out(
    task: Callable[..., object], days: int, year: Year, undelivered: None, run_jobs: RunJobs
) -> None:
    """Within the hour; and when the worker was away as well, longer than Stripe tries, at night."""
    year.monthly("ada@example.com")
    payment = year.once("bela@example.com")
    year.passes(days)
    year.refund(payment, 5_00)
    task(timestamp=0)
    run_jobs()
    assert LedgerEntry.objects.filter(kind="payment").count() == 2
    assert mail_to_supporters() == ["receipt", "receipt", "refunded"]
    events = StripeEvent.objects.count()
    task(timestamp=0)
    run_jobs()
    assert StripeEvent.objects.count() == events
    assert mail_to_supporters() == ["receipt", "receipt", "refunded"]
    assert_equal_now()


def test_what_was_delivered_is_not_fetched(year: Year, run_jobs: RunJobs) -> None:
    year.once("bela@example.com")
    assert missed_events.fetch(now()) == 0


def test_events_of_another_mode_or_kind_are_not_fetched(
    year: Year, undelivered: None, settings: Settings
) -> None:
    """Row 57, and whatever another endpoint of the account misses."""
    year.stripe.api("POST", "products", id="prod_x", name="A thing")
    assert missed_events.fetch(now()) == 0
    year.once("bela@example.com")
    settings.STRIPE_LIVEMODE = True
    assert missed_events.fetch(now()) == 0


def test_pages_of_missed_events_are_read_to_the_end(
    year: Year, undelivered: None, run_jobs: RunJobs
) -> None:
    for number in range(25):
        year.once(f"reader{number}@example.com")
    HOURLY(timestamp=0)
    run_jobs()
    assert LedgerEntry.objects.filter(kind="payment").count() == 25
    assert StripeEvent.objects.count() == 50, "a hundred and more were not delivered"


def test_a_quiet_night_alerts_nobody(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    year.monthly("ada@example.com")
    told(stripe_side, tell, run_jobs)
    year.passes(1)
    night()
    run = Reconciliation.objects.get()
    assert run.finished_at is not None and run.since is not None
    assert now() - run.since >= timedelta(days=40)
    assert not Alert.objects.exists()


def test_a_difference_is_repaired_and_alerted_with_its_number(year: Year) -> None:
    year.monthly("ada@example.com")
    year.refund(year.once("bela@example.com"), 5_00)
    year.passes(1)
    SupportIntent.objects.all().delete()
    night()
    alert = Alert.objects.get(cause="reconciliation.differences")
    assert alert.message == (
        "The comparison with Stripe found 4 differences: 1 subscription, 2 payments, 1 refund. "
        "All were repaired."
    )
    assert mail_to_supporters() == []
    night()
    alert.refresh_from_db()
    assert alert.times == 1, "the next night is quiet"


def test_what_remains_is_in_the_alert(year: Year, stripe_side: Stripe) -> None:
    subscription = year.monthly("ada@example.com")
    reconcile()
    customer = stripe_side.api("GET", f"subscriptions/{subscription}")["customer"]
    stripe_side.api("POST", f"customers/{customer}", email="eve@example.net")
    night()
    message = Alert.objects.get(cause="reconciliation.differences").message
    assert "1 difference: 1 customer. What remains for a person: 1 customer." in message


def test_what_was_told_but_not_applied_is_applied_first(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    """A worker that stood still owes its mail; a comparison in between must not swallow it."""
    year.once("ada@example.com")
    for event in stripe_side.events():
        tell(event)
    year.passes(1)
    night()
    assert mail_to_supporters() == ["receipt"]
    assert not StripeEvent.objects.filter(state=EventState.STORED).exists()
    assert differences() == []


def test_what_just_happened_is_left_to_its_event(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    year.monthly("ada@example.com")
    year.refund(year.once("bela@example.com"), 5_00)
    night()
    assert differences() == []
    assert not LedgerEntry.objects.exists()
    told(stripe_side, tell, run_jobs)
    assert mail_to_supporters() == ["receipt", "receipt", "refunded"]


def test_row_63_after_a_restore_the_gap_is_rebuilt_without_old_mail(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    """Stripe delivered everything, and a backup from before was put back."""
    old = year.monthly("ada@example.com")
    told(stripe_side, tell, run_jobs)
    backup = Subscription.objects.get().pk
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SAVEPOINT backup")
    year.passes(3)
    year.monthly("bela@example.com")
    payment = year.once("cato@example.com")
    year.refund(payment, 5_00)
    stripe_side.api("POST", f"subscriptions/{old}", cancel_at_period_end="true")
    told(stripe_side, tell, run_jobs)
    full = sorted(LedgerEntry.objects.values_list("source", "amount_minor", "occurred_at"))
    sent = mail_to_supporters()
    assert len(sent) == 4
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT backup")
    assert LedgerEntry.objects.count() == 2 and mail_to_supporters() == ["receipt"]
    year.passes(1)
    night()
    run_jobs()
    assert sorted(LedgerEntry.objects.values_list("source", "amount_minor", "occurred_at")) == full
    assert Supporter.objects.count() == 3
    assert Subscription.objects.get(pk=backup).cancel_at_period_end
    assert mail_to_supporters() == ["receipt"], "nothing that was mailed before goes out again"
    assert Alert.objects.filter(cause="reconciliation.differences").exists()
    # The events that were delivered may still be sent again by hand: they change nothing.
    told(stripe_side, tell, run_jobs)
    assert mail_to_supporters() == ["receipt"]
    assert_equal_now()


def test_stripe_away_at_night_is_tried_again_from_there(
    year: Year, stripe_side: Stripe, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.reconciliation.running.time.sleep", lambda seconds: None)
    year.once("ada@example.com")
    year.passes(1)
    stripe_side.misbehave("503", path="/v1/refunds", times=4)
    with pytest.raises(Interrupted):
        night()
    run = Reconciliation.objects.get()
    assert run.finished_at is None and LedgerEntry.objects.filter(kind="payment").exists()
    night()
    assert Reconciliation.objects.get().finished_at is not None


def test_one_that_never_ended_is_alerted(year: Year) -> None:
    Reconciliation.objects.create(started_at=now() - timedelta(days=1), livemode=False)
    night()
    assert Alert.objects.filter(cause="reconciliation.unfinished").exists()


def register(side: Stripe, url: str) -> str:
    made = side.api("POST", "webhook_endpoints", url=url, **{"enabled_events[0]": "invoice.paid"})
    return str(made["id"])


OURS = "/support/stripe/webhook/"


def test_row_64_two_endpoints_by_mistake_raise_an_alert(stripe_side: Stripe) -> None:
    endpoints.check()
    assert not Alert.objects.exists(), "the one that the stand-in was started with"
    second = register(stripe_side, django_settings.SITE_URL + OURS)
    endpoints.check()
    alert = Alert.objects.get(cause="stripe.endpoint_twice")
    assert "2 times" in alert.message
    stripe_side.api("POST", f"webhook_endpoints/{second}", disabled="true")
    alert.delete()
    endpoints.check()
    assert not Alert.objects.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9" + OURS, "http://localhost:8000/paper" + OURS])
def test_row_64_an_endpoint_elsewhere_raises_an_alert(url: str, stripe_side: Stripe) -> None:
    register(stripe_side, url)
    endpoints.check()
    assert url in Alert.objects.get(cause="stripe.endpoint_elsewhere").message


def test_another_programs_endpoint_is_its_own(stripe_side: Stripe) -> None:
    register(stripe_side, "http://127.0.0.1:9/shop/hook")
    endpoints.check()
    assert not Alert.objects.exists()


def test_no_endpoint_at_all_raises_an_alert(stripe_side: Stripe, settings: Settings) -> None:
    settings.STRIPE_LIVEMODE = True
    settings.SITE_URL = "https://paper.example"
    endpoints.check()
    assert "https://paper.example" in Alert.objects.get(cause="stripe.endpoint_missing").message


def test_row_64_events_of_two_endpoints_are_booked_once(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    year.once("ada@example.com")
    for event in [*stripe_side.events(), *stripe_side.events()]:
        assert tell(event).status_code == 200
    run_jobs()
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert mail_to_supporters() == ["receipt"]


def test_a_key_that_may_not_see_endpoints_sweeps_all_the_same(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[str]:
        raise stripe_api.StripeRefused("PermissionError")

    monkeypatch.setattr(stripe_api, "webhook_endpoints", refuse)
    night()
    assert Reconciliation.objects.get().finished_at is not None


@pytest.fixture
def copy(settings: Settings) -> None:
    PaymentSettings(pinned_site_url="https://paper.example").save()
    settings.STRIPE_LIVEMODE = True


def test_a_copy_neither_fetches_nor_compares(
    year: Year, undelivered: None, copy: None, run_jobs: RunJobs
) -> None:
    year_requests = len(year.stripe.requests())
    for task in (HOURLY, NIGHTLY):
        task(timestamp=0)
    assert len(year.stripe.requests()) == year_requests
    assert not StripeEvent.objects.exists() and not Reconciliation.objects.exists()
    assert Alert.objects.filter(cause="payments.read_only").exists()


def test_a_copy_may_look_and_says_why_no_more(stripe_side: Stripe, copy: None) -> None:
    refused = reconcile()
    assert "This is a copy of the paper" in refused and refused.endswith("exit status 1")
    assert not Reconciliation.objects.exists()
    assert reconcile("--dry-run").endswith("exit status 0")


def test_a_copy_leaves_waiting_events_alone(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, settings: Settings
) -> None:
    """Their mail is the paper's own to send."""
    year.once("ada@example.com")
    for event in stripe_side.events():
        tell(event)
    PaymentSettings(pinned_site_url="https://paper.example").save()
    settings.STRIPE_LIVEMODE = True
    run_jobs()
    assert not OutgoingMail.objects.filter(purpose="receipt").exists()
    assert StripeEvent.objects.filter(state=EventState.STORED).exists()
