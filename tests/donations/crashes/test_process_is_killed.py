"""kill -9 at the worst moments, of real processes; then they start anew, and the books are right."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import (
    EntryKind,
    EventState,
    IntentState,
    LedgerEntry,
    Reconciliation,
    StripeEvent,
    Subscription,
    SupportIntent,
)
from newsroom import jobs, mail
from newsroom.crash_points import POINTS
from newsroom.models import Alert, CountedAttempt, OutgoingMail
from tests.donations.conftest import Stripe, Tell
from tests.donations.crashes.conftest import KILLED, House, stuck
from tests.donations.crashes.post_office import PostOffice

# Once in every run, twenty times in `make soak`.
TIMES = [pytest.param(1, id="once"), pytest.param(20, id="20_times", marks=pytest.mark.soak)]
Start = Callable[..., str]

TAKING = ["after-insert", "after-commit-before-response"]
APPLYING = [
    "after-job-taken",
    "after-retrieve",
    "after-ledger-before-commit",
    "after-letter-before-its-job",
    "after-close-before-commit",
    "after-commit-before-mail",
]
OPENING = ["after-intent-before-stripe", "after-stripe-before-session-id"]
SENDING = ["after-mark-before-SMTP", "after-SMTP-before-mark"]
COMPARING = ["between-reconciled-pages"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_point_is_died_at() -> None:
    assert {*TAKING, *APPLYING, *OPENING, *SENDING, *COMPARING} == set(POINTS)


@pytest.fixture
def pay(start: Start, stripe_side: Stripe) -> Callable[[], list[dict[str, Any]]]:
    """Somebody pays, by turns once and monthly; what Stripe then has to tell."""
    kinds = cycle(["once", "month"])
    told: set[str] = set()

    def paid() -> list[dict[str, Any]]:
        CountedAttempt.objects.all().delete()
        stripe_side.pay(start(every=next(kinds), amount="20"))
        fresh = [event for event in stripe_side.events() if event["id"] not in told]
        told.update(event["id"] for event in fresh)
        return fresh

    return paid


def check_books(payments: int, post_office: PostOffice, *, repeated: int = 1) -> None:
    """Every payment has one entry, one fee and one receipt; nothing waits, nothing failed."""
    assert stuck() == []
    states = set(StripeEvent.objects.values_list("state", flat=True))
    assert states <= {EventState.APPLIED, EventState.IGNORED}, list(
        StripeEvent.objects.values_list("type", "state", "error")
    )
    booked = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    assert booked.count() == payments
    assert set(booked.values_list("amount_minor", "currency")) == {(20_00, "usd")}
    assert LedgerEntry.objects.filter(kind=EntryKind.FEE).count() == payments
    assert set(SupportIntent.objects.values_list("state", flat=True)) == {IntentState.PAID}
    receipts = OutgoingMail.objects.filter(purpose="receipt")
    assert receipts.count() == payments
    assert not OutgoingMail.objects.filter(sent_at=None).exists()
    written = set(OutgoingMail.objects.values_list("message_id", flat=True))
    assert set(post_office.message_ids) == written
    assert 1 <= post_office.most_of_one() <= repeated


def letters_to_send() -> set[int]:
    jobs_to_send = ProcrastinateJob.objects.filter(task_name="newsroom.send_mail")
    return {int(job.args["mail_id"]) for job in jobs_to_send}


def letters_written() -> set[int]:
    return set(OutgoingMail.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("point", APPLYING)
def test_row_24_and_25_a_worker_is_killed_while_it_applies(
    point: str,
    times: int,
    house: House,
    post_office: PostOffice,
    pay: Callable[[], list[dict[str, Any]]],
    tell: Tell,
) -> None:
    for done in range(1, times + 1):
        for event in pay():
            tell(event)
        assert house.dies_at_work(point)
        assert letters_to_send() <= letters_written(), "a job was there before its letter"
        house.start_again()
        check_books(done, post_office)


def test_row_24_a_dead_job_whose_next_try_waits_already_holds_up_no_other(
    house: House, post_office: PostOffice
) -> None:
    jobs.defer("donations.apply_event", once_as="the same", event_id=0)
    letter = mail.queue_mail(
        purpose="receipt", about="pi_1", recipient="ada@example.com", subject="Thanks", text="…"
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    tomorrow = now() + timedelta(days=1)
    jobs.defer("donations.apply_event", at=tomorrow, once_as="the same", event_id=0)
    house.start_again()
    assert letter is not None
    assert post_office.message_ids == [letter.message_id]
    (waiting,) = stuck()
    assert waiting.startswith("donations.apply_event")
    assert waiting.endswith("todo")


@pytest.mark.parametrize("times", TIMES)
def test_row_61_a_worker_is_killed_between_the_mail_server_and_its_mark(
    times: int,
    house: House,
    post_office: PostOffice,
    pay: Callable[[], list[dict[str, Any]]],
    tell: Tell,
) -> None:
    for done in range(1, times + 1):
        for event in pay():
            tell(event)
        assert house.dies_at_work("after-SMTP-before-mark")
        house.start_again()
        check_books(done, post_office, repeated=2)
    assert post_office.most_of_one() == 2


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize(("point", "sent"), [(SENDING[0], 0), (SENDING[1], 1)])
def test_row_61_what_may_go_out_once_is_never_repeated(
    point: str, sent: int, times: int, house: House, post_office: PostOffice
) -> None:
    for number in range(1, times + 1):
        promised = mail.queue_mail(
            purpose="reminder",
            about=str(number),
            recipient="later@example.com",
            subject="As you asked",
            text="Here we are.",
            at_most_once=True,
        )
        assert promised is not None
        assert house.dies_at_work(point)
        house.start_again()
        assert post_office.message_ids.count(promised.message_id) == sent
        mail.close_abandoned(now() + timedelta(minutes=16))
        promised.refresh_from_db()
        assert mail.state_of(promised) == "perhaps not sent"
        assert (promised.recipient, promised.text) == ("", "")
        assert stuck() == []


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize(
    "point",
    [
        pytest.param("after-insert", id="row_3_before_the_commit"),
        pytest.param("after-commit-before-response", id="row_23_after_it"),
    ],
)
def test_row_3_and_23_a_web_process_is_killed_while_it_takes_an_event(
    point: str,
    times: int,
    house: House,
    post_office: PostOffice,
    pay: Callable[[], list[dict[str, Any]]],
) -> None:
    for done in range(1, times + 1):
        happened = pay()
        before = StripeEvent.objects.count()
        with house.open(crash_at=point) as site:
            assert site.tell(happened[0]) == 0
            assert StripeEvent.objects.count() - before == (point != "after-insert")
            # Stripe tells all of it again until it is answered.
            untold = list(happened)
            while untold:
                if site.tell(untold[0]) == 200:
                    untold.pop(0)
        assert StripeEvent.objects.count() - before == len(happened)
        house.finish()
        check_books(done, post_office)


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("point", OPENING)
def test_row_32_a_web_process_is_killed_while_it_opens_a_payment_page(
    point: str, times: int, house: House, stripe_side: Stripe
) -> None:
    for number in range(1, times + 1):
        CountedAttempt.objects.all().delete()
        form = {"every": "month", "amount": "5", "currency": "usd", "nonce": f"press-{number}"}
        with house.open(crash_at=point) as site:
            assert site.press(**form).status == 0
            intent = SupportIntent.objects.order_by("-created_at")[0]
            assert (intent.state, intent.session_id) == (IntentState.NEW, None)
            answer = site.again(**form)
        assert answer.status == 303
        intent.refresh_from_db()
        assert intent.state == IntentState.OPEN
        assert answer.location == intent.session_url
        opened = stripe_side.api("GET", "checkout/sessions?limit=100")["data"]
        assert [each["id"] for each in opened].count(intent.session_id) == 1
        assert len(opened) == SupportIntent.objects.count() == number
    assert not Subscription.objects.exists()
    assert not Alert.objects.exists()


@pytest.mark.parametrize("times", TIMES)
def test_row_28_a_comparison_is_killed_after_each_of_its_pages(
    times: int,
    house: House,
    post_office: PostOffice,
    pay: Callable[[], list[dict[str, Any]]],
) -> None:
    for done in range(1, times + 1):
        pay()  # and nobody tells us
        statuses = [house.compare(crash_at=COMPARING[0])]
        # Until PostgreSQL knows that one is dead, the next says that another is running.
        while statuses[-1] != 0:
            statuses.append(house.compare(crash_at=COMPARING[0]))
            assert len(statuses) < 100
        assert statuses.count(KILLED) > 3
        payments = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
        assert payments.count() == payments.values("payment_intent").distinct().count() == done
        assert Reconciliation.objects.count() == done
        assert not Reconciliation.objects.filter(finished_at=None).exists()
    assert house.compare(crash_at="") == 0
    assert not Reconciliation.objects.order_by("-pk")[0].differences.exists()
    # What a comparison finds is no news to anybody.
    assert not OutgoingMail.objects.exists()
