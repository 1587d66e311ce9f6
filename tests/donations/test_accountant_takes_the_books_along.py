"""The ledger's desk: balances on a page, entries as a file, for whoever may."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from donations.models import LedgerEntry
from newsroom.models import Paper
from tests.desks import Desk, administrator, somebody
from tests.donations.factories import CampaignFactory, LedgerEntryFactory
from tests.donations.journals import read_beancount, read_hledger

pytestmark = pytest.mark.django_db

BALANCES = "/admin/donations/ledgerentry/balances/"
EXPORT = "/admin/donations/ledgerentry/export/"


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Fundraisers", "fatima"))


@pytest.fixture
def books() -> None:
    Paper(time_zone="Asia/Tbilisi").save()
    autumn = CampaignFactory(name="Autumn & co <b>")
    october, november = datetime(2026, 10, 31, 19, tzinfo=UTC), datetime(2026, 10, 31, 21, tzinfo=UTC)  # fmt: skip
    LedgerEntryFactory(source="pi_1", amount_minor=20_00, campaign=autumn, occurred_at=october)
    LedgerEntryFactory(source="txn_1", kind="fee", payment_intent="pi_1", amount_minor=-88, campaign=autumn, settled_minor=20_00, settlement_currency="usd", occurred_at=october)  # fmt: skip
    LedgerEntryFactory(source="re_1", kind="refund", payment_intent="pi_1", amount_minor=-5_00, campaign=autumn, occurred_at=november)  # fmt: skip
    LedgerEntryFactory(source="pi_2", amount_minor=3_000, currency="jpy", occurred_at=november)
    LedgerEntryFactory(source="pi_3", amount_minor=99_00, livemode=True, occurred_at=november)


def cells(page: Any, heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    table = page.content.decode().split(f'id="{heading}"')[1].split("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)
    return [[strip_tags(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows[1:]]  # fmt: skip


@pytest.mark.usefixtures("books")
def test_the_page_says_what_the_ledger_adds_up_to(desk: Desk) -> None:
    assert BALANCES in desk.open("/admin/donations/ledgerentry/").content.decode()
    page = desk.open(BALANCES)
    assert cells(page, "by-month") == [
        ["November 2026", "Autumn &amp; co &lt;b&gt;", "USD", "–", "−$5", "–", "−$5", "1"],
        ["November 2026", "–", "JPY", "¥3,000", "–", "–", "¥3,000", "1"],
        ["October 2026", "Autumn &amp; co &lt;b&gt;", "USD", "$20", "–", "−$0.88", "$19.12", "2"],
    ]  # fmt: skip
    assert cells(page, "in-all") == [
        ["JPY", "¥3,000", "–", "–", "¥3,000", "1"],
        ["USD", "$20", "−$5", "−$0.88", "$14.12", "3"],
    ]
    assert cells(page, "on-account") == [
        ["JPY", "–", "–", "–", "¥3,000"],
        ["USD", "$15", "−$0.88", "$14.12", "–"],
    ]
    assert "Asia/Tbilisi" in page.content.decode()
    assert "style=" not in page.content.decode()


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("question", "entries"),
    [
        ({"month": "2026-11"}, 2), ({"month": "2026-10"}, 2), ({"currency": "jpy"}, 1),
        ({"campaign": "0"}, 1), ({"campaign": "autumn"}, 3), ({"mode": "live"}, 1),
        ({"mode": "test"}, 4), ({"month": "2026-10", "currency": "jpy"}, 0),
        # No choice is no filter.
        ({"month": "soon"}, 4), ({"month": "2026-13"}, 4), ({"month": "\0"}, 4),
        ({"campaign": "\0"}, 4), ({"campaign": "9" * 40}, 4), ({"currency": "' OR 1"}, 4),
        ({"mode": "\0"}, 4), ({"currency": "x" * 9_000}, 4),
    ],
)  # fmt: skip
def test_page_and_file_show_what_was_asked_for(
    desk: Desk, question: dict[str, str], entries: int
) -> None:
    if question.get("campaign") == "autumn":
        question = {"campaign": str(LedgerEntry.objects.get(source="pi_1").campaign_id)}
    page = desk.client.get(BALANCES, question)
    assert page.status_code == 200
    found = cells(page, "in-all") if entries else []
    assert sum(int(row[-1]) for row in found) == entries
    download = desk.client.post(EXPORT, {"format": "csv", **question})
    text = b"".join(download).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == entries


@pytest.mark.usefixtures("books")
def test_a_download_is_a_file_that_nothing_keeps(desk: Desk) -> None:
    response = desk.client.post(EXPORT, {"format": "csv", "month": "2026-11", "currency": "usd"})
    assert response["Content-Disposition"] == 'attachment; filename="ledger-2026-11-usd-test.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert response.streaming
    assert b"".join(response).startswith(b"\xef\xbb\xbfdate,")
    hledger = desk.client.post(EXPORT, {"format": "hledger"})
    assert hledger["Content-Disposition"].endswith('"ledger-all-test.journal"')
    journal = read_hledger(b"".join(hledger).decode())
    journal.check()
    assert [each.day for each in journal.transactions] == ["2026-10-31"] * 2 + ["2026-11-01"] * 2
    beancount = b"".join(desk.client.post(EXPORT, {"format": "beancount", "mode": "live"}))
    assert [each.tags["id"] for each in read_beancount(beancount.decode()).transactions] == ["pi_3"]


@pytest.mark.usefixtures("books")
def test_who_took_what_along_is_written_down(desk: Desk) -> None:
    desk.client.post(EXPORT, {"format": "hledger", "month": "2026-11", "campaign": "0"})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (desk.user, "Ledger exported")
    assert json.loads(entry.change_message) == [
        {
            "exported": {
                "format": "hledger",
                "zone": "Asia/Tbilisi",
                "livemode": "False",
                "first_day": "2026-11-01",
                "last_day": "2026-11-30",
                "campaign": "0",
            }
        }
    ]
    # The front of the admin lists it, and leads nowhere that is not.
    assert "Ledger exported" in desk.open("/admin/").content.decode()


@pytest.mark.usefixtures("books")
def test_what_is_no_download_takes_nothing(desk: Desk) -> None:
    for response in (
        desk.client.get(EXPORT),
        desk.client.get(EXPORT, {"format": "csv"}),
        desk.client.post(EXPORT),
        desk.client.post(EXPORT, {"format": "xls"}),
        desk.client.post(EXPORT, {"format": "\0"}),
    ):
        assert response.status_code == 302
        assert response["Location"] == BALANCES
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(desk.user)
    assert forger.post(EXPORT, {"format": "csv"}).status_code == 403
    assert not LogEntry.objects.exists()


@pytest.mark.usefixtures("books")
def test_who_may_read_may_not_yet_take_along() -> None:
    reader = somebody(None, "rita")
    reader.user_permissions.add(Permission.objects.get(codename="view_ledgerentry"))
    desk = Desk(reader)
    page = desk.open(BALANCES)
    assert page.status_code == 200
    assert EXPORT not in page.content.decode()
    assert desk.client.post(EXPORT, {"format": "csv"}).status_code == 403
    taker = somebody(None, "tariq")
    taker.user_permissions.add(Permission.objects.get(codename="export_ledger"))
    assert Desk(taker).client.post(EXPORT, {"format": "csv"}).status_code == 403
    assert not LogEntry.objects.exists()
    reader.user_permissions.add(Permission.objects.get(codename="export_ledger"))
    assert EXPORT in desk.open(BALANCES).content.decode()
    assert desk.client.post(EXPORT, {"format": "csv"}).status_code == 200
    assert Desk(administrator()).client.post(EXPORT, {"format": "csv"}).status_code == 200


@pytest.mark.usefixtures("books")
def test_editors_see_no_balances() -> None:
    editor = Desk(somebody("Editors"))
    for address in (BALANCES, EXPORT):
        assert editor.client.get(address).status_code == 403
        assert editor.client.post(address, {"format": "csv"}).status_code == 403


def test_an_empty_ledger_says_so(desk: Desk) -> None:
    assert "Nothing is in the ledger that fits." in desk.open(BALANCES).content.decode()
    assert desk.client.post(EXPORT, {"format": "csv"}).status_code == 200


def test_years_of_months_ask_no_more(desk: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.open(BALANCES)
        return len(queries)

    LedgerEntryFactory()
    asked()
    few = asked()
    for n in range(40):
        LedgerEntryFactory(campaign=CampaignFactory(), occurred_at=datetime(2020 + n // 12, n % 12 + 1, 5, tzinfo=UTC))  # fmt: skip
    assert asked() == few
