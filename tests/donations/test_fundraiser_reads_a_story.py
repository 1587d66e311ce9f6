"""The story of one supporter on one page: what they wished, paid and changed, what we wrote."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from django.utils.timezone import now

from donations.admin import story
from donations.models import AccessLink, EventState, LedgerEntry, StripeEvent, Supporter
from newsroom.mail import queue_mail
from tests.desks import Desk, changing, somebody
from tests.donations.conftest import Life
from tests.donations.factories import LedgerEntryFactory, SubscriptionFactory, SupporterFactory

pytestmark = pytest.mark.django_db

Start = Callable[..., str]


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Fundraisers", "fatima"))


def told(page: Any) -> list[str]:
    """The words of the story on a page, newest first."""
    found = re.findall(r'<span class="story__words">(.*?)(?:<span class="story__note"|</span>)', page.content.decode(), re.S)  # fmt: skip
    return [" ".join(unescape(strip_tags(each)).split()) for each in found]


def when(page: Any) -> list[str]:
    return re.findall(r'<time datetime="([^"]*)"', page.content.decode())


def test_a_life_with_us_is_told_in_order(life: Life, start: Start) -> None:
    life.pay(start())
    life.wait(hours=2)
    (subscription,) = life.side.api("GET", "subscriptions")["data"]
    sub = f"subscriptions/{subscription['id']}"
    life.renewals(subscription["id"], "decline")
    life.wait(days=30)
    life.renewals(subscription["id"], "succeed")
    life.wait(days=3, hours=3)
    life.api("POST", sub, cancel_at_period_end="true")
    life.wait(hours=1)
    life.api("POST", sub, cancel_at_period_end="false")
    life.wait(hours=1)
    paid = LedgerEntry.objects.filter(kind="payment").earliest("occurred_at").payment_intent
    refund = life.api("POST", "refunds", payment_intent=paid, amount=200)
    life.wait(hours=1)
    life.do("refund_fails", refund=refund["id"])
    life.wait(hours=1)
    dispute = life.do("dispute", payment_intent=paid, amount=300)
    life.wait(days=1)
    life.do("dispute_won", dispute=dispute["id"])
    life.wait(hours=1)
    life.side.api("DELETE", sub)
    life.catch_up()
    # Who signed in before all that would have to sign in again.
    page = Desk(somebody("Fundraisers")).open(changing(Supporter.objects.get()))
    words = told(page)
    assert when(page) == sorted(when(page), reverse=True)
    expected = [
        "Wanted to give $5 monthly: paid",
        "A subscription began: $5 monthly",
        "Paid $5 monthly",
        "We wrote to them: a receipt (sent)",
        "$5 could not be collected, try 1",
        "A renewal failed: Stripe tries again",
        "We wrote to them: that a payment failed (sent)",
        "The payment went through after all",
        "They cancelled: it ends on Jan. 24, 2027",
        "They took the cancellation back",
        "$2 was refunded",
        "We wrote to them: that money is on its way back (sent)",
        "The refund of $2 failed: we have the money again",
        "Their bank questions $3 (fraudulent)",
        "Their bank took $3 back: the payment is disputed",
        "The dispute over $3 was decided for us",
        "The bank gave $3 back to us: the dispute is decided",
        "The subscription ended: $5 monthly",
    ]
    assert set(expected) <= set(words), set(expected) - set(words)
    # What was told once is told once, and nothing else is.
    twice = {"Paid $5 monthly", "We wrote to them: a receipt (sent)"}
    assert sorted(words) == sorted([*expected, *twice])
    # The beginning is at the end.
    assert set(words[-4:]) == set(expected[:4])
    for known in (paid, refund["id"], subscription["id"], dispute["id"]):
        assert known in page.content.decode()


def test_a_story_is_read_page_by_page_and_asks_no_more_for_longer_ones(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "PAGE", 10)
    supporter = SupporterFactory(email="ada@example.com")
    SubscriptionFactory(supporter=supporter)

    def pay(first: int, last: int) -> None:
        for n in range(first, last):
            LedgerEntryFactory(supporter=supporter, amount_minor=n * 100, occurred_at=now() + timedelta(days=n))  # fmt: skip

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.open(changing(supporter))
        return len(queries)

    pay(1, 3)
    asked()
    few = asked()
    pay(3, 25)
    assert asked() == few
    pages = [desk.open(f"{changing(supporter)}?page={number}") for number in (1, 2, 3, 4)]
    words = [told(page) for page in pages]
    assert [len(each) for each in words] == [10, 10, 5, 0]
    gifts = [each for page in words for each in page if each.startswith("Paid")]
    assert gifts == [f"Paid ${n} once" for n in range(24, 0, -1)]
    texts = [page.content.decode() for page in pages]
    assert ["Older" in text for text in texts] == [True, True, False, False]
    assert ["Newer" in text for text in texts] == [False, True, True, True]
    for nonsense in ("0", "-1", "x", "%00", "9" * 30, "٣", "1.5"):
        assert desk.open(f"{changing(supporter)}?page={nonsense}").status_code == 200


def event(type_: str, object_: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    import json

    number = StripeEvent.objects.count()
    data = {"object": object_} | ({"previous_attributes": before} if before is not None else {})
    StripeEvent.objects.create(
        event_id=f"evt_{number}", type=type_, object_id=object_.get("id", ""), livemode=False,
        body=json.dumps({"data": data}), happened_at=now(), state=EventState.APPLIED,
    )  # fmt: skip


def items(amount: int) -> dict[str, Any]:
    return {"data": [{"price": {"unit_amount": amount}, "quantity": 1, "current_period_end": 1_800_000_000}]}  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "object_", "before", "words"),
    [
        ("customer.subscription.updated", {"currency": "usd", "items": items(800)}, {"items": items(500)}, ["They give $8 instead of $5"]),
        ("customer.subscription.updated", {"items": items(500), "cancel_at_period_end": True}, {"cancel_at_period_end": False}, ["They cancelled: it ends on Jan. 15, 2027"]),
        ("customer.subscription.updated", {"cancel_at": 1_800_000_000}, {"cancel_at": None}, ["They cancelled: it ends on Jan. 15, 2027"]),
        ("customer.subscription.updated", {"cancel_at_period_end": False}, {"cancel_at_period_end": True}, ["They took the cancellation back"]),
        ("customer.subscription.updated", {"pause_collection": {"behavior": "void"}}, {"pause_collection": None}, ["The subscription is paused: nothing is charged"]),
        ("customer.subscription.updated", {"pause_collection": None}, {"pause_collection": {}}, ["The subscription goes on"]),
        ("customer.subscription.updated", {"status": "unpaid"}, {"status": "past_due"}, ["All tries failed: nothing is charged any more"]),
        ("customer.subscription.updated", {"status": "active"}, {"status": "incomplete"}, []),
        ("customer.subscription.updated", {"status": "active"}, {"latest_invoice": "in_0"}, []),
        ("customer.subscription.updated", {"status": "active"}, {"default_payment_method": "pm_0"}, ["They pay another way: a new card or account"]),
        ("customer.subscription.paused", {}, None, ["The subscription is paused: nothing is charged"]),
        ("customer.subscription.resumed", {}, None, ["The subscription goes on"]),
        ("customer.updated", {"id": "cus_1"}, {"email": "old@example.com"}, ["Their address at Stripe changed"]),
        ("customer.updated", {"id": "cus_1"}, {"invoice_settings": {"default_payment_method": "pm_0"}}, ["They pay another way: a new card or account"]),
        ("customer.deleted", {"id": "cus_1"}, None, ["They were deleted at Stripe"]),
        ("customer.updated", {"id": "cus_2"}, {"email": "old@example.com"}, []),
        ("invoice.payment_failed", {"id": "in_1", "about": "sub_1", "currency": "usd", "amount_due": 500, "attempt_count": 4}, None, ["$5 could not be collected, try 4"]),
        ("invoice.payment_failed", {"id": "in_1", "about": "sub_1", "currency": "usd", "amount_due": 500, "attempt_count": 2, "next_payment_attempt": 1_800_000_000}, None, ["$5 could not be collected, try 2: the next is on Jan. 15, 2027"]),
        ("customer.updated", {"id": "cus_1"}, {"invoice_settings": {"default_payment_method": None}}, []),
        ("invoice.payment_action_required", {"id": "in_1", "about": "sub_1", "currency": "jpy", "amount_due": 500}, None, ["Their bank wants them to confirm ¥500"]),
        ("invoice.payment_failed", {"id": "in_1", "about": "sub_11", "currency": "usd"}, None, []),
        ("charge.dispute.closed", {"id": "dp_1", "about": "pi_1", "currency": "usd", "amount": 500, "status": "lost"}, None, ["The dispute over $5 was decided against us"]),
        ("charge.dispute.closed", {"id": "dp_1", "about": "pi_1", "currency": "usd", "amount": 500, "status": "warning_closed"}, None, ["The bank’s question about $5 came to nothing"]),
        ("charge.dispute.closed", {"id": "dp_1", "about": "pi_1", "currency": "usd", "status": "%s"}, None, []),
    ],
)  # fmt: skip
def test_what_stripe_tells_is_told_in_plain_words(
    desk: Desk, type_: str, object_: dict[str, Any], before: dict[str, Any] | None, words: list[str]
) -> None:
    supporter = SupporterFactory()
    SubscriptionFactory(supporter=supporter, stripe_id="sub_1", customer_id="cus_1")
    LedgerEntryFactory(supporter=supporter, source="pi_1")
    event(type_, {"id": "sub_1", **object_}, before)
    page = desk.open(changing(supporter))
    assert sorted(told(page)) == sorted([*words, "A subscription began: $5 monthly", "Paid $20 once"])  # fmt: skip
    assert "old@example.com" not in page.content.decode()


@pytest.mark.parametrize("body", ["", "[]", "null", '{"data": 7}', "[" * 5_000, '{"data": {"object": []}}'])  # fmt: skip
def test_a_body_that_says_nothing_breaks_no_story(desk: Desk, body: str) -> None:
    supporter = SupporterFactory()
    SubscriptionFactory(supporter=supporter, stripe_id="sub_1")
    row = StripeEvent.objects.create(
        event_id="evt_1", type="customer.subscription.updated", object_id="sub_1", livemode=False,
        body=body, happened_at=now(),
    )  # fmt: skip
    assert told(desk.open(changing(supporter))) == ["A subscription began: $5 monthly"]
    assert desk.open(changing(row)).status_code == 200


def test_letters_are_named_never_shown_and_only_their_own(desk: Desk) -> None:
    ada = SupporterFactory(email="ada@example.com")
    link = AccessLink.objects.create(token_hash="x" * 64, supporter=ada, created_at=now(), expires_at=now())  # fmt: skip
    for purpose, about, recipient in (
        ("receipt", "pi_1", "ada@example.com"),
        ("access", str(link.pk), "ada@example.com"),
        ("reminder", "1", "ada@example.com"),
        ("alert", "x", "ada@example.com"),
        ("refunded", "re_1", "bert@example.com"),
    ):
        queue_mail(purpose=purpose, about=about, recipient=recipient, subject="Sujet", text="canary", html="canary")  # fmt: skip
    page = desk.open(changing(ada))
    assert sorted(told(page)) == [
        "We wrote to them: a receipt (waiting)",
        "We wrote to them: a way to their own page (waiting)",
    ]
    assert "canary" not in page.content.decode()
    assert "x" * 64 not in page.content.decode()
    nobody = SupporterFactory(email="")
    assert told(desk.open(changing(nobody))) == []


def test_an_event_is_shown_without_the_person(desk: Desk) -> None:
    event("charge.updated", {
        "id": "ch_1", "amount": 500, "receipt_email": "canary@example.com",
        "billing_details": {"name": "Carla Canary"}, "refunds": [{"email": "canary@example.com"}],
        "payment_method_details": {"card": {"last4": "4242"}}, "email": None,
    })  # fmt: skip
    page = desk.open(changing(StripeEvent.objects.get())).content.decode()
    for secret in ("canary", "Canary", "4242"):
        assert secret not in page
    assert "&quot;amount&quot;: 500" in page


def test_failed_events_come_first_are_counted_and_applied_again_with_one_press(desk: Desk) -> None:
    for state, at in ((EventState.DEAD, 1), (EventState.APPLIED, 2), (EventState.STORED, 3)):
        row = StripeEvent.objects.create(
            event_id=f"evt_{at}", type="invoice.paid", object_id="in_1", livemode=False, body="{}",
            happened_at=now(), state=state, error="RuntimeError: a bug" if at == 1 else "",
        )  # fmt: skip
        StripeEvent.objects.filter(pk=row.pk).update(received_at=datetime(2026, 11, at, tzinfo=UTC))
    page = desk.open("/admin/donations/stripeevent/")
    assert [each.event_id for each in page.context["cl"].result_list] == ["evt_1", "evt_3", "evt_2"]
    assert "RuntimeError: a bug" in page.content.decode()
    assert "1 event of Stripe’s failed" in desk.open("/admin/").content.decode()
    dead = StripeEvent.objects.get(event_id="evt_1")
    address = f"/admin/donations/stripeevent/{dead.pk}/again/"
    assert f'formaction="{address}"' in desk.open(changing(dead)).content.decode()
    assert Desk(somebody("Editors")).client.post(address).status_code == 403
    desk.open(address)
    dead.refresh_from_db()
    assert dead.state == EventState.DEAD
    assert "will be applied again" in desk.client.post(address, follow=True).content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.error) == (EventState.STORED, "")
    assert "of Stripe’s failed" not in desk.open("/admin/").content.decode()
