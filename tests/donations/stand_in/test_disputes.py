"""What cardholders' banks do: disputes, inquiries, warnings; and what the account then holds."""

from typing import Any

import pytest
import stripe

from tests.donations.stand_in.conftest import Bench, Refused, ask


def charge_of(bench: Bench, session: Any) -> Any:
    intent = bench.client.v1.payment_intents.retrieve(session.payment_intent)
    return bench.client.v1.charges.retrieve(intent.latest_charge)


def disputed(bench: Bench, **more: object) -> Any:
    """The newest payment, disputed."""
    session = bench.paid(unit_amount=2_000)
    happened = bench.control("dispute", payment_intent=session.payment_intent, **more)
    return bench.client.v1.disputes.retrieve(happened["id"])


def moved(dispute: Any) -> list[tuple[int, int, int, str]]:
    return [
        (one.amount, one.fee, one.net, one.reporting_category)
        for one in dispute.balance_transactions
    ]


def since(bench: Bench, kind: str) -> list[str]:
    """The types of the events from the first one of a kind on."""
    types = bench.event_types()
    return types[types.index(kind) :]


def test_a_chargeback_takes_the_money_and_a_fee(bench: Bench) -> None:
    dispute = disputed(bench)
    assert (dispute.amount, dispute.currency, dispute.status) == (2_000, "usd", "needs_response")
    assert dispute.reason == "fraudulent"
    assert not dispute.is_charge_refundable
    assert moved(dispute) == [(-2_000, 1_500, -3_500, "dispute")]
    assert bench.client.v1.charges.retrieve(dispute.charge).disputed
    assert since(bench, "charge.dispute.created") == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    [listed] = bench.client.v1.balance_transactions.list({"source": dispute.id}).data
    assert listed.id == dispute.balance_transactions[0].id


def test_one_that_is_won_gives_the_money_back(bench: Bench) -> None:
    dispute = disputed(bench)
    bench.control("dispute_won", dispute=dispute.id)
    won = bench.client.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert moved(won)[1:] == [(2_000, 0, 2_000, "dispute_reversal")]
    assert since(bench, "charge.dispute.closed") == [
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]


def test_one_that_is_won_in_part_gives_a_part_back(bench: Bench) -> None:
    dispute = disputed(bench)
    bench.control("dispute_won", dispute=dispute.id, amount=700)
    assert moved(bench.client.v1.disputes.retrieve(dispute.id))[1][0] == 700


def test_one_that_is_lost_moves_nothing_more(bench: Bench) -> None:
    dispute = disputed(bench, amount=500, reason="duplicate")
    assert (dispute.amount, dispute.reason) == (500, "duplicate")
    bench.control("dispute_lost", dispute=dispute.id)
    lost = bench.client.v1.disputes.retrieve(dispute.id)
    assert (lost.status, len(lost.balance_transactions)) == ("lost", 1)
    assert bench.event_types()[-1] == "charge.dispute.closed"


def test_an_inquiry_moves_nothing_and_may_be_closed(bench: Bench) -> None:
    dispute = disputed(bench, status="warning_needs_response")
    assert (moved(dispute), dispute.is_charge_refundable) == ([], True)
    bench.control("inquiry_closed", dispute=dispute.id)
    assert bench.client.v1.disputes.retrieve(dispute.id).status == "warning_closed"
    assert since(bench, "charge.dispute.created") == [
        "charge.dispute.created",
        "charge.dispute.closed",
    ]


def test_an_inquiry_may_become_a_chargeback(bench: Bench) -> None:
    dispute = disputed(bench, status="warning_needs_response")
    bench.control("inquiry_escalated", dispute=dispute.id)
    escalated = bench.client.v1.disputes.retrieve(dispute.id)
    assert escalated.status == "needs_response"
    assert escalated.payment_method_details.card.case_type == "chargeback"
    assert moved(escalated) == [(-2_000, 1_500, -3_500, "dispute")]
    assert since(bench, "charge.dispute.created")[1:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
    ]


@pytest.mark.parametrize(
    ("text", "status"),
    [("Here", "under_review"), ("winning_evidence", "won"), ("losing_evidence", "lost")],
)
def test_evidence_is_sent(bench: Bench, text: str, status: str) -> None:
    dispute = disputed(bench)
    bench.client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    answered = bench.client.v1.disputes.retrieve(dispute.id)
    assert (answered.status, answered.evidence.uncategorized_text) == (status, text)
    assert answered.evidence_details.submission_count == 1
    assert "charge.dispute.updated" in bench.event_types()


def test_evidence_can_be_kept_for_later(bench: Bench) -> None:
    dispute = disputed(bench)
    bench.client.v1.disputes.update(
        dispute.id,
        {"evidence": {"customer_name": "Al"}, "submit": False, "metadata": {"case": "7"}},
    )
    kept = bench.client.v1.disputes.retrieve(dispute.id)
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    assert kept.metadata["case"] == "7"


def test_a_dispute_can_be_accepted_once(bench: Bench, refused: Refused) -> None:
    dispute = disputed(bench)
    assert bench.client.v1.disputes.close(dispute.id).status == "lost"
    refused(bench.client.v1.disputes.close, dispute.id)
    refused(bench.client.v1.disputes.close, "du_none", status=404, code="resource_missing")
    refused(bench.client.v1.disputes.update, dispute.id, {"evidence": {"customer_name": "Al"}})


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("dispute", {}),
        ("dispute", {"charge": "ch_none"}),
        ("dispute", {"payment_intent": "pi_none"}),
        ("dispute", {"amount": "2001"}),
        ("dispute", {"amount": "many"}),
        ("dispute", {"amount": "0"}),
        ("dispute", {"reason": "boredom"}),
        ("dispute", {"status": "won"}),
        ("dispute_won", {"dispute": "du_none"}),
        ("fraud_warning", {"fraud_type": "bad luck"}),
    ],
)
def test_a_strange_happening_is_refused(bench: Bench, name: str, form: dict[str, str]) -> None:
    session = bench.paid(unit_amount=2_000)
    named = {"payment_intent": session.payment_intent} if form.keys() - {"charge"} else {}
    answer = ask(f"{bench.url}/_stand_in/{name}", {**named, **form})
    assert answer.status == 400, answer.text
    assert answer.json["error"]["message"]
    assert bench.client.v1.disputes.list().data == []


@pytest.mark.parametrize("name", ["dispute_won", "dispute_lost", "inquiry_closed"])
def test_what_is_closed_stays_closed(bench: Bench, name: str) -> None:
    dispute = disputed(bench)
    bench.control("dispute_lost", dispute=dispute.id)
    assert ask(f"{bench.url}/_stand_in/{name}", {"dispute": dispute.id}).status == 400
    assert len(bench.client.v1.disputes.retrieve(dispute.id).balance_transactions) == 1


def test_a_payment_that_failed_cannot_be_disputed(bench: Bench) -> None:
    session = bench.session()
    bench.press(session, "Decline")
    [charge] = bench.client.v1.charges.list().data
    assert ask(f"{bench.url}/_stand_in/dispute", {"charge": charge.id}).status == 400


def test_disputes_are_listed_by_payment(bench: Bench) -> None:
    first, second = disputed(bench), disputed(bench)
    disputes = bench.client.v1.disputes
    assert [one.id for one in disputes.list().data] == [second.id, first.id]
    assert [one.id for one in disputes.list({"charge": first.charge}).data] == [first.id]
    by_intent = disputes.list({"payment_intent": second.payment_intent}).data
    assert [one.id for one in by_intent] == [second.id]
    assert disputes.list({"created": {"gt": first.created + 60}}).data == []


def test_what_the_bank_took_cannot_be_refunded(bench: Bench, refused: Refused) -> None:
    dispute = disputed(bench, amount=1_500)
    refunds = bench.client.v1.refunds
    refused(refunds.create, {"charge": dispute.charge, "amount": 501}, param="amount")
    assert refunds.create({"charge": dispute.charge}).amount == 500
    whole = disputed(bench)
    refused(refunds.create, {"charge": whole.charge}, code="charge_disputed")
    bench.control("dispute_won", dispute=whole.id)
    assert refunds.create({"charge": whole.charge}).amount == 2_000


def test_a_refunded_payment_can_still_be_disputed(bench: Bench) -> None:
    session = bench.paid(unit_amount=2_000)
    bench.client.v1.refunds.create({"payment_intent": session.payment_intent})
    bench.control("dispute", payment_intent=session.payment_intent)
    nets = [one.net for one in bench.client.v1.balance_transactions.list().data]
    assert sum(nets) == 2_000 - 88 - 2_000 - 3_500


def test_a_fraud_warning_comes_before_the_dispute(bench: Bench) -> None:
    session = bench.paid(unit_amount=2_000)
    happened = bench.control("fraud_warning", payment_intent=session.payment_intent)
    warnings = bench.client.v1.radar.early_fraud_warnings
    warning = warnings.retrieve(happened["id"])
    assert (warning.fraud_type, warning.actionable) == ("made_with_stolen_card", True)
    assert bench.event_types()[-1] == "radar.early_fraud_warning.created"
    bench.client.v1.refunds.create({"payment_intent": session.payment_intent})
    assert bench.event_types()[-1] == "radar.early_fraud_warning.updated"
    [listed] = warnings.list({"payment_intent": session.payment_intent}).data
    assert (listed.id, listed.actionable) == (warning.id, False)
    assert warnings.list({"charge": "ch_none"}).data == []


@pytest.mark.parametrize(
    ("currency", "amount", "fee"), [("jpy", 500, 1_500), ("kwd", 1_000, 15_000)]
)
def test_the_fee_is_in_the_currency_of_settlement(
    bench: Bench, currency: str, amount: int, fee: int
) -> None:
    session = bench.paid(currency=currency, unit_amount=amount)
    happened = bench.control("dispute", charge=charge_of(bench, session).id)
    assert happened["balance_transactions"][0]["fee"] == fee


@pytest.mark.parametrize(
    ("number", "kind", "status"),
    [
        ("4000000000000259", "disputes", "needs_response"),
        ("4000000000001976", "disputes", "warning_needs_response"),
        ("4000000000005423", "radar/early_fraud_warnings", None),
    ],
)
def test_stripes_test_cards_are_disputed_by_themselves(
    bench: Bench, number: str, kind: str, status: str | None
) -> None:
    session = bench.paid(card_number=number)
    [found] = bench.raw("GET", f"/v1/{kind}").json["data"]
    assert (found["payment_intent"], found.get("status")) == (session.payment_intent, status)


def test_a_dispute_is_read_with_its_payment(bench: Bench) -> None:
    dispute = disputed(bench)
    expanded = bench.client.v1.disputes.retrieve(
        dispute.id, {"expand": ["charge", "payment_intent"]}
    )
    assert isinstance(expanded.charge, stripe.Charge)
    assert isinstance(expanded.payment_intent, stripe.PaymentIntent)
