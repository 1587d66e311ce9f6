"""What happens at the same moment, on several connections to PostgreSQL: one waits for the other."""

import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from donations import access, stripe_events
from donations.models import (
    EntryKind,
    EventState,
    IntentState,
    LedgerEntry,
    StripeEvent,
    Subscription,
    Supporter,
    SupportIntent,
)
from newsroom import crash_points
from newsroom.dev.house import until
from newsroom.models import CountedAttempt, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import WEBHOOK, Stripe, Tell, signed
from tests.donations.factories import LedgerEntryFactory, SupporterFactory

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., str]
PATIENCE = 20  # seconds


class Gate:
    """Whoever comes first to a point of the code waits there until the gate is opened."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.reached, self._opened = threading.Event(), threading.Event()
        self._first = threading.Lock()
        self._error: BaseException | None = None

    def __call__(self, name: str) -> None:
        if name == self.point and self._first.acquire(blocking=False):
            self.reached.set()
            assert self._opened.wait(PATIENCE)
            if self._error is not None:
                raise self._error

    def open(self, error: BaseException | None = None) -> None:
        self._error = error
        self._opened.set()


@contextmanager
def gate_at(point: str) -> Iterator[Gate]:
    gate = Gate(point)
    with patch.object(crash_points, "crash_point", gate):
        try:
            yield gate
        finally:
            gate.open()


class Other:
    """A thread with a connection of its own, as another process has."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.answer: Any = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self.act()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def result(self) -> Any:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error
        return self.answer


def all_at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Each on a connection of its own that is open already, and none before all are ready."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def somebody_waits() -> bool:
    """PostgreSQL keeps a session waiting for another's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def sessions() -> set[int]:
    """Everybody's, in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}


def deadlocks(known: set[int]) -> int:
    """Since the database was made, once all sessions but those known are gone with their figures."""
    assert until(lambda: sessions() <= known, seconds=PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def deliver(event: dict[str, Any]) -> int:
    body = json.dumps(event).encode()
    stripe = Client(raise_request_exception=False)
    headers = {"Stripe-Signature": signed(body)}
    return stripe.post(WEBHOOK, body, "application/json", headers=headers).status_code


def jobs_of_events() -> int:
    known = list(StripeEvent.objects.values_list("pk", flat=True))
    return ProcrastinateJob.objects.filter(args__event_id__in=known, status="todo").count()


@pytest.fixture
def paid(start: Start, stripe_side: Stripe) -> dict[str, Any]:
    """What Stripe tells of a one-time payment."""
    stripe_side.pay(start(every="once", amount="20"))
    (event,) = stripe_side.events("checkout.session.completed")
    return event


def test_row_2_of_two_that_take_one_event_the_second_waits_then_says_yes(
    paid: dict[str, Any],
) -> None:
    with gate_at("after-insert") as gate:
        first = Other(lambda: deliver(paid))
        assert gate.reached.wait(PATIENCE)
        second = Other(lambda: deliver(paid))
        assert until(somebody_waits, seconds=PATIENCE)
        gate.open()
        assert (first.result(), second.result()) == (200, 200)
    assert StripeEvent.objects.count() == jobs_of_events() == 1


def test_row_3_when_the_first_rolls_back_the_second_takes_it(paid: dict[str, Any]) -> None:
    with gate_at("after-insert") as gate:
        first = Other(lambda: deliver(paid))
        assert gate.reached.wait(PATIENCE)
        second = Other(lambda: deliver(paid))
        assert until(somebody_waits, seconds=PATIENCE)
        gate.open(DatabaseError("the disk is full"))
        assert (first.result(), second.result()) == (500, 200)
    assert StripeEvent.objects.count() == jobs_of_events() == 1


def test_row_2_two_workers_that_apply_one_event_book_it_once(
    paid: dict[str, Any], tell: Tell
) -> None:
    tell(paid)
    event = StripeEvent.objects.get()
    with gate_at("after-retrieve") as gate:
        first = Other(lambda: stripe_events.apply(event.pk))
        assert gate.reached.wait(PATIENCE)
        second = Other(lambda: stripe_events.apply(event.pk))
        assert until(somebody_waits, seconds=PATIENCE)
        gate.open()
        first.result()
        second.result()
    event.refresh_from_db()
    assert event.state == EventState.APPLIED
    assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 1
    assert OutgoingMail.objects.filter(purpose="receipt").count() == 1


def test_row_6_who_read_earlier_cannot_write_later(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="month", amount="5"))
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    mirror = Subscription.objects.get()
    stripe_side.api("POST", f"subscriptions/{mirror.stripe_id}", cancel_at_period_end="true")
    changed = stripe_side.events("customer.subscription.updated")[-1]
    tell(changed)
    earlier = StripeEvent.objects.get(event_id=changed["id"])
    with gate_at("after-retrieve") as gate:
        old = Other(lambda: stripe_events.apply(earlier.pk))
        assert gate.reached.wait(PATIENCE)  # with what it read still in hand
        stripe_side.api("DELETE", f"subscriptions/{mirror.stripe_id}")
        (ended,) = stripe_side.events("customer.subscription.deleted")
        tell(ended)
        later = StripeEvent.objects.get(event_id=ended["id"])
        new = Other(lambda: stripe_events.apply(later.pk))
        assert until(somebody_waits, seconds=PATIENCE)
        gate.open()
        old.result()
        new.result()
    mirror.refresh_from_db()
    assert mirror.status == "canceled"


def test_of_two_who_open_one_access_link_at_once_one_is_let_in(
    run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    supporter = SupporterFactory()
    access.send_access(supporter)
    run_jobs()
    found = re.search(r"link=([\w-]+)", mailoutbox[0].body)
    assert found
    with transaction.atomic():
        assert access.consume(found[1]) == supporter
        second = Other(lambda: access.consume(found[1]))
        assert until(somebody_waits, seconds=PATIENCE)
    assert second.result() is None


def test_row_35_who_presses_while_the_first_press_asks_stripe_gets_the_same_page(
    stripe_side: Stripe,
) -> None:
    form = {"every": "month", "amount": "5", "currency": "usd", "nonce": "one press"}

    def press() -> tuple[int, str]:
        answer = Client().post("/support/checkout/", form)
        return answer.status_code, answer["Location"]

    with gate_at("after-intent-before-stripe") as gate:
        first = Other(press)
        assert gate.reached.wait(PATIENCE)
        second = Other(press).result()
        gate.open()
    assert first.result() == second
    assert second[0] == 303
    intent = SupportIntent.objects.get()
    assert (intent.session_url, intent.state) == (second[1], IntentState.OPEN)
    assert len(stripe_side.api("GET", "checkout/sessions")["data"]) == 1


def test_row_51_two_subscriptions_of_one_address_at_once_are_both_kept_and_one_letter_asks(
    start: Start, stripe_side: Stripe, tell: Tell
) -> None:
    for number in range(4):
        CountedAttempt.objects.all().delete()
        email = f"twice{number}@example.com"
        sessions = [start(every="month", nonce=f"{number}{tab}") for tab in "ab"]
        for session in sessions:
            stripe_side.pay(session, email)
        told = [
            event
            for event in stripe_side.events("checkout.session.completed")
            if event["data"]["object"]["id"] in sessions
        ]
        for event in told:
            tell(event)
        events = StripeEvent.objects.filter(object_id__in=sessions)
        all_at_once([partial(stripe_events.apply, event.pk) for event in events])
        assert set(events.values_list("state", flat=True)) == {EventState.APPLIED}
        supporter = Supporter.objects.get(email=email)
        assert supporter.subscriptions.filter(status="active").count() == 2
        letters = OutgoingMail.objects.filter(purpose="two_subscriptions", recipient=email)
        assert letters.count() == 1
        receipts = OutgoingMail.objects.filter(purpose="receipt", recipient=email)
        assert receipts.count() == 2


ROUNDS = [pytest.param(3, id="3_rounds"), pytest.param(150, id="150", marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_eight_workers_on_one_payment_never_wait_for_each_other_in_a_circle(
    rounds: int, start: Start, stripe_side: Stripe, tell: Tell
) -> None:
    known = sessions()
    before = deadlocks(known)
    for number in range(rounds):
        CountedAttempt.objects.all().delete()
        seen = set(StripeEvent.objects.values_list("event_id", flat=True))
        email = f"circle{number}@example.com"
        for every in ("month", "once"):
            session = start(every=every, amount="20", nonce=f"{number}{every}")
            stripe_side.pay(session, email)
        for payment in stripe_side.api("GET", "payment_intents?limit=2")["data"]:
            stripe_side.api("POST", "refunds", payment_intent=payment["id"], amount=500)
            dispute = stripe_side.order("dispute", payment_intent=payment["id"], amount=700)
            stripe_side.order("dispute_won", dispute=dispute["id"])
        told = [event for event in stripe_side.events() if event["id"] not in seen]
        for event in told:
            tell(event)
        events = StripeEvent.objects.filter(event_id__in=[event["id"] for event in told])
        order = list(events.values_list("pk", flat=True))
        random.Random(number).shuffle(order)
        lanes = [order[lane::8] for lane in range(8)]

        def apply(lane: list[int]) -> None:
            for pk in lane:
                stripe_events.apply(pk)

        all_at_once([partial(apply, lane) for lane in lanes])
        states = set(events.values_list("state", flat=True))
        assert states <= {EventState.APPLIED, EventState.IGNORED}, list(
            events.values_list("type", "state", "error")
        )
        entries = LedgerEntry.objects.filter(supporter__email=email).exclude(kind=EntryKind.FEE)
        # Twice 20.00, 5.00 back, 7.00 taken and given back.
        amounts = [2000, -500, -700, 700]
        assert sorted(entries.values_list("amount_minor", flat=True)) == sorted(amounts * 2)
    assert deadlocks(known) == before


@pytest.mark.parametrize(
    "change",
    ["UPDATE donations_ledgerentry SET amount_minor = 1", "DELETE FROM donations_ledgerentry"],
)
def test_row_58_nobody_changes_the_ledger_not_even_who_owns_its_table(change: str) -> None:
    entry = LedgerEntryFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user FROM pg_tables"
            " WHERE tablename = 'donations_ledgerentry'"
        )
        assert cursor.fetchone() == (True,)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert LedgerEntry.objects.get() == entry


@pytest.mark.parametrize("what", ["change", "delete", "add"])
def test_row_58_nor_who_may_do_everything_in_the_admin(what: str, client: Client) -> None:
    entry = LedgerEntryFactory()
    root = get_user_model().objects.create_superuser("root", "root@example.com", "secret")
    client.force_login(root)
    ids = [] if what == "add" else [entry.pk]
    address = reverse(f"admin:donations_ledgerentry_{what}", args=ids)
    form = {"amount_minor": "1", "source": "pi_forged", "post": "yes"}
    assert client.post(address, form).status_code == 403
    stored = LedgerEntry.objects.get()
    assert (stored, stored.amount_minor) == (entry, entry.amount_minor)
    client.post(
        reverse("admin:donations_ledgerentry_changelist"),
        {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"},
    )
    assert LedgerEntry.objects.get() == entry
