"""Balances: whatever the ledger holds, they say what plain arithmetic says."""

import random
import secrets
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from donations import balances
from donations.balances import Settled
from donations.models import EntryKind, LedgerEntry
from donations.selection import NONE, Selection, month_of
from tests.donations.books import write_books
from tests.donations.factories import CampaignFactory, LedgerEntryFactory

pytestmark = pytest.mark.django_db

TBILISI = ZoneInfo("Asia/Tbilisi")
EVERYTHING = Selection(livemode=False, zone=TBILISI)


@pytest.fixture
def books() -> list[LedgerEntry]:
    seed = secrets.randbelow(2**32)
    print(f"seed={seed}")  # noqa: T201 - shown when a test fails
    return write_books(random.Random(seed), 150)


def is_in(entry: LedgerEntry, chosen: Selection, *, currency: str | None = None) -> bool:
    day = entry.occurred_at.astimezone(chosen.zone).date()
    return (
        entry.livemode == chosen.livemode
        and (chosen.first_day or date.min) <= day <= (chosen.last_day or date.max)
        and (chosen.campaign is None or chosen.campaign == (entry.campaign_id or NONE))
        and chosen.currency in {"", currency or entry.currency}
    )


def choices(books: list[LedgerEntry]) -> list[Selection]:
    some_campaign = next(each.campaign_id for each in books if each.campaign_id)
    return [
        EVERYTHING,
        Selection(livemode=True, zone=TBILISI),
        Selection(
            livemode=False, zone=ZoneInfo("America/Los_Angeles"), **month_of(date(2026, 3, 9))
        ),
        Selection(livemode=False, zone=TBILISI, campaign=some_campaign, currency="eur"),
        Selection(livemode=False, zone=TBILISI, campaign=NONE),
        Selection(livemode=False, zone=TBILISI, currency="jpy", first_day=date(2026, 5, 17)),
        Selection(livemode=False, zone=TBILISI, last_day=date.max),
    ]


def test_every_sum_is_the_ledgers(books: list[LedgerEntry]) -> None:
    for chosen in choices(books):
        expected: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for each in books:
            if is_in(each, chosen):
                day = each.occurred_at.astimezone(chosen.zone).date()
                name = each.campaign.name if each.campaign else ""
                sums = expected[day.replace(day=1), name, each.currency]
                sums[each.kind] += each.amount_minor
                sums["net"] += each.amount_minor
                sums["entries"] += 1
        found = balances.by_month(chosen)
        assert {(each.month, each.campaign, each.currency) for each in found} == set(expected)
        assert len(found) == len(expected)
        for balance in found:
            sums = expected[balance.month, balance.campaign, balance.currency]
            for name in (*EntryKind.values, "net", "entries"):
                assert getattr(balance.sums, name) == sums[name]
        totals = balances.by_currency(found)
        for currency, total in totals.items():
            entries = [each for each in books if is_in(each, chosen) and each.currency == currency]
            assert total.net == sum(each.amount_minor for each in entries)
            assert total.entries == len(entries)


def test_what_arrived_is_what_stripe_settled(books: list[LedgerEntry]) -> None:
    paid_in = {
        each.payment_intent: each.currency for each in books if each.kind == EntryKind.PAYMENT
    }
    account = {
        each.payment_intent: each.settlement_currency
        for each in books
        if each.kind == EntryKind.FEE and each.settlement_currency
    }
    for chosen in choices(books):
        expected: dict[tuple[str, str], int] = defaultdict(int)
        for each in books:
            paid = paid_in[each.payment_intent]
            if not is_in(each, chosen, currency=paid):
                continue
            settles_in = account.get(each.payment_intent)
            if each.kind == EntryKind.FEE:
                expected[each.currency, "fees"] += each.amount_minor
            # The settlement of a whole payment, told by its parts: what was exchanged by its fee
            # entries and disputes, what was not by itself.
            if each.settled_minor is not None and settles_in != paid:
                expected[each.settlement_currency, "moved"] += each.settled_minor
            elif each.kind == EntryKind.ADJUSTMENT or (
                each.kind != EntryKind.FEE and settles_in == paid
            ):
                expected[each.currency, "moved"] += each.amount_minor
            elif settles_in is None:
                expected[each.currency, "waiting"] += each.amount_minor
        found = {
            (each.currency, name): getattr(each, name)
            for each in balances.settled(chosen)
            for name in ("moved", "fees", "waiting")
        }
        assert {key: sum for key, sum in found.items() if sum} == {
            key: sum for key, sum in expected.items() if sum
        }


def test_one_query_a_view(
    books: list[LedgerEntry], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert balances.by_month(EVERYTHING)
    with django_assert_num_queries(1):
        assert balances.settled(EVERYTHING)


def test_a_month_begins_where_the_paper_is() -> None:
    LedgerEntryFactory(occurred_at=datetime(2026, 10, 31, 21, 30, tzinfo=UTC))
    for zone, month in (("Asia/Tbilisi", 11), ("UTC", 10), ("America/New_York", 10)):
        chosen = Selection(livemode=False, zone=ZoneInfo(zone))
        assert [each.month for each in balances.by_month(chosen)] == [date(2026, month, 1)]
        in_month = Selection(livemode=False, zone=ZoneInfo(zone), **month_of(date(2026, month, 1)))
        assert in_month.entries().exists()
        other = Selection(
            livemode=False, zone=ZoneInfo(zone), **month_of(date(2026, 21 - month, 1))
        )
        assert not other.entries().exists()


def test_a_month_whose_first_midnight_is_skipped_is_a_month_all_the_same() -> None:
    # In Paraguay, 1 October 2017 began at one o'clock.
    zone = ZoneInfo("America/Asuncion")
    LedgerEntryFactory(occurred_at=datetime(2017, 10, 1, 4, 0, tzinfo=UTC))
    LedgerEntryFactory(occurred_at=datetime(2017, 10, 1, 3, 59, tzinfo=UTC))
    found = balances.by_month(Selection(livemode=False, zone=zone))
    assert [(each.month, each.sums.entries) for each in found] == [
        (date(2017, 10, 1), 1),
        (date(2017, 9, 1), 1),
    ]
    october = Selection(livemode=False, zone=zone, **month_of(date(2017, 10, 1)))
    assert october.entries().count() == 1


def test_two_campaigns_of_one_name_stay_two() -> None:
    for _n in range(2):
        LedgerEntryFactory(campaign=CampaignFactory(name="Same"), occurred_at=datetime(2026, 5, 5, tzinfo=UTC))  # fmt: skip
    assert [each.sums.net for each in balances.by_month(EVERYTHING)] == [20_00, 20_00]


def test_an_exchanged_payment_arrives_in_the_accounts_currency() -> None:
    euros = {"currency": "eur", "payment_intent": "pi_1"}
    dollars = {"currency": "usd", "payment_intent": "pi_1", "settlement_currency": "usd"}
    LedgerEntryFactory(source="pi_1", amount_minor=20_00, **euros)
    assert balances.settled(EVERYTHING) == [Settled("eur", waiting=20_00)]
    LedgerEntryFactory(kind="fee", source="txn_1", amount_minor=-93, settled_minor=21_60, **dollars)
    assert balances.settled(EVERYTHING) == [Settled("usd", moved=21_60, fees=-93)]
    LedgerEntryFactory(kind="refund", source="re_1", amount_minor=-20_00, **euros)
    LedgerEntryFactory(kind="fee", source="txn_2", amount_minor=0, settled_minor=-21_70, **dollars)
    (settled,) = balances.settled(EVERYTHING)
    assert (settled.moved, settled.net) == (-10, -1_03)
    # Asked for euros, it says what became of them.
    assert balances.settled(Selection(livemode=False, zone=TBILISI, currency="eur")) == [settled]
    assert balances.settled(Selection(livemode=False, zone=TBILISI, currency="usd")) == []


def test_an_empty_ledger_has_no_balances() -> None:
    assert balances.by_month(EVERYTHING) == []
    assert balances.settled(EVERYTHING) == []
    assert balances.by_currency([]) == {}
