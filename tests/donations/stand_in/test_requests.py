"""Requests as Stripe takes them, and every way in which it refuses one."""

import json
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest
import stripe

from donations.stripe_stand_in import API_VERSION
from tests.donations.stand_in.conftest import NOON, SUCCESS, Bench, Refused, ask

# Keys.


def test_a_request_without_a_key_is_refused(bench: Bench) -> None:
    for headers in ({}, {"Authorization": "Basic c2s6"}, {"Authorization": "Bearer "}):
        answer = ask(f"{bench.url}/v1/products", headers=headers)
        assert answer.status == 401
        assert answer.json["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "pk_test_abc", "abc"])
def test_live_and_strange_keys_are_refused_and_not_repeated(bench: Bench, key: str) -> None:
    client = stripe.StripeClient(key, base_addresses={"api": bench.url})
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.products.list()
    assert key not in str(caught.value)


def test_an_answer_names_the_request_and_the_version(bench: Bench) -> None:
    product = bench.client.v1.products.create({"name": "Support"})
    headers = product.last_response.headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == API_VERSION
    [event] = bench.events(type="product.created")
    assert event.request.id == headers["Request-Id"]


def test_another_version_is_refused(bench: Bench) -> None:
    assert bench.raw("GET", "/v1/products", Stripe_Version="2020-08-27").status == 400


# Parameters.


PRICE = "line_items[0][price_data]"
SESSIONS = "/v1/checkout/sessions"


GOOD = {
    "mode": "payment",
    "success_url": SUCCESS,
    "line_items[0][quantity]": 1,
    f"{PRICE}[currency]": "usd",
    f"{PRICE}[unit_amount]": 500,
    f"{PRICE}[product_data][name]": "Support",
}


def form(changes: dict[str, Any]) -> dict[str, Any]:
    """A good session in Stripe's form encoding, with changes; None takes a field away."""
    return {name: value for name, value in (GOOD | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"payment_method_types[0]": "card"}, "parameter_unknown", "payment_method_types"),
        ({"line_items[0][amount]": 500}, "parameter_unknown", "line_items[0][amount]"),
        ({"api_key": "sk_test_1"}, "parameter_unknown", "api_key"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items[0][quantity]": None}, "parameter_missing", "line_items[0][quantity]"),
        ({f"{PRICE}[currency]": None}, "parameter_missing", f"{PRICE}[currency]"),
        ({f"{PRICE}[unit_amount]": None}, "parameter_missing", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[product_data][name]": None}, "parameter_missing", f"{PRICE}[product]"),
        ({f"{PRICE}[product]": "prod_1"}, "parameter_missing", f"{PRICE}[product]"),
        ({"mode": "paymnt"}, None, "mode"),
        ({"mode": "setup"}, None, "mode"),
        ({"mode": ""}, "parameter_invalid_empty", "mode"),
        ({"mode[a]": "payment", "mode": None}, None, "mode"),
        ({"ui_mode": "elements"}, None, "ui_mode"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"expires_at": "1.0"}, "parameter_invalid_integer", "expires_at"),
        ({"adaptive_pricing[enabled]": "yes"}, None, "adaptive_pricing[enabled]"),
        ({"adaptive_pricing": "true"}, None, "adaptive_pricing"),
        ({"success_url": "thanks"}, "url_invalid", "success_url"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({f"{PRICE}[currency]": "xxx"}, None, f"{PRICE}[currency]"),
        ({f"{PRICE}[unit_amount]": 0}, "amount_too_small", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[unit_amount]": 49}, "amount_too_small", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[unit_amount]": -1}, "parameter_invalid_integer", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[unit_amount]": 10**8}, "amount_too_large", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[unit_amount]": "5.00"}, "parameter_invalid_integer", f"{PRICE}[unit_amount]"),
        ({f"{PRICE}[recurring][interval]": "month"}, None, f"{PRICE}[recurring]"),
        ({"mode": "subscription"}, "parameter_missing", f"{PRICE}[recurring]"),
        ({"subscription_data[description]": "x"}, None, "subscription_data"),
        ({"customer_update[name]": "auto"}, None, "customer_update"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({f"metadata[{'k' * 41}]": "v"}, None, f"metadata[{'k' * 41}]"),
        ({"metadata[k]": "v" * 501}, None, "metadata[k]"),
        ({f"metadata[k{n}]": "v" for n in range(51)}, None, "metadata"),
        ({"allowed_payment_method_types[0]": "sepa_debit"}, None, "allowed_payment_method_types"),
        (
            {
                "excluded_payment_method_types[0]": "card",
                "excluded_payment_method_types[1]": "us_bank_account",
            },
            None,
            "allowed_payment_method_types",
        ),
        ({"payment_method_configuration": "none"}, None, "payment_method_configuration"),
        ({"expand[0]": "success_url"}, None, "expand"),
        ({"expand[0]": "nothing"}, None, "expand"),
    ],
)
def test_what_makes_no_sense_is_refused_and_makes_nothing(
    bench: Bench, changes: dict[str, Any], code: str | None, param: str
) -> None:
    answer = bench.raw("POST", SESSIONS, form(changes))
    assert answer.status == 400, answer.text
    error = answer.json["error"]
    assert error["type"] == "invalid_request_error"
    assert (error.get("code"), error["param"]) == (code, param)
    assert error["message"]
    for path in (SESSIONS, "/v1/products", "/v1/events"):
        assert bench.raw("GET", path).json["data"] == []


def test_the_same_without_a_mistake_is_taken(bench: Bench) -> None:
    assert bench.raw("POST", SESSIONS, GOOD).status == 200
    most = {f"metadata[{n:040d}]": "v" * 500 for n in range(50)}
    assert bench.raw("POST", SESSIONS, form(most)).status == 200


@pytest.mark.parametrize(
    ("name", "mode"), [("payment_intent_data", "subscription"), ("subscription_data", "payment")]
)
def test_data_for_the_other_mode_is_refused(
    bench: Bench, refused: Refused, name: str, mode: str
) -> None:
    refused(bench.session, mode, param=name, **{name: {"description": "Support"}})


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("jpy", 49, "amount_too_small"),
        ("jpy", 50, None),
        ("eur", 49, "amount_too_small"),
        ("gbp", 30, None),
        ("kwd", 1001, "parameter_invalid_integer"),
        ("kwd", 1010, None),
        ("isk", 100_050, "parameter_invalid_integer"),
        ("isk", 100_000, None),
        ("USD", 50, None),
    ],
)
def test_every_currency_has_its_floor_and_its_grid(
    bench: Bench, refused: Refused, currency: str, amount: int, code: str | None
) -> None:
    if code:
        refused(bench.session, currency=currency, unit_amount=amount, code=code)
    else:
        session = bench.session(currency=currency, unit_amount=amount)
        assert (session.amount_total, session.currency) == (amount, currency.lower())


@pytest.mark.parametrize(
    ("seconds", "taken"), [(1799, False), (1800, True), (86_400, True), (86_401, False)]
)
def test_a_session_lasts_half_an_hour_to_a_day(
    bench: Bench, refused: Refused, seconds: int, taken: bool
) -> None:
    bench.freeze()
    if taken:
        assert bench.session(expires_at=NOON + seconds).expires_at == NOON + seconds
    else:
        refused(bench.session, expires_at=NOON + seconds, param="expires_at")


def test_a_customer_keeps_one_currency(bench: Bench, refused: Refused) -> None:
    customer = bench.paid("subscription").customer
    refused(
        bench.session, "subscription", customer=customer, customer_email="b@example.com",
        param="customer_email",
    )  # fmt: skip
    euros = form(
        {
            "mode": "subscription",
            "customer": customer,
            f"{PRICE}[currency]": "eur",
            f"{PRICE}[recurring][interval]": "month",
        }
    )
    answer = bench.raw("POST", SESSIONS, euros)
    assert (answer.status, answer.json["error"]["param"]) == (400, "customer")


@pytest.mark.parametrize(
    "body",
    [
        "a=1&a[b]=2", "a[b]=2&a=1", "[a]=1", "a[b=1", "=1", "a]b=1", "%ff=%ff",
        "a" + "[b]" * 40 + "=1", "line_items[x]=1", "line_items=1", "metadata=x",
    ],
)  # fmt: skip
def test_a_broken_form_is_refused(bench: Bench, body: str) -> None:
    answer = _post(bench, SESSIONS, body)
    assert answer["error"]["type"] == "invalid_request_error"


def _post(bench: Bench, path: str, body: str) -> Any:
    request = urllib.request.Request(
        f"{bench.url}{path}", body.encode(), {"Authorization": "Bearer sk_test_1"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as error:
        assert error.code == 400
        return json.loads(error.read())


def test_what_is_not_there_is_not_found(bench: Bench) -> None:
    for path in (
        "products/prod_1", "checkout/sessions/cs_1", "customers/cus_1", "subscriptions/sub_1",
        "invoices/in_1", "invoice_payments/inpay_1", "payment_intents/pi_1", "charges/ch_1",
        "balance_transactions/txn_1", "refunds/re_1", "events/evt_1", "webhook_endpoints/we_1",
    ):  # fmt: skip
        answer = bench.raw("GET", f"/v1/{path}")
        assert answer.status == 404, path
        assert answer.json["error"]["code"] == "resource_missing"
    assert bench.raw("GET", f"/v1/customers/{bench.product()}").status == 404
    for method, path in (("GET", "/v1/coupons"), ("DELETE", "/v1/products"), ("GET", "/v1/")):
        answer = bench.raw(method, path)
        assert answer.status == 404
        assert "Unrecognized request URL" in answer.json["error"]["message"]


def test_only_an_open_session_can_be_expired(bench: Bench, refused: Refused) -> None:
    sessions = bench.client.v1.checkout.sessions
    session = bench.session()
    assert sessions.expire(session.id).status == "expired"
    assert bench.event_types()[-1] == "checkout.session.expired"
    refused(sessions.expire, session.id)
    refused(sessions.expire, bench.paid().id)


# Idempotency.


def create(bench: Bench, key: str, name: str = "Support") -> Any:
    return bench.client.v1.products.create({"name": name}, {"idempotency_key": key})


def test_the_same_key_gives_the_same_answer_and_acts_once(bench: Bench) -> None:
    first, again = create(bench, "key-1"), create(bench, "key-1")
    assert first.to_dict() == again.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    original = first.last_response.headers["Request-Id"]
    assert again.last_response.headers["Original-Request"] == original
    assert len(bench.client.v1.products.list().data) == 1
    assert create(bench, "key-2").id != first.id
    assert bench.events()[0].request.idempotency_key == "key-1"


def test_a_key_with_other_parameters_is_refused(bench: Bench) -> None:
    create(bench, "key-1")
    with pytest.raises(stripe.IdempotencyError) as caught:
        create(bench, "key-1", "Something else")
    assert caught.value.http_status == 400
    answer = bench.raw("POST", "/v1/customers", {}, Idempotency_Key="key-1")
    assert answer.json["error"]["type"] == "idempotency_error"
    assert len(bench.client.v1.products.list().data) == 1


def test_a_request_that_was_never_executed_leaves_its_key_free(bench: Bench) -> None:
    assert bench.raw("POST", "/v1/products", {}, Idempotency_Key="key-1").status == 400
    assert create(bench, "key-1").name == "Support"


def test_an_executed_refusal_is_replayed(bench: Bench) -> None:
    small = form({f"{PRICE}[unit_amount]": 1})
    first = bench.raw("POST", SESSIONS, small, Idempotency_Key="key-1")
    again = bench.raw("POST", SESSIONS, small, Idempotency_Key="key-1")
    assert (first.status, first.text) == (400, again.text)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_in_flight_is_a_conflict(bench: Bench) -> None:
    bench.control("misbehave", next="hang", path="/v1/products")
    held = threading.Thread(target=_swallow, args=(create, bench, "key-1"))
    held.start()
    while not bench.control_log("/v1/products"):
        pass
    answer = bench.raw("POST", "/v1/products", {"name": "Support"}, Idempotency_Key="key-1")
    assert answer.status == 409
    assert answer.json["error"]["code"] == "idempotency_key_in_use"
    bench.control("reset")
    held.join(10)
    assert not held.is_alive()
    assert create(bench, "key-1").name == "Support"


def _swallow(call: Any, *arguments: Any) -> None:
    with pytest.raises(stripe.APIConnectionError):
        call(*arguments)


def test_twenty_at_once_with_one_key_act_once(bench: Bench) -> None:
    ids: list[str] = []
    barrier = threading.Barrier(20)

    def once() -> None:
        barrier.wait()
        answer = bench.raw("POST", "/v1/products", {"name": "Support"}, Idempotency_Key="key-1")
        ids.append(answer.json["id"])

    threads = [threading.Thread(target=once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 20
    assert len(set(ids)) == 1
    assert len(bench.client.v1.products.list().data) == 1


# Lists.


def test_lists_are_newest_first_and_come_in_pages(bench: Bench) -> None:
    ids = [bench.product() for _ in range(7)][::-1]
    products = bench.client.v1.products
    first = products.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (ids[:3], True)
    second = products.list({"limit": 3, "starting_after": ids[2]})
    assert ([one.id for one in second.data], second.has_more) == (ids[3:6], True)
    last = products.list({"limit": 3, "starting_after": ids[5]})
    assert ([one.id for one in last.data], last.has_more) == (ids[6:], False)
    back = products.list({"limit": 3, "ending_before": ids[5]})
    assert ([one.id for one in back.data], back.has_more) == (ids[2:5], True)
    assert [one.id for one in products.list({"limit": 2}).auto_paging_iter()] == ids
    some = products.list({"ids": [ids[1], ids[4]]})
    assert [one.id for one in some.data] == [ids[1], ids[4]]


def test_what_was_created_later_comes_first_whatever_was_made_first(bench: Bench) -> None:
    bench.freeze(NOON + 10)
    late = bench.product()
    bench.freeze(NOON)
    early = bench.product()
    products = bench.client.v1.products
    assert [one.id for one in products.list().data] == [late, early]
    assert [one.id for one in products.list({"starting_after": late}).data] == [early]
    for created, found in (
        ({"gte": NOON + 1}, [late]), ({"gt": NOON + 10}, []), ({"lt": NOON + 10}, [early]),
        ({"lte": NOON + 10}, [late, early]), (NOON, [early]),
    ):  # fmt: skip
        assert [one.id for one in products.list({"created": created}).data] == found


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "starting_after=prod_none", "color=red"]
)
def test_a_list_refuses_what_it_does_not_understand(bench: Bench, query: str) -> None:
    assert bench.raw("GET", f"/v1/products?{query}").status == 400


def test_lists_filter(bench: Bench) -> None:
    one, two = (
        bench.paid("subscription"),
        bench.paid("subscription", customer_email="b@example.com"),
    )
    v1 = bench.client.v1
    for resource, name, value in (
        (v1.checkout.sessions, "subscription", one.subscription),
        (v1.checkout.sessions, "customer", one.customer),
        (v1.checkout.sessions, "customer_details", {"email": "alice@example.com"}),
        (v1.customers, "email", "alice@example.com"),
        (v1.subscriptions, "customer", one.customer),
        (v1.invoices, "subscription", one.subscription),
        (v1.invoices, "customer", one.customer),
        (v1.invoice_payments, "invoice", one.invoice),
        (v1.payment_intents, "customer", one.customer),
        (v1.charges, "customer", one.customer),
    ):
        assert len(resource.list({name: value}).data) == 1, (resource, name)
        assert len(resource.list().data) == 2
    assert {session.id for session in v1.checkout.sessions.list({"status": "complete"}).data} == {
        one.id, two.id,
    }  # fmt: skip
    assert v1.checkout.sessions.list({"status": "open"}).data == []
    lines = v1.checkout.sessions.line_items.list(one.id).data
    assert [line.amount_total for line in lines] == [500]
    with pytest.raises(stripe.InvalidRequestError):
        v1.checkout.sessions.line_items.list(one.id, {"starting_after": "li_none"})


def test_only_four_levels_expand(bench: Bench, refused: Refused) -> None:
    session = bench.paid("subscription")
    retrieve = bench.client.v1.checkout.sessions.retrieve
    deep = retrieve(session.id, {"expand": ["invoice.payments", "customer", "line_items"]})
    assert deep.invoice.payments.data[0].status == "paid"
    assert deep.customer.email == "alice@example.com"
    refused(retrieve, session.id, {"expand": ["invoice.customer.subscriptions.data.customer"]})


# Customers.


def test_a_customer_is_created_changed_and_deleted(bench: Bench, refused: Refused) -> None:
    customers = bench.client.v1.customers
    made = customers.create({"email": "bob@example.com", "metadata": {"a": "1", "b": "2"}})
    changed = customers.update(
        made.id, {"name": "Bob", "metadata": {"a": "", "c": "3"}, "address": {"city": "Riga"}}
    )
    assert (changed.name, changed.metadata.to_dict()) == ("Bob", {"b": "2", "c": "3"})
    assert changed.address.city == "Riga"
    assert customers.update(made.id, {"metadata": ""}).metadata.to_dict() == {}
    [first, _] = bench.events(type="customer.updated")
    assert first.data.previous_attributes["name"] is None
    customers.update(made.id, {"name": "Bob"})  # changes nothing, tells nobody
    assert len(bench.events(type="customer.updated")) == 2
    assert customers.delete(made.id).deleted
    assert customers.retrieve(made.id).deleted
    assert customers.list().data == []
    refused(customers.update, made.id, {"name": "Eve"}, status=404, code="resource_missing")
    refused(customers.delete, made.id, status=404, code="resource_missing")


def test_deleting_a_customer_ends_what_they_pay_for(bench: Bench) -> None:
    session = bench.paid("subscription")
    bench.client.v1.customers.delete(session.customer)
    subscription = bench.client.v1.subscriptions.retrieve(session.subscription)
    assert subscription.status == "canceled"
    assert bench.event_types()[-2:] == ["customer.subscription.deleted", "customer.deleted"]
    assert len(bench.client.v1.charges.list().data) == 1


# Refunds.


def test_money_goes_back_in_parts_and_never_more_than_came(bench: Bench, refused: Refused) -> None:
    intent = bench.paid().payment_intent
    refunds = bench.client.v1.refunds
    part = refunds.create({"payment_intent": intent, "amount": 200, "metadata": {"why": "x"}})
    assert (part.status, part.amount, part.metadata["why"]) == ("succeeded", 200, "x")
    moved = bench.client.v1.balance_transactions.retrieve(part.balance_transaction)
    assert (moved.amount, moved.net, moved.type) == (-200, -200, "refund")
    [charge] = bench.client.v1.charges.list({"payment_intent": intent}).data
    assert (charge.amount_refunded, charge.refunded) == (200, False)
    refused(refunds.create, {"charge": charge.id, "amount": 301}, param="amount")
    rest = refunds.create({"charge": charge.id})
    assert rest.amount == 300
    assert bench.client.v1.charges.retrieve(charge.id).refunded
    refused(refunds.create, {"charge": charge.id}, code="charge_already_refunded")
    refused(refunds.create, {}, code="parameter_missing")
    refused(refunds.create, {"charge": "ch_none"}, code="resource_missing", param="charge")
    assert [one.id for one in refunds.list({"charge": charge.id}).data] == [rest.id, part.id]
    assert bench.event_types()[-4:] == ["charge.refunded", "refund.created"] * 2


def test_what_was_never_paid_cannot_be_refunded(bench: Bench, refused: Refused) -> None:
    session = bench.session()
    bench.press(session, "Decline")
    [charge] = bench.client.v1.charges.list().data
    refused(bench.client.v1.refunds.create, {"charge": charge.id})
    assert bench.client.v1.refunds.list().data == []
