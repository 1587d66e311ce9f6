"""What reaches the account: late, or in another currency than the reader paid in."""

from typing import Any

import pytest

from tests.donations.stand_in.conftest import Bench, ask


def transactions(bench: Bench) -> list[Any]:
    """Oldest first."""
    return list(reversed(bench.client.v1.balance_transactions.list({"limit": 100}).data))


def test_the_fee_is_told_an_hour_late(bench: Bench) -> None:
    bench.freeze()
    bench.control("late_balance", enabled=1)
    bench.paid()
    [charge] = bench.client.v1.charges.list().data
    assert (charge.paid, charge.balance_transaction) == (True, None)
    bench.control("clock", advance=3_599)
    assert transactions(bench) == []
    bench.control("clock", advance=1)
    [charge] = bench.client.v1.charges.list().data
    [transaction] = transactions(bench)
    assert (charge.balance_transaction, transaction.source) == (transaction.id, charge.id)
    assert bench.event_types()[-1] == "charge.updated"


def test_the_fee_is_told_when_asked_for(bench: Bench) -> None:
    bench.control("late_balance", enabled=1)
    bench.paid()
    bench.paid("subscription")
    assert bench.control("balance") == {"balance": 2}
    assert len(transactions(bench)) == 2
    assert bench.control("balance") == {"balance": 0}
    bench.control("late_balance", enabled=0)
    bench.paid()
    assert len(transactions(bench)) == 3


def test_a_late_fee_comes_once_though_all_was_refunded(bench: Bench) -> None:
    bench.control("late_balance", enabled=1)
    session = bench.paid()
    bench.client.v1.refunds.create({"payment_intent": session.payment_intent})
    bench.control("balance")
    assert sorted(one.amount for one in transactions(bench)) == [-500, 500]


@pytest.mark.parametrize(
    ("currency", "paid", "into", "rate", "arrives", "fee"),
    [
        ("usd", 1_000, "eur", "0.92", 920, 57),
        ("usd", 1_001, "eur", "0.915", 916, 57),  # 915.915, rounded half up
        ("jpy", 1_000, "eur", "0.0061", 610, 48),
        ("eur", 1_000, "jpy", "163.55", 1_636, 77),
        ("kwd", 10_000, "usd", "3.25", 3_250, 124),
    ],
)
def test_money_settles_in_another_currency(
    bench: Bench, currency: str, paid: int, into: str, rate: str, arrives: int, fee: int
) -> None:
    bench.control("settlement", currency=into, rate=rate)
    bench.paid(currency=currency, unit_amount=paid)
    [transaction] = transactions(bench)
    assert (transaction.amount, transaction.currency) == (arrives, into)
    assert (transaction.fee, transaction.net) == (fee, arrives - fee)
    assert str(transaction.exchange_rate) == rate
    assert transaction.fee_details[0].currency == into
    [charge] = bench.client.v1.charges.list().data
    assert (charge.amount, charge.currency) == (paid, currency)


def test_refunds_and_disputes_settle_likewise(bench: Bench) -> None:
    bench.control("settlement", currency="eur", rate="0.92")
    session = bench.paid(unit_amount=1_000)
    refund = bench.client.v1.refunds.create(
        {"payment_intent": session.payment_intent, "amount": 500}
    )
    bench.control("settlement", currency="eur", rate="0.5")
    bench.control("refund_fails", refund=refund.id)
    dispute = bench.control("dispute", payment_intent=session.payment_intent)
    bench.control("dispute_won", dispute=dispute["id"])
    rows = [(one.amount, one.fee, one.exchange_rate) for one in transactions(bench)]
    assert rows == [
        (920, 57, 0.92), (-460, 0, 0.92), (460, 0, 0.92), (-500, 1_500, 0.5), (500, 0, 0.5),
    ]  # fmt: skip
    assert {one.currency for one in transactions(bench)} == {"eur"}


def test_the_same_currency_is_not_exchanged(bench: Bench) -> None:
    bench.control("settlement", currency="eur", rate="0.92")
    bench.paid(currency="eur")
    bench.control("settlement", currency="")
    bench.paid()
    rows = [(one.amount, one.currency, one.exchange_rate) for one in transactions(bench)]
    assert rows == [(500, "eur", None), (500, "usd", None)]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("settlement", {"currency": "eur"}),
        ("settlement", {"currency": "eur", "rate": "0"}),
        ("settlement", {"currency": "eur", "rate": "-1"}),
        ("settlement", {"currency": "eur", "rate": "NaN"}),
        ("settlement", {"currency": "euro", "rate": "1"}),
        ("late_balance", {"enabled": "often"}),
    ],
)
def test_a_strange_switch_is_refused(bench: Bench, name: str, form: dict[str, str]) -> None:
    answer = ask(f"{bench.url}/_stand_in/{name}", form)
    assert answer.status == 400
    bench.paid()
    assert transactions(bench)[0].currency == "usd"
