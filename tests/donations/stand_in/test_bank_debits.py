"""Paid by bank debit: the session is complete at once, the money comes days later or never."""

from typing import Any

import pytest

from tests.donations.stand_in.conftest import NOON, Bench, ask

IBAN = "DE89 3704 0044 0532 0130 00"
EMPTY = "DE62370400440532013001"


def debited(bench: Bench, mode: str = "payment", account: str = IBAN, **more: Any) -> Any:
    session = bench.session(mode, **{"currency": "eur", **more})
    bench.control("pay", session=session.id, method="bank_debit", account_number=account)
    return bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})


def since(bench: Bench, kind: str) -> list[str]:
    types = bench.event_types()
    return types[types.index(kind) :]


def test_the_session_is_complete_and_unpaid(bench: Bench) -> None:
    session = debited(bench)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert session.payment_intent.status == "processing"
    charge = bench.client.v1.charges.retrieve(session.payment_intent.latest_charge)
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    assert charge.payment_method_details.sepa_debit.last4 == "3000"
    assert since(bench, "charge.pending") == [
        "charge.pending", "payment_intent.processing", "checkout.session.completed",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["payment_intent", "session"])
def test_days_later_the_bank_pays(bench: Bench, by: str) -> None:
    session = debited(bench)
    named = session.id if by == "session" else session.payment_intent.id
    bench.control("settle", **{by: named})
    paid = bench.client.v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
    charge = bench.client.v1.charges.retrieve(
        session.payment_intent.latest_charge, {"expand": ["balance_transaction"]}
    )
    assert charge.paid
    assert (charge.balance_transaction.type, charge.balance_transaction.fee) == ("payment", 35)
    assert since(bench, "charge.succeeded") == [
        "charge.succeeded", "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded", "charge.updated",
    ]  # fmt: skip


def test_or_the_bank_does_not_pay(bench: Bench) -> None:
    session = debited(bench)
    bench.control("settle", session=session.id, outcome="fail")
    failed = bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    assert failed.payment_intent.status == "requires_payment_method"
    [charge] = bench.client.v1.charges.list().data
    assert (charge.status, charge.failure_code) == ("failed", "insufficient_funds")
    assert bench.client.v1.balance_transactions.list().data == []
    assert since(bench, "charge.failed") == [
        "charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed",
    ]  # fmt: skip


@pytest.mark.parametrize(("account", "status"), [(IBAN, "paid"), (EMPTY, "unpaid")])
def test_four_days_decide_by_themselves(bench: Bench, account: str, status: str) -> None:
    bench.freeze()
    session = debited(bench, account=account)
    bench.advance(days=3.9)
    assert "charge.succeeded" not in bench.event_types()
    bench.advance(days=0.1)
    decided = bench.client.v1.checkout.sessions.retrieve(session.id)
    assert decided.payment_status == status
    assert bench.events()[-1].created == NOON + 4 * 86_400


def test_a_subscription_stands_while_the_bank_thinks(bench: Bench) -> None:
    bench.freeze()
    session = debited(bench, "subscription")
    subscription = bench.client.v1.subscriptions.retrieve(session.subscription)
    invoice = bench.client.v1.invoices.retrieve(session.invoice)
    assert (subscription.status, invoice.status) == ("active", "open")
    assert (invoice.attempted, invoice.attempt_count) == (True, 1)
    bench.advance(days=4)
    paid = bench.client.v1.invoices.retrieve(session.invoice)
    assert (paid.status, paid.attempt_count) == ("paid", 1)
    assert since(bench, "charge.succeeded") == [
        "charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid",
        "invoice.payment_succeeded", "checkout.session.async_payment_succeeded", "charge.updated",
    ]  # fmt: skip
    bench.advance(days=27)
    [renewal, _] = bench.client.v1.invoices.list().data
    assert renewal.status == "open"
    bench.advance(days=4)
    assert bench.client.v1.invoices.retrieve(renewal.id).status == "paid"


def test_a_subscription_whose_bank_says_no_falls_behind(bench: Bench) -> None:
    bench.freeze()
    session = debited(bench, "subscription", EMPTY)
    bench.advance(days=4)
    subscription = bench.client.v1.subscriptions.retrieve(session.subscription)
    invoice = bench.client.v1.invoices.retrieve(session.invoice)
    assert (subscription.status, invoice.status, invoice.attempt_count) == ("past_due", "open", 1)
    types = since(bench, "charge.failed")
    assert types.index("invoice.payment_failed") < types.index(
        "checkout.session.async_payment_failed"
    )
    bench.advance(days=60)
    ended = bench.client.v1.subscriptions.retrieve(session.subscription)
    assert ended.status == "canceled"


def test_dollars_are_debited_by_ach(bench: Bench) -> None:
    session = debited(bench, account="000123456789", currency="usd", unit_amount=10_000)
    bench.control("settle", session=session.id)
    [transaction] = bench.client.v1.balance_transactions.list().data
    assert (transaction.amount, transaction.fee) == (10_000, 80)
    [charge] = bench.client.v1.charges.list().data
    assert charge.payment_method_details.type == "us_bank_account"


def test_the_page_offers_the_choice(bench: Bench) -> None:
    session = bench.session(currency="eur")
    html = ask(session.url).text
    assert 'name="card_number"' in html
    assert 'name="account_number"' in html
    answer = bench.press(session, "Pay", method="bank_debit", account_number=IBAN)
    assert answer.status == 303
    assert bench.client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_the_page_offers_only_what_the_session_takes(bench: Bench) -> None:
    only_card = bench.session(excluded_payment_method_types=["us_bank_account"])
    assert only_card.payment_method_types == ["card"]
    assert "account_number" not in ask(only_card.url).text
    only_bank = bench.session(currency="eur", excluded_payment_method_types=["card"])
    assert only_bank.payment_method_types == ["sepa_debit"]
    assert "card_number" not in ask(only_bank.url).text
    assert bench.press(only_bank, "Pay").status == 402
    assert bench.session(currency="gbp").payment_method_types == ["card"]
    configured = bench.session(payment_method_configuration="pmc_1Ours")
    assert configured.payment_method_configuration_details.id == "pmc_1Ours"


@pytest.mark.parametrize("account", ["", "12", "DE", "💥", "4242 4242 4242 4242"])
def test_what_is_no_account_is_refused(bench: Bench, account: str) -> None:
    session = bench.session(currency="eur")
    answer = bench.press(session, "Pay", method="bank_debit", account_number=account)
    assert answer.status == 402
    assert bench.client.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize("form", [{}, {"session": "cs_none"}, {"payment_intent": "pi_none"}])
def test_nothing_to_settle_is_refused(bench: Bench, form: dict[str, str]) -> None:
    assert ask(f"{bench.url}/_stand_in/settle", form).status == 400
    session = bench.paid()
    assert ask(f"{bench.url}/_stand_in/settle", {"session": session.id}).status == 400
    debit = debited(bench)
    form = {"session": debit.id, "outcome": "perhaps"}
    assert ask(f"{bench.url}/_stand_in/settle", form).status == 400
    bench.control("settle", session=debit.id)
    assert ask(f"{bench.url}/_stand_in/settle", {"session": debit.id}).status == 400


def test_a_debit_is_refunded_days_later(bench: Bench) -> None:
    bench.freeze()
    session = debited(bench)
    bench.advance(days=4)
    refund = bench.client.v1.refunds.create({"payment_intent": session.payment_intent.id})
    assert refund.status == "pending"
    [transaction] = bench.client.v1.balance_transactions.list({"source": refund.id}).data
    assert (transaction.type, transaction.reporting_category) == ("payment_refund", "refund")
    bench.control("refund_fails", refund=refund.id)
    back = bench.client.v1.balance_transactions.list({"source": refund.id}).data[0]
    assert (back.type, back.amount) == ("payment_failure_refund", 500)


def test_a_debit_can_be_disputed(bench: Bench) -> None:
    session = debited(bench)
    bench.control("settle", session=session.id)
    disputed = bench.control(
        "dispute", payment_intent=session.payment_intent.id, reason="debit_not_authorized"
    )
    assert disputed["payment_method_details"] is None
    assert disputed["balance_transactions"][0]["amount"] == -500
