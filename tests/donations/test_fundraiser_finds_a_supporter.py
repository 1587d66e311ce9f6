"""From any id or address to whoever it is of, and to their page at Stripe."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from donations.admin.stripe_links import address_of
from donations.models import LedgerEntry, Supporter, SupportIntent
from tests.desks import Desk, changing, somebody
from tests.donations.conftest import Life
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
    SupportIntentFactory,
)

pytestmark = pytest.mark.django_db

DESKS = ("ledgerentry", "supporter", "subscription", "supportintent", "stripeevent")
BASE = "/admin/donations"


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Fundraisers", "fatima"))


def listed(desk: Desk, model: str, **question: str) -> list[Any]:
    response = desk.client.get(f"{BASE}/{model}/", question)
    assert response.status_code == 200, response
    return list(response.context["cl"].result_list)


@pytest.fixture
def lived(life: Life, start: Callable[..., str]) -> dict[str, str]:
    """Two people; one of them went through everything. The ids of it, by their kind."""
    life.pay(start(every="once", amount="20"), email="bert@example.com")
    session = start()
    life.pay(session, email="ada@example.com")
    life.wait(hours=2)
    life.do("dispute", payment_intent=(paid := LedgerEntry.objects.get(interval="month", kind="payment").payment_intent), amount=100)  # fmt: skip
    refund = life.api("POST", "refunds", payment_intent=paid, amount=200)
    (subscription,) = life.side.api("GET", "subscriptions")["data"]
    (dispute,) = life.side.api("GET", "disputes")["data"]
    (invoice,) = life.side.api("GET", "invoices")["data"]
    (invoice_payment,) = life.side.api("GET", "invoice_payments")["data"]
    fee = LedgerEntry.objects.get(kind="fee", source__startswith="txn_", amount_minor__lt=0, payment_intent=paid, settled_minor__isnull=False)  # fmt: skip
    (event,) = life.side.events("invoice.paid")
    intent = life.side.api("GET", f"payment_intents/{paid}")
    return {
        "pi": paid,
        "in": invoice["id"],
        "inpay": invoice_payment["id"],
        "sub": subscription["id"],
        "cus": subscription["customer"],
        "re": refund["id"],
        "du": dispute["id"],
        "cs": session,
        "evt": event["id"],
        "txn": fee.source,
        "ch": intent["latest_charge"],
    }


def test_every_id_leads_to_its_supporter_and_to_nobody_else(
    desk: Desk, lived: dict[str, str]
) -> None:
    ada = Supporter.objects.get(email="ada@example.com")
    for kind, stripe_id in lived.items():
        assert stripe_id.startswith(f"{kind}_"), lived
        for typed in (stripe_id, f"  {stripe_id} ", f"https://dashboard.stripe.com/test/x/{stripe_id}?y"):  # fmt: skip
            response = desk.client.get(f"{BASE}/supporter/", {"q": typed})
            assert response.status_code == 302, typed
            assert response["Location"] == changing(ada)
        # The other desks show what they have of it.
        for row in listed(desk, "ledgerentry", q=stripe_id):
            assert row.supporter == ada, stripe_id
        assert listed(desk, "ledgerentry", q=stripe_id), stripe_id
        (subscription,) = listed(desk, "subscription", q=stripe_id)
        assert subscription.supporter == ada
        assert {row.supporter for row in listed(desk, "supportintent", q=stripe_id)} == {ada}
        assert listed(desk, "stripeevent", q=stripe_id)


def test_an_entrys_own_id_shows_that_entry_alone(desk: Desk, lived: dict[str, str]) -> None:
    for kind in ("re", "inpay", "txn"):
        (entry,) = listed(desk, "ledgerentry", q=lived[kind])
        assert entry.source == lived[kind]
    kinds = {entry.kind for entry in listed(desk, "ledgerentry", q=lived["pi"])}
    assert kinds == {"payment", "fee", "refund", "dispute"}
    (event,) = listed(desk, "stripeevent", q=lived["evt"])
    assert event.event_id == lived["evt"]


def test_an_address_finds_all_that_is_of_it(desk: Desk, lived: dict[str, str]) -> None:
    ada = Supporter.objects.get(email="ada@example.com")
    for typed in ("ada@example.com", "ADA@", " ada@exam"):
        assert listed(desk, "supporter", q=typed) == [ada]
        for model in ("ledgerentry", "subscription", "supportintent"):
            rows = listed(desk, model, q=typed)
            assert rows
            assert {row.supporter for row in rows} == {ada}
        told = {row.type for row in listed(desk, "stripeevent", q=typed)}
        assert {"customer.subscription.created", "invoice_payment.paid"} <= told
    told = {row.type for row in listed(desk, "stripeevent", q="invoice.")}
    assert "invoice.paid" in told
    assert all(each.startswith("invoice.") for each in told)


def test_an_intents_own_number_leads_to_its_supporter(desk: Desk) -> None:
    ada = SupporterFactory(email="ada@example.com")
    intent = SupportIntentFactory(supporter=ada)
    SupportIntentFactory(supporter=SupporterFactory())
    assert listed(desk, "supportintent", q=str(intent.pk)) == [intent]
    response = desk.client.get(f"{BASE}/supporter/", {"q": str(intent.pk)})
    assert response["Location"] == changing(ada)
    assert listed(desk, "supportintent", q=str(uuid4())) == []
    for no_number in ("nonsense", str(intent.pk)[:-1]):
        assert listed(desk, "supportintent", q=no_number) == []


def test_an_id_of_nobody_finds_nobody(desk: Desk) -> None:
    SupporterFactory(email="ada@example.com")
    LedgerEntryFactory()
    SubscriptionFactory()
    for model in DESKS:
        for stripe_id in ("pi_nobody", "sub_nobody", "evt_nobody", "cus_nobody"):
            assert listed(desk, model, q=stripe_id) == []


def test_an_address_that_looks_like_an_id_is_found_all_the_same(desk: Desk) -> None:
    twin = SupporterFactory(email="re_port@example.com")
    assert listed(desk, "supporter", q="re_port") == [twin]
    assert listed(desk, "supporter", q="re_port@example.com") == [twin]


@pytest.mark.parametrize(
    ("stripe_id", "page"),
    [
        ("pi_1", "payments/pi_1"), ("ch_1", "payments/ch_1"), ("sub_1", "subscriptions/sub_1"),
        ("cus_1", "customers/cus_1"), ("in_1", "invoices/in_1"), ("evt_1", "events/evt_1"),
        ("dp_1", "disputes/dp_1"), ("du_1", "disputes/du_1"), ("re_1", "search?query=re_1"),
        ("re_1:failed", "search?query=re_1"), ("txn_1:fee", "search?query=txn_1"),
        ("adjustment:pi_1#2", "payments/pi_1"), ("cs_test_1", "search?query=cs_test_1"),
    ],
)  # fmt: skip
def test_an_id_has_its_page_at_stripe(settings: Settings, stripe_id: str, page: str) -> None:
    settings.STRIPE_API_BASE = ""
    dashboard = "https://dashboard.stripe.com"
    assert address_of(stripe_id, livemode=True) == f"{dashboard}/{page}"
    assert address_of(stripe_id, livemode=False) == f"{dashboard}/test/{page}"


def test_links_to_stripe_open_apart_and_at_the_stand_in_they_open(
    desk: Desk, lived: dict[str, str], settings: Settings
) -> None:
    import urllib.request

    ada = Supporter.objects.get(email="ada@example.com")
    pages = [desk.open(changing(ada)), *(desk.open(f"{BASE}/{each}/") for each in DESKS)]
    links = {link for page in pages for link in re.findall(r'<a class="at-stripe"[^>]*>', page.content.decode())}  # fmt: skip
    assert len(links) > 8
    addresses = set()
    for link in links:
        assert 'rel="noopener noreferrer"' in link
        assert 'target="_blank"' in link
        addresses.update(re.findall(r'href="([^"]*)"', link))
    for address in addresses:
        assert address.startswith(f"{settings.STRIPE_API_BASE}/objects/")
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200, address


def fill(number: int) -> None:
    for n in range(number):
        supporter = SupporterFactory()
        SubscriptionFactory(supporter=supporter, campaign=CampaignFactory())
        SubscriptionFactory(supporter=supporter, currency="eur", interval="year")
        for currency in ("usd", "eur"):
            LedgerEntryFactory(supporter=supporter, campaign=CampaignFactory(), currency=currency)
        SupportIntentFactory(supporter=supporter, campaign=CampaignFactory(), session_id=f"cs_{number}_{n}")  # fmt: skip
        from django.utils.timezone import now

        from donations.models import StripeEvent

        StripeEvent.objects.create(
            event_id=f"evt_{number}_{n}", type="invoice.paid", object_id="in_1", livemode=False,
            body="{}", happened_at=now(),
        )  # fmt: skip


@pytest.mark.parametrize("model", DESKS)
def test_a_long_list_asks_no_more_than_a_short_one(desk: Desk, model: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.open(f"{BASE}/{model}/").status_code == 200
        return len(queries)

    fill(2)
    asked()
    few = asked()
    fill(20)
    assert asked() == few


QUESTIONS = [
    "q=%00", "q=ada%00", f"q={'x' * 20_000}", f"q={'pi_' + 'x' * 20_000}", f"q={'a+' * 3_000}",
        "q=%F0%9F%99%82", "q=%25_", "q=pi_", "q=evt_%00", "q=%ED%A0%80", "mode=%00", "mode=other",
        "giving=%00", "giving=nonsense", "state=%00", "state__exact=%00", "kind__exact=%00",
        "currency=%00", "currency__exact=x%00", "status__exact=%00", "campaign__id__exact=%00",
        f"campaign__id__exact={'9' * 30}", "campaign__id__exact=x", "livemode__exact=%00",
        "livemode__exact=maybe", "type=%00", "language=%00", f"p={'9' * 30}", "o=-99.x", "e=1",
        "created_at__year=99999", f"occurred_at__year={'9' * 30}",
        "occurred_at__year=2026&occurred_at__month=13", "occurred_at__day=40",
        f"received_at__year={'9' * 30}", "received_at__year=0", "started_at__year=-1",
        "occurred_at__year=%00", "supporter__email__regex=[", "id__exact=no-uuid", "id=%00",
        f"pk={'9' * 40}", "all=", "_facets=1", "_popup=1", "_to_field=%00",
]  # fmt: skip


EVERY_DESK = [*DESKS, "campaign", "prompt", "reminder"]


@pytest.mark.parametrize("model", EVERY_DESK)
def test_a_desk_stands_whatever_its_address_asks_for(desk: Desk, model: str) -> None:
    SupportIntentFactory()
    LedgerEntryFactory()
    # Each question is put to every other desk: that is quick, and finds it all the same.
    half = QUESTIONS[EVERY_DESK.index(model) % 2 :: 2]
    for question in half:
        response = desk.client.get(f"{BASE}/{model}/?{question}", follow=True)
        assert response.status_code in {200, 400}, question[:80]


@pytest.mark.parametrize("model", DESKS)
def test_a_row_that_cannot_be_is_not_there(desk: Desk, model: str) -> None:
    for key in ("%00", "nonsense", "9" * 40, "-1", "1_2E", "%ED%A0%80"):
        for page in ("change", "history", "delete"):
            response = desk.client.get(f"{BASE}/{model}/{key}/{page}/")
            assert response.status_code in {302, 403, 404}


def test_the_other_mode_is_a_press_away(desk: Desk) -> None:
    real, test = LedgerEntryFactory(livemode=True), LedgerEntryFactory()
    assert listed(desk, "ledgerentry") == [test]
    assert listed(desk, "ledgerentry", mode="other") == [real]


def test_the_list_says_what_supporters_give(desk: Desk) -> None:
    both = SupporterFactory(email="both@example.com")
    SubscriptionFactory(supporter=both)
    SubscriptionFactory(supporter=both, amount_minor=7_00, cancel_at_period_end=True)
    SubscriptionFactory(supporter=both, currency="eur", interval="year", amount_minor=60_00)
    SubscriptionFactory(supporter=both, status="canceled", amount_minor=99_00)
    LedgerEntryFactory(supporter=both, amount_minor=1_234_00)
    LedgerEntryFactory(supporter=both, amount_minor=-34_00, kind="refund", source="re_1")
    LedgerEntryFactory(supporter=both, amount_minor=-3, kind="fee", source="txn_1")
    LedgerEntryFactory(supporter=both, amount_minor=60_00, currency="eur")
    late = SupporterFactory(email="late@example.com")
    SubscriptionFactory(supporter=late, status="past_due")
    paused = SupporterFactory(email="paused@example.com")
    SubscriptionFactory(supporter=paused, is_paused=True)
    once = SupporterFactory(email="once@example.com")
    page = desk.open(f"{BASE}/supporter/").content.decode()
    for words in ("$12", "€60", "$1,200", "cancelled, ends soon", "payment failed"):
        assert words in page
    assert "$99" not in page
    for giving, found in {
        "month": {both, late}, "year": {both}, "once": {once}, "late": {late}, "ending": {both},
        "past": {paused},
    }.items():  # fmt: skip
        assert set(listed(desk, "supporter", giving=giving)) == found, giving
    by_payment = listed(desk, "supporter", o="4")
    assert by_payment[-1] != by_payment[0]


@pytest.mark.parametrize("model", [*DESKS, "accesslink"])
def test_editors_find_nobody(lived: dict[str, str], model: str) -> None:
    editor = Desk(somebody("Editors"))
    for question in ({}, {"q": "ada"}, {"q": lived["pi"]}):
        status = editor.client.get(f"{BASE}/{model}/", question).status_code
        assert status == (404 if model == "accesslink" else 403)


def test_access_links_are_at_no_desk(desk: Desk) -> None:
    assert desk.open(f"{BASE}/accesslink/").status_code == 404
    assert SupportIntent.objects.count() == 0
