"""Refunds and disputes: what went back, what came again, and who is told."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from donations import goals
from donations.models import EntryKind, LedgerEntry
from newsroom.models import Alert, OutgoingMail
from tests.donations.conftest import Life
from tests.donations.factories import CampaignFactory

pytestmark = pytest.mark.django_db

Start = Callable[..., str]
# Stripe's test card on which a refund comes back.
REFUND_FAILS = "4000000000005126"


@pytest.fixture
def gift(life: Life, start: Start) -> str:
    """Twenty dollars, once; gives its payment intent."""
    life.pay(start(every="once", amount="20"))
    return LedgerEntry.objects.get(kind=EntryKind.PAYMENT).payment_intent


def went_back(*kinds: str) -> list[tuple[str, int]]:
    """All that is neither payment nor fee, or some of it, oldest first."""
    entries = LedgerEntry.objects.exclude(kind__in=["payment", "fee"]).order_by("pk")
    chosen = entries.filter(kind__in=kinds) if kinds else entries
    return [*chosen.values_list("kind", "amount_minor")]


def net() -> int:
    given = LedgerEntry.objects.exclude(kind=EntryKind.FEE)
    return sum(given.values_list("amount_minor", flat=True))


def goal(life: Life) -> int:
    at = datetime.fromtimestamp(life.side.order("clock")["now"], UTC)
    return goals.progress(CampaignFactory(), at=at, zone=ZoneInfo("UTC")).reached


def letters() -> list[str]:
    found = OutgoingMail.objects.filter(purpose="refunded").order_by("pk")
    return [*found.values_list("text", flat=True)]


def test_row_52_each_refund_is_an_entry_and_a_letter_whoever_made_it(
    gift: str, life: Life, mailoutbox: list[Any]
) -> None:
    for amount in (7_50, 2_50, 10_00):
        life.api("POST", "refunds", payment_intent=gift, amount=amount)
    for event in life.side.events("refund.created", "charge.refunded"):
        life.tell({**event, "id": f"{event['id']}x"})
    life.catch_up()
    assert went_back() == [("refund", -7_50), ("refund", -2_50), ("refund", -10_00)]
    assert net() == 0
    assert goal(life) == 0
    first, second, third = letters()
    assert "We send back: $7.50" in first
    assert "You had paid: $20" in first
    assert ("$2.50" in second, "$10" in third) == (True, True)
    assert [each.to for each in mailoutbox] == [["ada@example.com"]] * 4  # with the receipt
    assert not Alert.objects.exists()


@pytest.mark.parametrize("seed", range(4))
def test_row_52_refunds_never_come_to_more_than_was_paid(
    seed: int, life: Life, start: Start
) -> None:
    chance = random.Random(seed)
    parts = [chance.randint(1, 1_200) for _ in range(chance.randint(1, 4))]
    life.pay(start(every="once", amount="20"))
    payment = LedgerEntry.objects.filter(kind="payment").latest("pk").payment_intent
    asked = 0
    for amount in parts:
        if asked + amount <= 20_00:
            life.api("POST", "refunds", payment_intent=payment, amount=amount)
            asked += amount
    returned = LedgerEntry.objects.filter(payment_intent=payment, kind="refund")
    assert -sum(returned.values_list("amount_minor", flat=True)) == asked <= 20_00
    assert net() == 20_00 - asked


def test_row_53_a_refund_that_fails_later_is_taken_back_in_the_books(
    life: Life, start: Start
) -> None:
    life.pay(start(every="once", amount="20"), card_number=REFUND_FAILS)
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT).payment_intent
    refund = life.api("POST", "refunds", payment_intent=payment, amount=5_00)
    assert went_back() == [("refund", -5_00)]
    life.wait(days=10)
    found = life.side.api("GET", f"refunds/{refund['id']}")
    assert found["status"] == "failed"
    assert went_back() == [("refund", -5_00), ("refund_failed", 5_00)]
    assert net() == 20_00
    assert len(letters()) == 1


def test_row_53_a_refund_that_has_failed_before_we_hear_of_it_promises_nothing(
    gift: str, life: Life
) -> None:
    refund = life.side.api("POST", "refunds", payment_intent=gift)
    life.do("refund_fails", refund=refund["id"])
    assert went_back() == [("refund", -20_00), ("refund_failed", 20_00)]
    assert letters() == []


def test_row_54_a_dispute_takes_the_money_and_a_fee_and_a_person_is_told(
    gift: str, life: Life
) -> None:
    dispute = life.do("dispute", payment_intent=gift)
    assert went_back() == [("dispute", -20_00)]
    assert net() == 0
    assert LedgerEntry.objects.filter(kind="fee", source__contains="fee").count() == 1
    assert Alert.objects.get().cause == f"stripe.dispute:{dispute['id']}"
    assert goal(life) == 0


def test_row_54_a_dispute_that_is_won_comes_back(gift: str, life: Life) -> None:
    dispute = life.do("dispute", payment_intent=gift)
    life.do("dispute_won", dispute=dispute["id"])
    assert went_back() == [("dispute", -20_00), ("dispute_returned", 20_00)]
    assert net() == 20_00
    assert goal(life) == 20_00


def test_row_54_a_dispute_that_is_lost_stays_where_it_went(gift: str, life: Life) -> None:
    dispute = life.do("dispute", payment_intent=gift)
    life.do("dispute_lost", dispute=dispute["id"])
    assert went_back() == [("dispute", -20_00)]


def test_row_54_a_part_that_is_disputed_and_a_part_that_comes_back(gift: str, life: Life) -> None:
    dispute = life.do("dispute", payment_intent=gift, amount=12_00)
    assert went_back() == [("dispute", -12_00)]
    life.do("dispute_won", dispute=dispute["id"], amount=4_00)
    assert went_back() == [("dispute", -12_00), ("dispute_returned", 4_00)]
    assert net() == 12_00


def test_row_54_an_inquiry_moves_nothing_and_a_person_is_told(gift: str, life: Life) -> None:
    dispute = life.do("dispute", payment_intent=gift, status="warning_needs_response")
    assert went_back() == []
    assert Alert.objects.get().cause == f"stripe.dispute:{dispute['id']}"
    life.do("inquiry_closed", dispute=dispute["id"])
    assert went_back() == []
    assert net() == 20_00


def test_row_54_an_inquiry_may_become_a_dispute(gift: str, life: Life) -> None:
    dispute = life.do("dispute", payment_intent=gift, status="warning_needs_response")
    life.do("inquiry_escalated", dispute=dispute["id"])
    assert went_back() == [("dispute", -20_00)]


@pytest.mark.parametrize("seed", range(3))
def test_row_55_more_gone_than_given_is_booked_and_a_person_is_told(
    seed: int, gift: str, life: Life
) -> None:
    """First the money was given back, then the bank took it too."""
    life.side.api("POST", "refunds", payment_intent=gift, amount=15_00)
    life.side.order("dispute", payment_intent=gift, amount=20_00)
    for event in life.side.events()[:: 1 if seed else -1]:
        life.tell(event)
    life.catch_up()
    assert sorted(went_back()) == [("dispute", -20_00), ("refund", -15_00)]
    assert net() == -15_00
    assert Alert.objects.filter(cause="ledger.below_zero").count() == 1
    assert goal(life) == 0  # never below


def test_row_65_a_banks_warning_is_flagged_before_it_becomes_a_dispute(
    gift: str, life: Life
) -> None:
    life.do("fraud_warning", payment_intent=gift)
    alert = Alert.objects.get()
    assert alert.cause == f"stripe.fraud_warning:{gift}"
    assert "Give it back" in alert.message
    assert went_back() == []


def test_row_65_a_warning_that_comes_before_its_payment_books_it(life: Life, start: Start) -> None:
    life.side.pay(start(every="once", amount="20"))
    (paid,) = life.side.events("payment_intent.succeeded")
    life.side.order("fraud_warning", payment_intent=paid["data"]["object"]["id"])
    (warned,) = life.side.events("radar.early_fraud_warning.created")
    life.tell(warned)
    life.catch_up()
    assert net() == 20_00
    assert Alert.objects.filter(cause__startswith="stripe.fraud_warning:").count() == 1


def test_a_refund_of_a_month_says_that_support_goes_on(life: Life, start: Start) -> None:
    life.pay(start())
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    life.api("POST", "refunds", payment_intent=payment.payment_intent)
    (letter,) = letters()
    assert "Your monthly support goes on" in letter
    assert "/support/manage/entry/" in letter
    assert went_back() == [("refund", -5_00)]
