"""A whole newspaper's years: lists page through all of it, and stay quick."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from donations.stripe_stand_in import checkout, passing_time
from donations.stripe_stand_in.cards import Card
from donations.stripe_stand_in.resources import ROUTES
from donations.stripe_stand_in.sandbox import Sandbox
from tests.conftest import StandIn
from tests.donations.stand_in.conftest import NOON, Bench

DAY = 86_400
LISTS = (
    "checkout/sessions", "subscriptions", "invoices", "invoice_payments", "payment_intents",
    "charges", "refunds", "disputes", "customers", "balance_transactions", "events",
)  # fmt: skip


@pytest.fixture(scope="module")
def full(_stand_in_process: StandIn) -> Bench:
    """Fifteen supporters of whom five pay monthly, over three months. These tests only look."""
    _stand_in_process.begin_anew()
    bench = Bench(_stand_in_process.url)
    bench.freeze()
    product = bench.product()
    for number in range(15):
        mode = "payment" if number % 3 else "subscription"
        session = bench.paid(mode, product=product, customer_creation="always") if number % 3 else (
            bench.paid(mode, product=product)
        )  # fmt: skip
        bench.control("clock", advance=60)
        if number % 3 == 1:
            intent = session.payment_intent
            bench.client.v1.refunds.create({"payment_intent": intent, "amount": 100})
            bench.control("dispute", payment_intent=intent, amount=100)
    bench.advance(days=20)
    return bench


def walk(bench: Bench, path: str, **params: Any) -> Iterator[Any]:
    """Page by page, newest first, as the SDK does."""
    after: dict[str, str] = {}
    while True:
        query = "&".join(f"{name}={value}" for name, value in {**params, **after}.items())
        page = bench.raw("GET", f"/v1/{path}?{query}").json
        yield from page["data"]
        if not page["has_more"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}


@pytest.mark.parametrize("path", LISTS)
def test_every_page_together_is_everything_once(full: Bench, path: str) -> None:
    everything = list(walk(full, path, limit=100))
    assert [one["id"] for one in walk(full, path, limit=3)] == [one["id"] for one in everything]
    created = [one["created"] for one in everything]
    assert len(created) >= 5
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("path", LISTS)
def test_pages_can_be_turned_back(full: Bench, path: str) -> None:
    everything = [one["id"] for one in walk(full, path, limit=100)]
    page = full.raw("GET", f"/v1/{path}?limit=2&ending_before={everything[4]}").json
    assert [one["id"] for one in page["data"]] == everything[2:4]
    assert page["has_more"]
    first = full.raw("GET", f"/v1/{path}?limit=2&ending_before={everything[2]}").json
    assert [one["id"] for one in first["data"]] == everything[:2]
    assert not first["has_more"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_can_be_bounded_by_time(full: Bench, path: str) -> None:
    everything = list(walk(full, path, limit=100))
    early, late = NOON + 120, NOON + 600
    for query, within in (
        (f"created[gte]={early}", lambda at: at >= early),
        (f"created[gt]={early}", lambda at: at > early),
        (f"created[lte]={early}", lambda at: at <= early),
        (f"created[lt]={early}", lambda at: at < early),
        (f"created[gte]={early}&created[lt]={late}", lambda at: early <= at < late),
        (f"created={early}", lambda at: at == early),
    ):
        found = full.raw("GET", f"/v1/{path}?limit=100&{query}").json["data"]
        expected = [one["id"] for one in everything if within(one["created"])][:100]
        assert [one["id"] for one in found] == expected, query


@pytest.mark.parametrize("path", LISTS)
def test_a_page_after_nothing_is_refused(full: Bench, path: str) -> None:
    for cursor in ("starting_after", "ending_before"):
        answer = full.raw("GET", f"/v1/{path}?{cursor}=none")
        assert (answer.status, answer.json["error"]["param"]) == (400, cursor)
    assert full.raw("GET", f"/v1/{path}?limit=101").status == 400
    assert full.raw("GET", f"/v1/{path}?colour=red").status == 400


@pytest.mark.parametrize(
    ("path", "name", "read"),
    [
        ("checkout/sessions", "status", lambda one: one["status"]),
        ("checkout/sessions", "payment_intent", lambda one: one["payment_intent"]),
        ("checkout/sessions", "subscription", lambda one: one["subscription"]),
        ("checkout/sessions", "customer", lambda one: one["customer"]),
        ("subscriptions", "status", lambda one: one["status"]),
        ("subscriptions", "customer", lambda one: one["customer"]),
        ("invoices", "status", lambda one: one["status"]),
        ("invoices", "customer", lambda one: one["customer"]),
        (
            "invoices",
            "subscription",
            lambda one: one["parent"]["subscription_details"]["subscription"],
        ),
        ("invoice_payments", "invoice", lambda one: one["invoice"]),
        ("invoice_payments", "status", lambda one: one["status"]),
        ("payment_intents", "customer", lambda one: one["customer"]),
        ("charges", "payment_intent", lambda one: one["payment_intent"]),
        ("charges", "customer", lambda one: one["customer"]),
        ("refunds", "charge", lambda one: one["charge"]),
        ("refunds", "payment_intent", lambda one: one["payment_intent"]),
        ("disputes", "charge", lambda one: one["charge"]),
        ("disputes", "payment_intent", lambda one: one["payment_intent"]),
        ("customers", "email", lambda one: one["email"]),
        ("balance_transactions", "source", lambda one: one["source"]),
        ("balance_transactions", "type", lambda one: one["type"]),
        ("balance_transactions", "currency", lambda one: one["currency"]),
        ("events", "type", lambda one: one["type"]),
    ],
)
def test_a_list_can_be_filtered(full: Bench, path: str, name: str, read: Any) -> None:
    everything = list(walk(full, path, limit=100))
    value = read(next(one for one in reversed(everything) if read(one)))
    found = walk(full, path, limit=2, **{name: value})
    expected = [one["id"] for one in everything if read(one) == value]
    assert [one["id"] for one in found] == expected
    assert full.raw("GET", f"/v1/{path}?{name}=no_such").json.get("data", []) == []


# In this process: years pass without HTTP.


def founded(supporters: int) -> Sandbox:
    """An account with so many monthly supporters, whose clock is frozen."""
    sandbox = Sandbox(url="http://127.0.0.1:9", seed=4)
    create = {(route.method, route.path): route.handle for route in ROUTES}
    with sandbox.store.transaction():
        sandbox.freeze(NOON)
        sandbox.store.remember("webhooks", value=False)
        product = create["POST", "/v1/products"](sandbox, {"name": "Support"})["id"]
        for number in range(supporters):
            price = {
                "currency": "usd", "product": product, "unit_amount": 500,
                "recurring": {"interval": "month"},
            }  # fmt: skip
            session = create["POST", "/v1/checkout/sessions"](
                sandbox,
                {
                    "mode": "subscription",
                    "line_items": [{"price_data": price, "quantity": 1}],
                    "success_url": "http://127.0.0.1:9/",
                },
            )
            means, email = Card("4242424242424242"), f"reader{number}@example.com"
            assert not checkout.pay(sandbox, session, email=email, name=None, means=means)
    return sandbox


def later(sandbox: Sandbox, days: int) -> int:
    """So many days later; how many things happened."""
    with sandbox.store.transaction():
        until = sandbox.now() + days * DAY
        done = passing_time.catch_up(sandbox, until)
        sandbox.freeze(until)
    return done


def test_a_renewal_is_quick() -> None:
    sandbox = founded(50)
    began = time.process_time()
    assert later(sandbox, 31 + 30) == 100
    assert (time.process_time() - began) / 100 < 0.02  # ten times what it takes
    assert len(sandbox.store.find("invoice")) == 150


def test_old_events_are_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = founded(3)
    later(sandbox, 40)
    before = len(sandbox.store.find("event"))
    with sandbox.store.transaction():
        passing_time.forget_old_events(sandbox, sandbox.now())
    assert len(sandbox.store.find("event")) == before
    monkeypatch.setattr(passing_time, "MOST_OLD_EVENTS", 2)
    old = sandbox.store.find("event", oldest_first=True)[0]
    with sandbox.store.transaction():
        sandbox.store.rows(
            "INSERT INTO deliveries (event, endpoint, made_at, due_at) VALUES (?, 'we_1', 0, 0)",
            (old["id"],),
        )
        passing_time.forget_old_events(sandbox, sandbox.now())
    kept = sandbox.store.find("event")
    assert len(kept) < before
    assert {one["id"] for one in kept if one["created"] == NOON} == {old["id"]}


def test_no_deliveries_are_queued_while_webhooks_are_off(bench: Bench) -> None:
    bench.client.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["*"]}
    )
    bench.control("webhooks", enabled=0)
    bench.paid()
    bench.control("webhooks", enabled=1)
    assert bench.control("deliver") == {"delivered": 0, "failed": 0}


@pytest.mark.parametrize("kind", ["subscription", "charge", "invoice"])
def test_the_same_seed_and_clock_give_the_same_ids(kind: str) -> None:
    first, second = founded(2), founded(2)
    for sandbox in (first, second):
        later(sandbox, 40)
        sandbox.new_id("req", 14)
    ids = [[one["id"] for one in sandbox.store.find(kind)] for sandbox in (first, second)]
    assert ids[0] == ids[1] != []
