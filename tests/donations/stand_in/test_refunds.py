"""Money goes back: at once, days later, or not at all."""

from typing import Any

import pytest

from tests.donations.stand_in.conftest import Bench, Refused, ask


def refunded(bench: Bench, card_number: str = "4242424242424242", **more: Any) -> Any:
    session = bench.paid(unit_amount=2_000, card_number=card_number)
    return bench.client.v1.refunds.create({"payment_intent": session.payment_intent, **more})


def reloaded(bench: Bench, refund: Any) -> Any:
    return bench.client.v1.refunds.retrieve(
        refund.id, {"expand": ["charge", "failure_balance_transaction"]}
    )


def test_one_that_fails_gives_the_money_back_to_the_account(bench: Bench) -> None:
    refund = refunded(bench, amount=1_500)
    assert refund.status == "succeeded"
    bench.control("refund_fails", refund=refund.id, failure_reason="lost_or_stolen_card")
    failed = reloaded(bench, refund)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    returned = failed.failure_balance_transaction
    assert (returned.amount, returned.fee, returned.net) == (1_500, 0, 1_500)
    assert (returned.type, returned.source) == ("refund_failure", refund.id)
    assert (failed.charge.amount_refunded, failed.charge.refunded) == (0, False)
    assert bench.event_types()[-3:] == ["charge.refund.updated", "refund.updated", "refund.failed"]
    again = bench.client.v1.refunds.create({"charge": failed.charge.id})
    assert again.amount == 2_000


def test_one_of_two_that_fails_leaves_the_other(bench: Bench) -> None:
    refund = refunded(bench, amount=1_500)
    bench.client.v1.refunds.create({"charge": refund.charge})
    bench.control("refund_fails", refund=refund.id)
    charge = reloaded(bench, refund).charge
    assert (charge.amount_refunded, charge.refunded) == (500, False)


def test_one_can_take_days(bench: Bench) -> None:
    bench.freeze()
    refund = refunded(bench, card_number="4000000000007726")
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    bench.advance(days=3)
    assert reloaded(bench, refund).status == "pending"
    bench.advance(days=1)
    assert reloaded(bench, refund).status == "succeeded"
    assert bench.event_types()[-2:] == ["charge.refund.updated", "refund.updated"]


def test_one_that_waits_arrives_when_told(bench: Bench) -> None:
    refund = refunded(bench, card_number="4000000000007726")
    bench.control("refund_succeeds", refund=refund.id)
    assert reloaded(bench, refund).status == "succeeded"
    assert ask(f"{bench.url}/_stand_in/refund_succeeds", {"refund": refund.id}).status == 400


def test_a_card_that_takes_nothing_back_says_so_days_later(bench: Bench) -> None:
    bench.freeze()
    refund = refunded(bench, card_number="4000000000005126")
    assert refund.status == "succeeded"
    bench.advance(days=4)
    assert reloaded(bench, refund).status == "failed"


@pytest.mark.parametrize(
    "form", [{"refund": "re_none"}, {}, {"failure_reason": "boredom"}, {"failed": "before"}]
)
def test_what_cannot_fail_is_refused(bench: Bench, form: dict[str, str]) -> None:
    refund = refunded(bench)
    if "failed" in form:
        bench.control("refund_fails", refund=refund.id)
    named = {"refund": refund.id} if "failure_reason" in form or "failed" in form else {}
    assert ask(f"{bench.url}/_stand_in/refund_fails", {**named, **form}).status == 400


def test_notes_can_be_added(bench: Bench, refused: Refused) -> None:
    refund = refunded(bench, metadata={"a": "1", "b": "2"})
    updated = bench.client.v1.refunds.update(refund.id, {"metadata": {"a": "", "c": "3"}})
    assert updated.metadata.to_dict() == {"b": "2", "c": "3"}
    assert bench.event_types()[-1] == "refund.updated"
    refused(bench.client.v1.refunds.update, "re_none", {"metadata": {}}, status=404)
    assert bench.raw("POST", f"/v1/refunds/{refund.id}", {"amount": 5}).status == 400


def test_one_that_is_on_its_way_cannot_be_canceled(bench: Bench, refused: Refused) -> None:
    refused(bench.client.v1.refunds.cancel, refunded(bench).id)
    refused(bench.client.v1.refunds.cancel, "re_none", status=404)


def test_refunds_are_listed_by_payment_and_time(bench: Bench) -> None:
    bench.freeze()
    first = refunded(bench, amount=100)
    bench.advance(days=1)
    second = refunded(bench, amount=200)
    refunds = bench.client.v1.refunds
    assert [one.id for one in refunds.list({"charge": first.charge}).data] == [first.id]
    by_intent = refunds.list({"payment_intent": second.payment_intent}).data
    assert [one.id for one in by_intent] == [second.id]
    assert [one.id for one in refunds.list({"created": {"gt": first.created}}).data] == [second.id]
