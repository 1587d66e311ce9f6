"""Months pass: renewals, declined renewals, endings. The clock is moved, never waited for."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.donations.stand_in.conftest import NOON, Bench, Refused


def moments(bench: Bench, **params: Any) -> list[str]:
    return [
        datetime.fromtimestamp(charge.created, UTC).strftime("%Y-%m-%d")
        for charge in reversed(bench.client.v1.charges.list({"limit": 100, **params}).data)
    ]


def at(text: str) -> int:
    return int(datetime.fromisoformat(f"{text}T12:00+00:00").timestamp())


def subscribed(bench: Bench, **more: Any) -> Any:
    return bench.client.v1.subscriptions.retrieve(bench.paid("subscription", **more).subscription)


def reloaded(bench: Bench, subscription: Any) -> Any:
    return bench.client.v1.subscriptions.retrieve(subscription.id)


def test_a_month_later_it_is_paid_again(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench)
    bench.advance(days=30.99)
    assert len(bench.client.v1.invoices.list().data) == 1
    bench.advance(days=0.01)
    due = NOON + 31 * 86_400
    renewed = reloaded(bench, subscription)
    [item] = renewed["items"].data
    assert (item.current_period_start, item.current_period_end) == (due, due + 30 * 86_400)
    [invoice, _] = bench.client.v1.invoices.list().data
    assert (invoice.billing_reason, invoice.status) == ("subscription_cycle", "paid")
    assert (invoice.created, renewed.latest_invoice) == (due, invoice.id)
    assert invoice.period_start == NOON
    assert bench.event_types(created={"gt": NOON}) == [
        "customer.subscription.updated", "invoice.created", "invoice.finalized",
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
        "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded", "charge.updated",
    ]  # fmt: skip
    assert {event.created for event in bench.events(created={"gt": NOON})} == {due}


@pytest.mark.parametrize(
    ("start", "interval", "days", "charged"),
    [
        ("2027-01-31", "month", 119, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2027-12-31", "month", 70, ["2027-12-31", "2028-01-31", "2028-02-29"]),
        ("2028-02-29", "year", 1500, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("2027-03-01", "week", 15, ["2027-03-01", "2027-03-08", "2027-03-15"]),
        ("2027-03-01", "day", 2, ["2027-03-01", "2027-03-02", "2027-03-03"]),
    ],
)  # fmt: skip
def test_renewals_keep_their_day(
    bench: Bench, start: str, interval: str, days: int, charged: list[str]
) -> None:
    bench.freeze(at(start))
    bench.paid("subscription", interval=interval)
    bench.advance(days=days)
    assert moments(bench) == charged


def test_many_subscriptions_renew_in_the_order_of_time(bench: Bench) -> None:
    bench.freeze()
    subscribed(bench)
    bench.advance(days=10)
    subscribed(bench)
    bench.advance(days=60)
    assert moments(bench) == [
        "2026-10-01", "2026-10-11", "2026-11-01", "2026-11-11", "2026-12-01",
    ]  # fmt: skip


def test_one_that_ends_with_its_period_is_not_paid_again(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench)
    update = bench.client.v1.subscriptions.update
    ending = update(subscription.id, {"cancel_at_period_end": True, "metadata": {"a": "b"}})
    assert (ending.status, ending.cancel_at) == ("active", NOON + 31 * 86_400)
    assert ending.cancellation_details.reason == "cancellation_requested"
    undone = update(subscription.id, {"cancel_at_period_end": False})
    assert (undone.cancel_at, undone.canceled_at, undone.metadata["a"]) == (None, None, "b")
    update(subscription.id, {"cancel_at_period_end": True})
    bench.advance(days=40)
    ended = reloaded(bench, subscription)
    assert (ended.status, ended.ended_at) == ("canceled", NOON + 31 * 86_400)
    assert len(bench.client.v1.charges.list().data) == 1
    assert bench.event_types()[-1] == "customer.subscription.deleted"


def test_one_that_is_canceled_ends_at_once(bench: Bench, refused: Refused) -> None:
    bench.freeze()
    subscription = subscribed(bench)
    subscriptions = bench.client.v1.subscriptions
    ended = subscriptions.cancel(subscription.id, {"cancellation_details": {"comment": "Bye"}})
    assert (ended.status, ended.ended_at) == ("canceled", NOON)
    assert ended.cancellation_details.comment == "Bye"
    bench.advance(days=40)
    assert len(bench.client.v1.charges.list().data) == 1
    refused(subscriptions.cancel, subscription.id, status=404)
    refused(subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    noted = subscriptions.update(subscription.id, {"metadata": {"a": "b"}})
    assert (noted.status, noted.metadata["a"]) == ("canceled", "b")
    assert subscriptions.list().data == []
    for status in ("all", "canceled", "ended"):
        assert len(subscriptions.list({"status": status}).data) == 1


def test_a_declined_renewal_is_tried_again_and_then_given_up(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench, card_number="4000000000000341")
    bench.advance(days=31)
    behind = reloaded(bench, subscription)
    assert behind.status == "past_due"
    invoice = bench.client.v1.invoices.retrieve(behind.latest_invoice)
    due = NOON + 31 * 86_400
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert invoice.next_payment_attempt == due + 3 * 86_400
    bench.advance(days=15)
    ended = reloaded(bench, subscription)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    failed = bench.events(type="invoice.payment_failed")
    assert [event.created - due for event in failed] == [0, 3 * 86_400, 8 * 86_400, 15 * 86_400]
    assert moments(bench)[0] == "2026-10-01"
    assert [charge.paid for charge in bench.client.v1.charges.list().data] == [False] * 4 + [True]


def test_a_declined_renewal_can_recover(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench)
    bench.control("renewals", subscription=subscription.id, card="decline")
    bench.advance(days=31)
    assert reloaded(bench, subscription).status == "past_due"
    bench.control("renewals", subscription=subscription.id, card="succeed")
    bench.advance(days=3)
    assert reloaded(bench, subscription).status == "active"
    [invoice, _] = bench.client.v1.invoices.list().data
    assert (invoice.status, invoice.attempt_count) == ("paid", 2)
    bench.advance(days=27)
    assert len(bench.client.v1.invoices.list().data) == 3


def test_a_first_payment_that_never_comes_expires(bench: Bench) -> None:
    bench.freeze()
    session = bench.session("subscription")
    bench.press(session, "Authenticate")
    [subscription] = bench.client.v1.subscriptions.list({"status": "incomplete"}).data
    bench.control("clock", advance=23 * 3600)
    assert reloaded(bench, subscription).status == "incomplete_expired"
    [invoice] = bench.client.v1.invoices.list().data
    assert invoice.status == "void"
    assert bench.press(session, "Pay").status == 303  # the session lasts a day: a new one
    [active] = bench.client.v1.subscriptions.list({"status": "active"}).data
    assert active.id != subscription.id


def test_an_unfrozen_clock_follows_the_real_one(bench: Bench, refused: Refused) -> None:
    frozen = bench.freeze()
    assert bench.control("clock") == {"now": frozen, "frozen": True}
    running = bench.control("clock", now="")
    assert running["now"] > frozen
    assert not running["frozen"]
    answer = bench.raw("POST", "/_stand_in/clock", {"advance": 10})
    assert answer.status == 400


def test_what_fell_due_meanwhile_is_caught_up_with_by_itself(bench: Bench) -> None:
    began = bench.freeze(int(time.time()) - 40 * 86_400)
    subscription = subscribed(bench)
    bench.control("clock", now="")
    deadline = time.monotonic() + 20
    while len(bench.client.v1.invoices.list().data) < 2:
        assert time.monotonic() < deadline
    [renewal, first] = bench.client.v1.invoices.list().data
    [item] = reloaded(bench, subscription)["items"].data
    assert first.created == began
    assert renewal.created == item.current_period_start < time.time() < item.current_period_end
