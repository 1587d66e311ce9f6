"""What the stand-in answers has the fields of Stripe's API, and no others."""

import re
from typing import Any

import pytest
import stripe

from donations.stripe_stand_in import API_VERSION
from tests.conftest import StandIn
from tests.donations.stand_in.conftest import Bench
from tests.donations.stand_in.sdk_types import kind_of, object_problems

LISTS = [
    "products", "prices", "checkout/sessions", "customers", "subscriptions?status=all", "invoices",
    "invoice_payments", "payment_intents", "charges", "balance_transactions", "refunds", "events",
    "webhook_endpoints", "disputes", "radar/early_fraud_warnings",
    "billing_portal/configurations", "payment_methods",
]  # fmt: skip


def found_problems(thing: dict[str, Any]) -> list[str]:
    return list(object_problems(kind_of(thing["object"]), thing, thing["object"]))


def none_of(wrong: list[str]) -> None:
    everywhere = {re.sub(r"\[\d+\]", "[]", one) for one in wrong}
    assert not everywhere, "\n".join(sorted(everywhere))


@pytest.fixture(scope="module")
def full(_stand_in_process: StandIn) -> Bench:
    """Something of every kind, in every state that a reader can bring about. Made once: these
    tests only look.
    """
    _stand_in_process.begin_anew()
    bench = Bench(_stand_in_process.url)
    bench.freeze()
    bench.client.v1.customers.create(
        {"email": "bob@example.com", "address": {"city": "Riga"}, "metadata": {"a": "b"}}
    )
    for mode in ("payment", "subscription"):
        bench.session(mode, metadata={"intent": "1"})
        bench.paid(mode, customer_email="carol@example.com")
        bench.press(bench.session(mode), "Decline")
        bench.press(bench.session(mode), "Authenticate")
        authenticated = bench.session(mode)
        bench.press(authenticated, "Authenticate")
        bench.press(authenticated, "Complete")
        failed = bench.session(mode)
        bench.press(failed, "Authenticate")
        bench.press(failed, "Fail")
        bench.client.v1.checkout.sessions.expire(bench.session(mode).id)
    bench.paid(customer_creation="always", currency="jpy")
    refunded = bench.paid(payment_intent_data={"description": "Once", "metadata": {"a": "b"}})
    intent = str(refunded.payment_intent)
    bench.client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    for status in ("needs_response", "warning_needs_response"):
        questioned = str(bench.paid().payment_intent)
        bench.control("fraud_warning", payment_intent=questioned)
        dispute = bench.control("dispute", payment_intent=questioned, status=status)["id"]
    bench.control("inquiry_escalated", dispute=dispute)
    bench.control("dispute_won", dispute=dispute)
    for account, currency in (("DE89370400440532013000", "eur"), ("000111111116", "usd")):
        for mode in ("payment", "subscription"):
            session = bench.session(mode, currency=currency)
            bench.control("pay", session=session.id, method="bank_debit", account_number=account)
    given_back = bench.client.v1.refunds.create(
        {"payment_intent": str(bench.paid(card_number="4000000000007726").payment_intent)}
    )
    bench.control("refund_fails", refund=given_back.id)
    bench.client.v1.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings[default_payment_method]": "pm_card_visa",
        }
    )
    someone = bench.paid("subscription").customer
    bench.client.v1.billing_portal.sessions.create(
        {"customer": str(someone), "flow_data": {"type": "payment_method_update"}}
    )
    paused = str(bench.paid("subscription").subscription)
    bench.client.v1.subscriptions.update(paused, {"pause_collection": {"behavior": "void"}})
    bench.paid("subscription", card_number="4000002760003184")
    bench.paid("subscription", card_number="4000000000000341")
    ended = bench.paid("subscription", subscription_data={"metadata": {"a": "b"}})
    bench.client.v1.subscriptions.cancel(str(ended.subscription))
    ending = bench.paid("subscription", interval="year")
    bench.client.v1.subscriptions.update(str(ending.subscription), {"cancel_at_period_end": True})
    bench.client.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["invoice.paid"]}
    )
    bench.advance(days=40)
    return bench


def test_the_stand_in_speaks_the_version_of_the_sdk() -> None:
    assert stripe.api_version == API_VERSION


def test_every_object_of_every_list_has_stripes_fields(full: Bench) -> None:
    wrong: list[str] = []
    kinds: set[str] = set()
    for path in LISTS:
        joint = "&" if "?" in path else "?"
        answer = full.raw("GET", f"/v1/{path}{joint}limit=100").json
        assert set(answer) == {"object", "data", "has_more", "url"}
        assert answer["data"], path
        for thing in answer["data"]:
            kinds.add(thing["object"])
            wrong += found_problems(thing)
    none_of(wrong)
    assert len(kinds) == len(LISTS)


def test_every_object_alone_has_stripes_fields(full: Bench) -> None:
    wrong: list[str] = []
    for path in LISTS:
        base = path.partition("?")[0]
        joint = "&" if "?" in path else "?"
        for listed in full.raw("GET", f"/v1/{path}{joint}limit=100").json["data"]:
            alone = full.raw("GET", f"/v1/{base}/{listed['id']}").json
            assert alone == listed
            wrong += found_problems(alone)
    wrong += found_problems(full.raw("GET", "/v1/account").json)
    none_of(wrong)


def test_what_events_carry_has_stripes_fields(full: Bench) -> None:
    wrong: list[str] = []
    types: set[str] = set()
    full.freeze()  # events are listed for thirty days only
    first = ""
    while True:
        after = f"&starting_after={first}" if first else ""
        page = full.raw("GET", f"/v1/events?limit=100{after}").json
        for event in page["data"]:
            types.add(event["type"])
            wrong += [f"{event['type']}: {one}" for one in found_problems(event["data"]["object"])]
        if not page["has_more"]:
            break
        first = page["data"][-1]["id"]
    none_of(wrong)
    assert len(types) > 25


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("checkout/sessions", "data.line_items.data.price.product"),
        ("checkout/sessions", "data.payment_intent.latest_charge.balance_transaction"),
        ("checkout/sessions", "data.invoice.payments.data"),
        ("invoices", "data.payments.data.payment.payment_intent"),
        ("checkout/sessions", "data.subscription.latest_invoice"),
        ("checkout/sessions", "data.customer.subscriptions"),
        ("subscriptions?status=all", "data.default_payment_method"),
        ("charges", "data.refunds.data.balance_transaction"),
        ("charges", "data.payment_intent.payment_method"),
        ("invoice_payments", "data.invoice.customer"),
        ("balance_transactions", "data.source"),
        ("disputes", "data.charge.refunds"),
        ("refunds", "data.failure_balance_transaction"),
        ("radar/early_fraud_warnings", "data.payment_intent"),
    ],
)
def test_what_is_expanded_has_stripes_fields(full: Bench, path: str, expand: str) -> None:
    joint = "&" if "?" in path else "?"
    listed = full.raw("GET", f"/v1/{path}{joint}limit=100&expand[]={expand}")
    assert listed.status == 200, listed.text
    wrong = [one for thing in listed.json["data"] for one in found_problems(thing)]
    none_of(wrong)
    plain = full.raw("GET", f"/v1/{path}{joint}limit=100").json
    assert listed.json != plain


def test_what_is_deleted_says_so(full: Bench) -> None:
    customer = full.client.v1.customers.create({"email": "bob@example.com"}).id
    gone = {"id": customer, "object": "customer", "deleted": True}
    assert full.raw("DELETE", f"/v1/customers/{customer}").json == gone
    assert full.raw("GET", f"/v1/customers/{customer}").json == gone


def test_the_walk_finds_what_is_wrong(full: Bench) -> None:
    session = full.raw("GET", f"/v1/checkout/sessions/{full.session().id}").json
    assert found_problems(session) == []
    for change in (
        {"amount_total": "500"},
        {"livemode": None},
        {"mode": "once"},
        {"payment_status": 1},
        {"automatic_tax": {"enabled": 1}},
        {"metadata": {"a": 1}},
        {"new": 1},
        {"created": True},
        {"total_details": {"amount_discount": 0, "amount_shipping": 0}},
    ):
        assert found_problems(session | change) != [], change
    del session["url"]
    assert found_problems(session) == ["checkout.session.url: missing"]
