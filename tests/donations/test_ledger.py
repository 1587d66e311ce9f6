"""The ledger only grows: not even we can change what it says."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.timezone import now

from donations import ledger
from donations.models import EntryKind, LedgerEntry
from donations.stripe_objects import BalanceTransaction, Payment, Refund
from newsroom.models import Alert
from tests.donations.factories import LedgerEntryFactory, SupporterFactory

pytestmark = pytest.mark.django_db


def facts(**changes: Any) -> dict[str, Any]:
    return {
        "kind": EntryKind.PAYMENT,
        "source": "pi_1",
        "payment_intent": "pi_1",
        "amount_minor": 5_00,
        "currency": "usd",
        "livemode": False,
        "occurred_at": now(),
        **changes,
    }


def payment(settlement: BalanceTransaction | None) -> Payment:
    return Payment(
        id="pi_1", status="succeeded", amount_minor=5_00, currency="usd", paid_at=now(),
        settlement=settlement, support_intent="", is_ours=True, livemode=False,
    )  # fmt: skip


def refund(status: str, amount_minor: int = 2_00, source: str = "re_1") -> Refund:
    return Refund(source, status, amount_minor, "usd", "pi_1", None, None, now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE donations_ledgerentry SET amount_minor = 1",
        "UPDATE donations_ledgerentry SET placement = 'banner'",
        "DELETE FROM donations_ledgerentry",
    ],
)
def test_postgresql_refuses_every_change(statement: str) -> None:
    entry = LedgerEntryFactory()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert LedgerEntry.objects.get() == entry


def test_django_is_refused_too() -> None:
    entry = LedgerEntryFactory()
    entry.amount_minor = 1
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.all().delete()


def test_a_supporter_with_entries_cannot_be_deleted_by_accident() -> None:
    entry = LedgerEntryFactory(supporter=SupporterFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.supporter.delete()


def test_the_same_source_is_written_once() -> None:
    assert ledger.append(**facts()) is not None
    assert ledger.append(**facts()) is None
    assert LedgerEntry.objects.count() == 1


def test_a_payment_intent_pays_once_under_whatever_name() -> None:
    assert ledger.append(**facts(source="inpay_1")) is not None
    assert ledger.append(**facts(source="pi_1")) is None
    assert ledger.append(**facts(source="re_1", kind=EntryKind.REFUND, amount_minor=-1)) is not None


@pytest.mark.parametrize(
    "changes", [{"amount_minor": 0}, {"amount_minor": -5_00}, {"currency": None}]
)
def test_what_the_ledger_cannot_hold_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.append(**facts(**changes))
    assert not LedgerEntry.objects.exists()


def test_a_fee_follows_its_payment_once() -> None:
    fee = BalanceTransaction("txn_1", 4_60, 45, "eur", Decimal("0.92"), now())
    assert ledger.record_settlement(payment(fee)) is None  # no payment yet
    ledger.append(**facts(interval="month", placement="banner"))
    assert ledger.record_settlement(payment(None)) is None  # not known yet
    entry = ledger.record_settlement(payment(fee))
    assert entry is not None
    assert (entry.amount_minor, entry.currency) == (-45, "eur")
    assert (entry.settled_minor, entry.settlement_currency) == (4_60, "eur")
    assert entry.exchange_rate == Decimal("0.92")
    assert (entry.interval, entry.placement) == ("month", "banner")
    assert ledger.record_settlement(payment(fee)) is None
    assert LedgerEntry.objects.count() == 2


def test_a_refund_that_fails_is_taken_back() -> None:
    entry = ledger.append(**facts())
    assert entry is not None
    ledger.record_refund(entry, refund("pending"))
    ledger.record_refund(entry, refund("succeeded"))
    assert LedgerEntry.objects.get(kind=EntryKind.REFUND).amount_minor == -2_00
    for _ in range(2):
        ledger.record_refund(entry, refund("failed"))
    assert LedgerEntry.objects.get(kind=EntryKind.REFUND_FAILED).amount_minor == 2_00
    assert not Alert.objects.exists()


def test_a_refund_that_failed_before_we_heard_of_it_leaves_the_same_two_lines() -> None:
    entry = ledger.append(**facts())
    assert entry is not None
    ledger.record_refund(entry, refund("failed"))
    amounts = LedgerEntry.objects.exclude(pk=entry.pk).values_list("kind", "amount_minor")
    assert set(amounts) == {(EntryKind.REFUND, -2_00), (EntryKind.REFUND_FAILED, 2_00)}


def test_more_back_than_was_paid_needs_a_person() -> None:
    entry = ledger.append(**facts())
    assert entry is not None
    ledger.record_refund(entry, refund("succeeded", 5_00))
    assert not Alert.objects.exists()
    ledger.record_refund(entry, refund("succeeded", 1, source="re_2"))
    assert Alert.objects.get().cause == "ledger.below_zero"
