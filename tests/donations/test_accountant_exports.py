"""The ledger leaves the house: for spreadsheets, and for hledger and beancount."""

import csv
import io
import random
import secrets
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from donations import balances, exports
from donations.models import EntryKind, LedgerEntry
from donations.money import decimals
from donations.selection import Selection
from newsroom.models import Paper
from tests.donations.books import write_books
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
)
from tests.donations.journals import Journal, read_beancount, read_hledger

pytestmark = pytest.mark.django_db

UTC_ZONE = ZoneInfo("UTC")
EVERYTHING = Selection(livemode=False, zone=UTC_ZONE)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READERS: dict[str, Callable[[str], Journal]] = {
    "hledger": read_hledger,
    "beancount": read_beancount,
}
# What a fundraiser may call a campaign, from careless to malicious.
ODD_NAMES = [
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tTabbed", "\rReturned", "＝ＳＵＭ（Ａ１）", "  =1+1",
    "a;=1+1", 'He said "no", twice', "back\\slash", "two  blanks  ; comment", "a:b:c", "“Приют”",
    "ملجأ", "避难所", "🙂", "---", "x" * 80, "(virtual)", "[balanced]", "!pending", "; semicolon",
    "new\nline", "~periodic", "2026-11-24 open", "हिन्दी", "‮right to left", "%s {0}",
]  # fmt: skip


def text_of(form: str, chosen: Selection = EVERYTHING) -> str:
    return "".join(exports.write(form, chosen))


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


@pytest.fixture
def books() -> list[LedgerEntry]:
    seed = secrets.randbelow(2**32)
    print(f"seed={seed}")  # noqa: T201 - shown when a test fails
    return write_books(random.Random(seed), 120)


def test_a_line_of_the_table_says_what_an_entry_says() -> None:
    subscription = SubscriptionFactory(stripe_id="sub_1")
    campaign = CampaignFactory(name="Приют")
    entry = LedgerEntryFactory(
        kind="fee", source="txn_1", payment_intent="pi_1", amount_minor=-93, settled_minor=20_00,
        settlement_currency="usd", exchange_rate=Decimal("1.080000000000"), interval="month",
        occurred_at=datetime(2026, 11, 24, 22, 30, tzinfo=UTC), campaign=campaign,
        subscription=subscription, supporter=subscription.supporter, placement="banner",
    )  # fmt: skip
    (row,) = rows_of(text_of("csv", Selection(livemode=False, zone=ZoneInfo("Asia/Tbilisi"))))
    recorded = row.pop("recorded_at")
    assert datetime.fromisoformat(recorded) == entry.recorded_at.replace(microsecond=0)
    assert row == {
        "date": "2026-11-25",
        "occurred_at": "2026-11-24T22:30:00Z",
        "kind": "fee",
        "amount": "-0.93",
        "currency": "USD",
        "amount_minor": "-93",
        "settled": "20.00",
        "settlement_currency": "USD",
        "settled_minor": "2000",
        "exchange_rate": "1.08",
        "every": "month",
        "campaign_id": str(campaign.pk),
        "campaign": "Приют",
        "prompt_id": "",
        "placement": "banner",
        "source": "txn_1",
        "payment_intent": "pi_1",
        "subscription": "sub_1",
        "supporter": str(subscription.supporter_id),
        "real_money": "no",
    }


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (5_00, "usd", "5.00"), (-5_05, "usd", "-5.05"), (-5, "usd", "-0.05"), (300, "jpy", "300"),
        (-300, "jpy", "-300"), (1_500, "kwd", "1.500"), (-10, "kwd", "-0.010"), (0, "usd", "0.00"),
        (0, "jpy", "0"), (300_00, "isk", "300.00"), (8_000_00, "ugx", "8000.00"),
        (10**15, "usd", "10000000000000.00"),
    ],
)  # fmt: skip
def test_amounts_have_the_digits_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert exports.decimal_text(minor, currency) == text
    assert Decimal(text).scaleb(decimals(currency)) == minor


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_text_is_a_formula(name: str) -> None:
    LedgerEntryFactory(campaign=CampaignFactory(name=name), placement=name[:20])
    text = text_of("csv")
    (row,) = rows_of(text)
    # Whatever a spreadsheet takes for the end of a cell.
    for cell in [part for mark in ",;\t|" for part in row["campaign"].split(mark)]:
        assert cell.lstrip()[:1] not in set("=+-@＝＋－＠") - {""}, row["campaign"]
    assert not set(row["campaign"] + row["placement"]) & set("\t\r\n")
    assert len(text.splitlines()) == 2
    # A number stays one, for sums.
    assert row["amount"] == "20.00"


def test_a_negative_amount_stays_a_number() -> None:
    LedgerEntryFactory(kind="refund", source="re_1", amount_minor=-5_00)
    (row,) = rows_of(text_of("csv"))
    assert (row["amount"], row["amount_minor"]) == ("-5.00", "-500")


def test_the_table_holds_each_entry_once_and_adds_up(books: list[LedgerEntry]) -> None:
    rows = rows_of(text_of("csv"))
    meant = [each for each in books if not each.livemode]
    assert [row["occurred_at"] for row in rows] == sorted(row["occurred_at"] for row in rows)
    assert {row["source"]: int(row["amount_minor"]) for row in rows} == {
        each.source: each.amount_minor for each in meant
    }
    for row in rows:
        places = decimals(row["currency"].lower())
        assert Decimal(row["amount"]).scaleb(places) == int(row["amount_minor"])


@pytest.mark.parametrize("form", READERS)
def test_every_transaction_balances_and_the_accounts_say_what_the_ledger_says(
    books: list[LedgerEntry], form: str
) -> None:
    journal = READERS[form](text_of(form))
    journal.check()
    meant = [each for each in books if not each.livemode]
    assert [each.tags["id"] for each in journal.transactions] == [
        each.source for each in LedgerEntry.objects.filter(livemode=False).order_by("occurred_at", "pk")
    ]  # fmt: skip
    assert all(each.day == each.tags["at"][:10] for each in journal.transactions)
    found = journal.balances()

    def total(prefix: str, currency: str) -> Decimal:
        return sum((sum_ for (name, code), sum_ in found.items() if name.startswith(prefix) and code == currency), Decimal())  # fmt: skip

    for currency in {each.currency for each in meant}:
        code, places = currency.upper(), decimals(currency)
        for prefix, kinds in {
            "Income:Support": {EntryKind.PAYMENT},
            "Income:Refunds": {EntryKind.REFUND, EntryKind.REFUND_FAILED},
            "Income:Disputes": {EntryKind.DISPUTE, EntryKind.DISPUTE_RETURNED},
            "Expenses:Fees": {EntryKind.FEE},
            "Equity:Adjustments": {EntryKind.ADJUSTMENT},
        }.items():
            minor = sum(each.amount_minor for each in meant if each.kind in kinds and each.currency == currency)  # fmt: skip
            assert total(prefix, code) == Decimal(-minor).scaleb(-places)
    for settled in balances.settled(EVERYTHING):
        code, places = settled.currency.upper(), decimals(settled.currency)
        there = Decimal(settled.net + settled.waiting).scaleb(-places)
        assert total(f"Assets:Stripe:{code}", code) == there


@pytest.mark.parametrize("form", READERS)
def test_odd_names_break_no_journal(form: str) -> None:
    for name in ODD_NAMES:
        LedgerEntryFactory(campaign=CampaignFactory(name=name), occurred_at=NOON)
    LedgerEntryFactory(kind="adjustment", source='by "hand", \\ ; x\n2026-01-01 * y', occurred_at=NOON)  # fmt: skip
    journal = READERS[form](text_of(form))
    journal.check()
    assert len(journal.transactions) == len(ODD_NAMES) + 1
    incomes = [name for name in journal.accounts if name.startswith("Income:Support:Once:")]
    assert len(incomes) == len(ODD_NAMES)


def test_a_campaign_keeps_its_name_beside_its_account() -> None:
    name = 'Приют "Дом" \\ 2'
    campaign = CampaignFactory(name=name)
    LedgerEntryFactory(campaign=campaign, interval="year")
    account = f"Income:Support:Yearly:{campaign.pk}-Приют-Дом-2"
    assert read_beancount(text_of("beancount")).names == {account: name}
    assert read_hledger(text_of("hledger")).accounts[account] == name


@pytest.mark.parametrize("form", READERS)
def test_what_is_exchanged_passes_through_an_account_of_its_own(form: str) -> None:
    LedgerEntryFactory(source="pi_1", currency="jpy", amount_minor=3_000)
    fee = LedgerEntryFactory(
        kind="fee", source="txn_1", payment_intent="pi_1", amount_minor=-90, currency="usd",
        settled_minor=20_10, settlement_currency="usd", exchange_rate=Decimal("0.0067"),
    )  # fmt: skip
    journal = READERS[form](text_of(form))
    assert journal.balances() == {
        ("Income:Support:Once:Without-campaign", "JPY"): Decimal(-3_000),
        ("Equity:Exchange", "JPY"): Decimal(3_000),
        ("Equity:Exchange", "USD"): Decimal("-20.10"),
        ("Expenses:Fees:Once:Without-campaign", "USD"): Decimal("0.90"),
        ("Assets:Stripe:USD", "USD"): Decimal("19.20"),
    }
    assert journal.transactions[1].tags["rate"] == "0.0067"
    # The month of the fee alone says the same of it.
    day = fee.occurred_at.date()
    assert len(READERS[form](text_of(form, Selection(False, UTC_ZONE, day, day))).transactions) == 2


@pytest.mark.parametrize("form", exports.FORMS)
def test_nobody_is_named(form: str) -> None:
    supporter = SupporterFactory(email="canary@example.com", name="Carla Canary")
    LedgerEntryFactory(
        supporter=supporter, subscription=SubscriptionFactory(supporter=supporter), interval="month"
    )
    text = text_of(form)
    assert "canary" not in text.lower()
    assert "carla" not in text.lower()


@pytest.mark.parametrize("form", exports.FORMS)
def test_an_empty_ledger_makes_an_empty_book(form: str) -> None:
    text = text_of(form)
    if form == "csv":
        assert rows_of(text) == []
    else:
        assert READERS[form](text) == Journal()


@pytest.mark.parametrize(
    ("program", "form", "command"),
    [
        ("hledger", "hledger", ["hledger", "check", "--strict", "-f"]),
        ("bean-check", "beancount", ["bean-check"]),
    ],
)
def test_the_programs_themselves_agree(
    books: list[LedgerEntry], tmp_path: Path, program: str, form: str, command: list[str]
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed here")
    for name in ODD_NAMES:
        LedgerEntryFactory(campaign=CampaignFactory(name=name), occurred_at=NOON)
    file = tmp_path / f"ledger.{exports.FILE_ENDINGS[form]}"
    file.write_text(text_of(form), encoding="utf-8")
    run = subprocess.run([*command, str(file)], capture_output=True, text=True, env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"})  # fmt: skip
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def run_command(*arguments: str) -> str:
    output = io.StringIO()
    call_command("export_ledger", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_writes_what_was_asked_for(tmp_path: Path) -> None:
    Paper(time_zone="Asia/Tbilisi").save()
    for source, at in (("pi_before", "2026-10-31T19:59"), ("pi_first", "2026-10-31T20:00"), ("pi_last", "2026-11-30T19:59"), ("pi_after", "2026-11-30T20:00")):  # fmt: skip
        LedgerEntryFactory(
            source=source, occurred_at=datetime.fromisoformat(at).replace(tzinfo=UTC)
        )
    LedgerEntryFactory(source="pi_euro", currency="eur", occurred_at=NOON)
    LedgerEntryFactory(source="pi_live", livemode=True, occurred_at=NOON)
    november = ("--from", "2026-11-01", "--until", "2026-11-30", "--currency", "USD")
    text = run_command("--format", "csv", *november)
    assert [row["source"] for row in rows_of(text)] == ["pi_first", "pi_last"]
    live = rows_of(run_command("--format", "csv", "--mode", "live"))
    assert [row["source"] for row in live] == ["pi_live"]
    file = tmp_path / "ledger.csv"
    file.write_text("what stood here before")
    assert run_command("--format", "csv", *november, str(file)) == ""
    assert file.read_bytes().decode() == text
    assert b"\r\n" in file.read_bytes()
    assert list(tmp_path.iterdir()) == [file]
    for form, read in READERS.items():
        assert len(read(run_command("--format", form, *november)).transactions) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "xls"], [], ["--format", "csv", "--from", "yesterday"],
        ["--format", "csv", "--currency", "=1"], ["--format", "csv", "--mode", "all"],
        ["--format", "csv", "--from", "2026-11-02", "--until", "2026-11-01"],
        ["--format", "csv", "/nowhere/at/all.csv"],
    ],
)  # fmt: skip
def test_the_command_says_what_it_does_not_understand(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run_command(*arguments)


def test_a_long_ledger_is_written_piece_by_piece(
    books: list[LedgerEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 10)
    held: list[Any] = []

    def counted(entries: Any) -> Any:
        for each in entries.iterator(chunk_size=10):
            held.append(each.pk)
            yield each

    monkeypatch.setattr(exports, "_stream", counted)
    for form in exports.FORMS:
        held.clear()
        pieces = exports.write(form, EVERYTHING)
        for _n in range(3):
            next(pieces)
        assert 1 <= len(held) <= 3


def test_days_are_both_included_up_to_the_end_of_the_calendar() -> None:
    LedgerEntryFactory(occurred_at=NOON)
    for zone in ("UTC", "Asia/Tbilisi", "America/New_York"):
        chosen = Selection(False, ZoneInfo(zone), date.min, date.max)
        assert len(rows_of(text_of("csv", chosen))) == 1
