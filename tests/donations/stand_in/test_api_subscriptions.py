"""Subscriptions made, changed and paused by API: as another system on the same account would."""

from typing import Any

import pytest

from tests.donations.stand_in.conftest import NOON, Bench, Refused

DAY = 86_400


def customer(bench: Bench, method: str | None = "pm_card_visa", **more: Any) -> Any:
    given: dict[str, Any] = {"email": "bob@example.com", **more}
    if method:
        settings = {"default_payment_method": method}
        given |= {"payment_method": method, "invoice_settings": settings}
    return bench.client.v1.customers.create(given)


def price(bench: Bench, amount: int = 700, interval: str = "month", **more: Any) -> dict[str, Any]:
    return {
        "currency": "usd",
        "product": bench.product(),
        "recurring": {"interval": interval},
        "unit_amount": amount,
        **more,
    }


def subscribe(bench: Bench, owner: Any = None, **more: Any) -> Any:
    given = {
        "customer": (owner or customer(bench)).id,
        "items": [{"price_data": price(bench)}],
        **more,
    }
    return bench.client.v1.subscriptions.create(given)


def reloaded(bench: Bench, subscription: Any) -> Any:
    return bench.client.v1.subscriptions.retrieve(subscription.id)


def invoices(bench: Bench) -> list[Any]:
    """Oldest first."""
    return list(reversed(bench.client.v1.invoices.list({"limit": 100}).data))


def test_one_is_paid_at_once_with_what_is_on_file(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench, metadata={"plan": "friend"}, description="Friend")
    assert (subscription.status, subscription.metadata["plan"]) == ("active", "friend")
    assert subscription.default_payment_method is None
    assert subscription.description == "Friend"
    [invoice] = invoices(bench)
    assert (invoice.status, invoice.amount_paid) == ("paid", 700)
    assert invoice.billing_reason == "subscription_create"
    bench.advance(days=31)
    assert [one.status for one in invoices(bench)] == ["paid", "paid"]


def test_one_is_paid_with_its_own_method(bench: Bench) -> None:
    owner = customer(bench, method=None)
    method = bench.client.v1.payment_methods.attach("pm_card_mastercard", {"customer": owner.id})
    subscription = subscribe(bench, owner, default_payment_method=method.id)
    assert subscription.default_payment_method == method.id
    assert method.card.brand == "mastercard"
    assert "payment_method.attached" in bench.event_types()
    listed = bench.client.v1.customers.payment_methods.list(owner.id).data
    assert [one.id for one in listed] == [method.id]


def test_one_with_several_of_a_kind(bench: Bench) -> None:
    items = [{"price_data": price(bench), "quantity": 3}, {"price_data": price(bench, 100)}]
    subscription = subscribe(bench, items=items)
    assert [item.quantity for item in subscription["items"].data] == [3, 1]
    assert invoices(bench)[0].amount_paid == 2_200
    by_price = bench.client.v1.subscriptions.list(
        {"price": subscription["items"].data[1].price.id}
    ).data
    assert [one.id for one in by_price] == [subscription.id]
    assert bench.client.v1.subscriptions.list({"price": "price_none"}).data == []


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("allow_incomplete", "incomplete"), ("default_incomplete", "incomplete")],
)
def test_a_first_payment_that_fails_leaves_it_incomplete(
    bench: Bench, behavior: str, status: str
) -> None:
    bench.freeze()
    owner = customer(bench, method="pm_card_chargeCustomerFail")
    subscription = subscribe(bench, owner, payment_behavior=behavior)
    assert subscription.status == status
    assert invoices(bench)[0].status == "open"
    bench.control("clock", advance=23 * 3600)
    assert reloaded(bench, subscription).status == "incomplete_expired"


def test_a_first_payment_that_must_succeed(bench: Bench, refused: Refused) -> None:
    owner = customer(bench, method="pm_card_chargeCustomerFail")
    refused(
        lambda: subscribe(bench, owner, payment_behavior="error_if_incomplete"),
        status=402,
        code="card_declined",
    )
    assert bench.client.v1.subscriptions.list({"status": "all"}).data == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": []}, "parameter_missing"),
        ({"customer": "cus_none"}, "resource_missing"),
        ({"items": [{}]}, "parameter_missing"),
        ({"items": [{"price": "price_none"}]}, "resource_missing"),
        ({"default_payment_method": "pm_none"}, "resource_missing"),
        ({"default_payment_method": "pm_card_visa"}, "resource_missing"),
        ({"currency": "eur"}, None),
        ({"cancel_at": 1}, None),
        ({"cancel_at": NOON + 10**9, "cancel_at_period_end": True}, None),
        ({"trial": True}, "parameter_unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(
    bench: Bench, refused: Refused, changes: dict[str, Any], code: str | None
) -> None:
    refused(lambda: subscribe(bench, **changes), code=code)
    assert bench.client.v1.subscriptions.list({"status": "all"}).data == []


def test_without_a_method_or_in_two_currencies_none_is_made(bench: Bench, refused: Refused) -> None:
    refused(lambda: subscribe(bench, customer(bench, method=None)), code="resource_missing")
    owner = customer(bench)
    subscribe(bench, owner)
    euros = [{"price_data": price(bench, currency="eur")}]
    refused(lambda: subscribe(bench, owner, items=euros))
    mixed = [{"price_data": price(bench)}, {"price_data": price(bench, interval="year")}]
    refused(lambda: subscribe(bench, items=mixed), param="items")


def test_a_card_that_is_declined_is_not_attached(bench: Bench, refused: Refused) -> None:
    owner = customer(bench, method=None)
    attach = bench.client.v1.payment_methods.attach
    refused(attach, "pm_card_chargeDeclined", {"customer": owner.id}, status=402)
    refused(attach, "pm_none", {"customer": owner.id}, status=404)
    refused(attach, "pm_card_visa", {"customer": "cus_none"}, code="resource_missing")
    refused(attach, "pm_card_visa", {}, code="parameter_missing")
    method = attach("pm_card_visa", {"customer": owner.id})
    refused(attach, method.id, {"customer": customer(bench).id})
    assert attach(method.id, {"customer": owner.id}).id == method.id


def test_a_method_that_is_taken_away_pays_no_more(bench: Bench, refused: Refused) -> None:
    bench.freeze()
    owner = customer(bench)
    subscription = subscribe(bench, owner)
    method = bench.client.v1.customers.retrieve(owner.id).invoice_settings.default_payment_method
    detached = bench.client.v1.payment_methods.detach(method)
    assert detached.customer is None
    assert bench.event_types()[-2:] == ["customer.updated", "payment_method.detached"]
    refused(bench.client.v1.payment_methods.detach, method)
    bench.advance(days=31)
    assert reloaded(bench, subscription).status == "past_due"
    [_, renewal] = invoices(bench)
    assert (renewal.status, renewal.attempt_count) == ("open", 1)
    assert len(bench.client.v1.charges.list().data) == 1


def test_another_amount_counts_from_the_next_period(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    [item] = subscription["items"].data
    bench.advance(days=10)
    changed = bench.client.v1.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item.id, "price_data": price(bench, 900)}],
            "proration_behavior": "none",
        },
    )
    [new] = changed["items"].data
    assert (new.id, new.price.unit_amount, new.plan.amount) == (item.id, 900, 900)
    assert new.current_period_end == item.current_period_end
    last = bench.events()[-1]
    assert last.type == "customer.subscription.updated"
    assert last.data.previous_attributes["items"]
    bench.advance(days=21)
    assert [one.amount_paid for one in invoices(bench)] == [700, 900]


def test_another_rhythm_counts_from_now(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    [item] = subscription["items"].data
    now = bench.advance(days=10)
    changed = bench.client.v1.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item.id, "price_data": price(bench, 7_000, "year")}],
            "proration_behavior": "none",
        },
    )
    [new] = changed["items"].data
    assert (changed.billing_cycle_anchor, new.current_period_start) == (now, now)
    assert new.current_period_end == now + 365 * DAY
    [_, invoice] = invoices(bench)
    assert (invoice.amount_paid, invoice.billing_reason) == (7_000, "subscription_update")
    bench.advance(days=364)
    assert len(invoices(bench)) == 2
    bench.advance(days=1)
    assert len(invoices(bench)) == 3


def test_items_come_and_go(bench: Bench, refused: Refused) -> None:
    subscription = subscribe(bench)
    [item] = subscription["items"].data
    update = bench.client.v1.subscriptions.update
    more = {"items": [{"price_data": price(bench, 300)}], "proration_behavior": "none"}
    changed = update(subscription.id, more)
    assert len(changed["items"].data) == 2
    changed = update(
        subscription.id,
        {"items": [{"id": item.id, "deleted": True}], "proration_behavior": "none"},
    )
    [left] = changed["items"].data
    assert left.price.unit_amount == 300
    gone = {"items": [{"id": left.id, "deleted": True}], "proration_behavior": "none"}
    refused(update, subscription.id, gone, param="items")


def test_a_change_that_makes_no_sense_is_refused(bench: Bench, refused: Refused) -> None:
    subscription = subscribe(bench)
    [item] = subscription["items"].data
    update = bench.client.v1.subscriptions.update
    for items in (
        [{"id": "si_none", "quantity": 2}],
        [{"id": item.id, "quantity": 2}],  # would have to be prorated
        [{"id": item.id, "price_data": price(bench, currency="eur")}],
        [{"id": item.id, "price_data": price(bench, 10)}],
    ):
        refused(update, subscription.id, {"items": items})
    for pause in ({"behavior": "nap"}, {"behavior": "void", "resumes_at": 1}, {"resumes_at": 1}):
        refused(update, subscription.id, {"pause_collection": pause})
    unchanged = update(subscription.id, {"items": [{"id": item.id, "quantity": 1}]})
    assert unchanged["items"].data[0].quantity == 1


@pytest.mark.parametrize(
    ("behavior", "status"),
    [("void", "void"), ("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")],
)
def test_a_paused_one_bills_and_does_not_collect(bench: Bench, behavior: str, status: str) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    pause = {"pause_collection": {"behavior": behavior}}
    paused = bench.client.v1.subscriptions.update(subscription.id, pause)
    assert (paused.status, paused.pause_collection.behavior) == ("active", behavior)
    bench.advance(days=31)
    assert [one.status for one in invoices(bench)] == ["paid", status]
    assert len(bench.client.v1.charges.list().data) == 1
    resumed = bench.client.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    assert resumed.pause_collection is None
    bench.advance(days=30)
    assert [one.status for one in invoices(bench)] == ["paid", status, "paid"]


def test_a_pause_ends_by_itself(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    resumes = {"behavior": "void", "resumes_at": NOON + 40 * DAY}
    bench.client.v1.subscriptions.update(subscription.id, {"pause_collection": resumes})
    bench.advance(days=39)
    assert reloaded(bench, subscription).pause_collection is not None
    bench.advance(days=1)
    assert reloaded(bench, subscription).pause_collection is None
    assert bench.events()[-1].created == NOON + 40 * DAY
    bench.advance(days=21)
    assert [one.status for one in invoices(bench)] == ["paid", "void", "paid"]


def test_one_ends_at_a_moment_and_not_before(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    ends = NOON + 45 * DAY
    update = bench.client.v1.subscriptions.update
    ending = update(subscription.id, {"cancel_at": ends})
    assert (ending.cancel_at, ending.cancel_at_period_end) == (ends, False)
    assert update(subscription.id, {"cancel_at": ""}).cancel_at is None
    update(subscription.id, {"cancel_at": ends, "cancellation_details": {"feedback": "unused"}})
    bench.advance(days=44)
    assert reloaded(bench, subscription).status == "active"
    bench.advance(days=1)
    ended = reloaded(bench, subscription)
    assert (ended.status, ended.ended_at) == ("canceled", ends)
    assert ended.cancellation_details.feedback == "unused"
    assert len(invoices(bench)) == 2


def test_subscriptions_are_listed_by_state_customer_and_time(bench: Bench) -> None:
    bench.freeze()
    first = subscribe(bench)
    bench.advance(days=1)
    second = subscribe(bench)
    subscriptions = bench.client.v1.subscriptions
    subscriptions.cancel(first.id)
    ids = {"all": [second.id, first.id], "canceled": [first.id], "active": [second.id]}
    for status, expected in ids.items():
        assert [one.id for one in subscriptions.list({"status": status}).data] == expected
    assert [one.id for one in subscriptions.list({"customer": second.customer}).data] == [second.id]
    newer = subscriptions.list({"status": "all", "created": {"gte": NOON + DAY}}).data
    assert [one.id for one in newer] == [second.id]


@pytest.mark.parametrize("status", ["canceled", "unpaid", "past_due"])
def test_the_account_says_what_comes_after_the_last_try(bench: Bench, status: str) -> None:
    bench.freeze()
    bench.control("after_retries", status=status)
    owner = customer(bench)
    subscription = subscribe(bench, owner)
    bench.control("renewals", subscription=subscription.id, card="decline")
    bench.advance(days=31 + 15)
    assert reloaded(bench, subscription).status == status
    bench.control("renewals", subscription=subscription.id, card="succeed")
    bench.advance(days=30)
    left = {"canceled": ["paid", "open"], "unpaid": ["paid", "open", "draft"]}
    assert [one.status for one in invoices(bench)] == left.get(status, ["paid", "open", "paid"])


def test_an_unpaid_one_recovers_when_its_invoice_is_paid(bench: Bench) -> None:
    bench.freeze()
    bench.control("after_retries", status="unpaid")
    subscription = subscribe(bench)
    bench.control("renewals", subscription=subscription.id, card="decline")
    bench.advance(days=31 + 15)
    bench.control("renewals", subscription=subscription.id, card="succeed")
    [_, renewal] = invoices(bench)
    assert bench.client.v1.invoices.pay(renewal.id).status == "paid"
    assert reloaded(bench, subscription).status == "active"


def test_a_bank_may_want_to_see_the_reader_at_a_renewal(bench: Bench) -> None:
    bench.freeze()
    subscription = bench.client.v1.subscriptions.retrieve(
        bench.paid("subscription", card_number="4000002760003184").subscription
    )
    bench.advance(days=31)
    assert reloaded(bench, subscription).status == "past_due"
    [_, renewal] = invoices(bench)
    types = bench.event_types()
    assert types.index("invoice.payment_failed") < types.index("invoice.payment_action_required")
    expanded = bench.client.v1.invoices.retrieve(
        renewal.id, {"expand": ["payments.data.payment.payment_intent"]}
    )
    assert expanded.payments.data[0].payment.payment_intent.status == "requires_action"
    bench.control("authenticate", invoice=renewal.id)
    assert reloaded(bench, subscription).status == "active"
    assert bench.client.v1.invoices.retrieve(renewal.id).status == "paid"
    assert bench.raw("POST", "/_stand_in/authenticate", {"invoice": renewal.id}).status == 400


def test_a_bank_may_want_to_see_the_reader_at_the_first_payment(bench: Bench) -> None:
    subscription = subscribe(bench, customer(bench, method="pm_card_authenticationRequired"))
    assert subscription.status == "incomplete"
    assert "invoice.payment_action_required" in bench.event_types()
    [invoice] = invoices(bench)
    bench.control("authenticate", invoice=invoice.id)
    assert reloaded(bench, subscription).status == "active"


def test_deleting_the_customer_ends_it_and_keeps_what_was_paid(bench: Bench) -> None:
    bench.freeze()
    owner = customer(bench)
    subscription = subscribe(bench, owner)
    bench.client.v1.customers.delete(owner.id)
    assert bench.event_types()[-2:] == ["customer.subscription.deleted", "customer.deleted"]
    assert reloaded(bench, subscription).status == "canceled"
    bench.advance(days=40)
    assert len(invoices(bench)) == 1
    assert invoices(bench)[0].customer == owner.id


def test_an_open_invoice_can_be_paid_voided_or_given_up(bench: Bench, refused: Refused) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    bench.control("renewals", subscription=subscription.id, card="decline")
    bench.advance(days=31)
    [paid, renewal] = invoices(bench)
    pay = bench.client.v1.invoices.pay
    refused(pay, paid.id, code="invoice_already_paid")
    refused(pay, renewal.id, status=402, code="card_declined")
    tried = bench.client.v1.invoices.retrieve(renewal.id)
    assert (tried.status, tried.attempt_count) == ("open", 2)
    refused(pay, renewal.id, {"payment_method": "pm_none"}, code="resource_missing")
    refused(bench.client.v1.invoices.void_invoice, paid.id)
    refused(bench.client.v1.invoices.finalize_invoice, renewal.id)
    given_up = bench.client.v1.invoices.mark_uncollectible(renewal.id)
    assert (given_up.status, given_up.next_payment_attempt) == ("uncollectible", None)
    voided = bench.client.v1.invoices.void_invoice(renewal.id)
    assert (voided.status, bench.event_types()[-1]) == ("void", "invoice.voided")
    refused(pay, renewal.id)


def test_what_a_deleted_customer_left_is_refused(bench: Bench, refused: Refused) -> None:
    bench.freeze()
    owner = customer(bench)
    subscription = subscribe(bench, owner)
    session = bench.session("subscription", customer=owner.id)
    pause = {"pause_collection": {"behavior": "keep_as_draft"}}
    bench.client.v1.subscriptions.update(subscription.id, pause)
    bench.advance(days=31)
    [_, draft] = invoices(bench)
    again = bench.session("subscription", customer=owner.id)
    bench.client.v1.customers.delete(owner.id)
    for invoice in (draft.id, invoices(bench)[0].id):
        refused(bench.client.v1.invoices.pay, invoice)
    assert bench.press(again, "Pay").status == 400
    assert bench.press(session, "Pay").status == 200  # expired meanwhile
    refused(lambda: subscribe(bench, owner), code="resource_missing")


def test_an_invoice_that_a_bank_is_asked_for_waits(bench: Bench, refused: Refused) -> None:
    subscription = subscribe(bench, customer(bench, method="pm_usBankAccount"))
    assert subscription.status == "active"
    [invoice] = invoices(bench)
    assert invoice.status == "open"
    refused(bench.client.v1.invoices.pay, invoice.id)
    refused(bench.client.v1.invoices.void_invoice, invoice.id)
    [charge] = bench.client.v1.charges.list().data
    bench.control("settle", payment_intent=charge.payment_intent)
    assert invoices(bench)[0].status == "paid"


def test_a_draft_is_finalized_and_paid(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribe(bench)
    pause = {"pause_collection": {"behavior": "keep_as_draft"}}
    bench.client.v1.subscriptions.update(subscription.id, pause)
    bench.advance(days=31)
    [_, draft] = invoices(bench)
    assert (draft.status, draft.number) == ("draft", None)
    assert bench.client.v1.invoices.pay(draft.id).status == "paid"


def test_a_price_of_the_catalogue_is_subscribed_to(bench: Bench, refused: Refused) -> None:
    prices = bench.client.v1.prices
    made = prices.create({**price(bench), "nickname": "Friend", "metadata": {"a": "b"}})
    assert (made.active, made.nickname, made.metadata["a"]) == (True, "Friend", "b")
    once = prices.create({"currency": "usd", "product": made.product, "unit_amount": 900})
    assert [one.id for one in prices.list({"product": made.product}).data] == [once.id, made.id]
    assert [one.id for one in prices.list({"type": "recurring"}).data] == [made.id]
    subscription = subscribe(bench, items=[{"price": made.id}])
    assert subscription["items"].data[0].price.id == made.id
    refused(lambda: subscribe(bench, items=[{"price": once.id}]), param="items[0][price]")
    refused(prices.create, {"currency": "usd", "unit_amount": 900}, param="product")
    refused(prices.create, {"currency": "usd", "product": made.product}, param="unit_amount")
    refused(prices.create, {**price(bench), "currency": "euro"}, param="currency")
