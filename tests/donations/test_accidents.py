"""What goes wrong between Stripe and the books at the worst moment, and how it comes right."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now

from donations import payments, stripe_api, stripe_events
from donations.models import (
    EntryKind,
    EventState,
    IntentState,
    LedgerEntry,
    Prompt,
    StripeEvent,
    SupportIntent,
)
from donations.stripe_objects import Payment, Refund
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., str]


def elsewhere(act: Callable[[], Any]) -> threading.Thread:
    """Do something in a process of its own, as far as the database can tell."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@contextmanager
def after(name: str, act: Callable[[], Any]) -> Any:
    """Let something happen right after Stripe answered, before the answer is used. Once."""
    ask = getattr(stripe_api, name)
    waiting = [act]

    def asked(*args: Any, **kwargs: Any) -> Any:
        answer = ask(*args, **kwargs)
        if waiting:
            waiting.pop()()
        return answer

    with patch.object(stripe_api, name, asked):
        yield


def test_what_is_refused_at_the_commit_comes_again(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    prompt = PromptFactory()
    stripe_side.pay(start(every="once", amount="20", prompt=prompt.pk))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    # PostgreSQL checks references when a transaction ends, and the desk may be faster.
    remove = Prompt.objects.filter(pk=prompt.pk).delete
    with after("retrieve_payment", lambda: elsewhere(remove).join()):
        run_jobs()
    stored = StripeEvent.objects.get()
    assert (stored.state, stored.attempts) == (EventState.STORED, 1)
    assert not LedgerEntry.objects.exists()
    run_jobs(at=now() + timedelta(minutes=1))
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    assert (payment.amount_minor, payment.prompt) == (20_00, None)
    assert StripeEvent.objects.get().state == EventState.APPLIED


def test_a_commit_whose_answer_was_lost_is_not_undone(
    start: Start, stripe_side: Stripe, tell: Tell
) -> None:
    stripe_side.pay(start(every="once", amount="20"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    session = connection.connection
    commit = session.commit

    def lose_the_answer() -> None:
        commit()
        if LedgerEntry.objects.exists():
            session.close()
            raise OperationalError("server closed the connection unexpectedly")

    with patch.object(session, "commit", lose_the_answer):
        stripe_events.apply(StripeEvent.objects.get().pk)
    assert StripeEvent.objects.get().state == EventState.APPLIED
    assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 1


def test_a_refund_that_fails_while_it_is_being_booked_leaves_nothing_taken(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start(every="once", amount="20"))
    for event in stripe_side.events():
        tell(event)
    run_jobs()
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT).payment_intent
    stripe_side.api("POST", "refunds", payment_intent=payment)
    (created,) = stripe_side.events("refund.created")
    tell(created)
    tell({**created, "id": "evt_failed", "type": "refund.failed"})
    first, second = StripeEvent.objects.filter(type__startswith="refund").order_by("pk")
    pending = stripe_api.retrieve_refund(created["data"]["object"]["id"])
    others: list[threading.Thread] = []

    def answer(_: str) -> Refund:
        if others:
            return replace(pending, status="failed")
        others.append(elsewhere(lambda: stripe_events.apply(second.pk)))
        others[0].join(0.3)  # as far as it gets while the first is at it
        return pending

    with patch.object(stripe_api, "retrieve_refund", answer):
        stripe_events.apply(first.pk)
        others[0].join()
    assert set(StripeEvent.objects.filter(object_id=pending.id).values_list("state", flat=True)) == {EventState.APPLIED}  # fmt: skip
    went_back = LedgerEntry.objects.filter(kind__in=["refund", "refund_failed"])
    assert sum(went_back.values_list("amount_minor", flat=True)) == 0


def test_a_fee_that_is_told_while_its_payment_is_being_booked_is_not_lost(
    start: Start, stripe_side: Stripe, tell: Tell
) -> None:
    stripe_side.pay(start(every="once", amount="20"))
    for event in stripe_side.events("checkout.session.completed", "charge.updated"):
        tell(event)
    booking = StripeEvent.objects.get(type="checkout.session.completed")
    fee = StripeEvent.objects.get(type="charge.updated")
    ask = stripe_api.retrieve_payment
    others: list[threading.Thread] = []

    def answer(payment: str, **kwargs: Any) -> Payment:
        if others:
            return ask(payment, **kwargs)
        others.append(elsewhere(lambda: stripe_events.apply(fee.pk)))
        others[0].join(0.3)
        return replace(ask(payment, **kwargs), settlement=None)

    with patch.object(stripe_api, "retrieve_payment", answer):
        stripe_events.apply(booking.pk)
        others[0].join()
    assert set(LedgerEntry.objects.values_list("kind", flat=True)) == {"payment", "fee"}


def test_a_new_attempt_stands_when_word_of_the_old_one_comes_late(
    start: Start, stripe_side: Stripe, tell: Tell
) -> None:
    first = start(every="once", nonce="n")
    second = ""

    def start_anew() -> None:
        nonlocal second
        SupportIntent.objects.update(state=IntentState.FAILED)
        second = start(every="once", nonce="n")

    def declined(payment: str, **_: Any) -> Payment:
        elsewhere(start_anew).join()
        return Payment(payment, "requires_payment_method", 0, "usd", now(), None, "", True, False)

    session = stripe_api.retrieve_session(first)
    complete = replace(session, status="complete", payment_intent="pi_declined")
    with (
        patch.object(stripe_api, "retrieve_session", lambda *_, **__: complete),
        patch.object(stripe_api, "retrieve_payment", declined),
    ):
        payments.sync_session(first)
    intent = SupportIntent.objects.get()
    assert second != first
    assert (intent.session_id, intent.state) == (second, IntentState.OPEN)
