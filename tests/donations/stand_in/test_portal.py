"""The billing portal: pinned by a configuration, opened for one customer, used by a reader."""

import re
from typing import Any

import pytest

from tests.donations.stand_in.conftest import NOON, Answer, Bench, Refused, ask

BACK = "http://127.0.0.1:9/support/manage/"
ALL = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "name"]},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    "subscription_update": {"enabled": False},
}


def configured(bench: Bench, **features: Any) -> Any:
    return bench.client.v1.billing_portal.configurations.create(
        {"features": {**ALL, **features}, "default_return_url": BACK, "metadata": {"a": "b"}}
    )


def subscribed(bench: Bench, **more: Any) -> Any:
    session = bench.paid("subscription", **more)
    return bench.client.v1.subscriptions.retrieve(session.subscription)


def opened(bench: Bench, subscription: Any, **more: Any) -> Any:
    given = {"customer": subscription.customer, "configuration": configured(bench).id, **more}
    return bench.client.v1.billing_portal.sessions.create(given)


def press(portal: Any, action: str, **form: str) -> Answer:
    return ask(portal.url, {"action": action, **form})


def reloaded(bench: Bench, subscription: Any) -> Any:
    return bench.client.v1.subscriptions.retrieve(subscription.id)


def test_the_page_shows_what_the_customer_has(bench: Bench) -> None:
    bench.freeze()
    portal = opened(bench, subscribed(bench))
    assert portal.return_url == BACK
    html = ask(portal.url).text
    for text in ("$5.00 per month", "Renews on 1 November 2026", "alice@example.com", "•••• 4242",
                 "1 October 2026", BACK, 'name="card_number"', "no real money"):  # fmt: skip
        assert text in html, text
    [invoice] = re.findall(r'href="([^"]*/invoices/[^"]*)"', html)
    assert ask(invoice).status == 200


def test_a_subscription_is_canceled_and_kept_after_all(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench)
    portal = opened(bench, subscription)
    answer = press(portal, "cancel", subscription=subscription.id)
    assert (answer.status, answer.headers["Location"]) == (303, portal.url)
    ending = reloaded(bench, subscription)
    assert ending.cancel_at_period_end
    assert ending.cancellation_details.reason == "cancellation_requested"
    assert "Ends on 1 November 2026" in ask(portal.url).text
    press(portal, "undo", subscription=subscription.id)
    assert not reloaded(bench, subscription).cancel_at_period_end
    assert bench.event_types()[-2:] == ["customer.subscription.updated"] * 2


def test_or_it_ends_at_once_where_that_is_configured(bench: Bench) -> None:
    subscription = subscribed(bench)
    at_once = configured(bench, subscription_cancel={"enabled": True, "mode": "immediately"})
    portal = opened(bench, subscription, configuration=at_once.id)
    press(portal, "cancel", subscription=subscription.id)
    assert reloaded(bench, subscription).status == "canceled"


def test_a_new_card_pays_from_now_on(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench, card_number="4000000000000341")
    portal = opened(bench, subscription)
    assert press(portal, "card", card_number="5555 5555 5555 4444").status == 303
    method = reloaded(bench, subscription).default_payment_method
    assert method != subscription.default_payment_method
    customer = bench.client.v1.customers.retrieve(subscription.customer)
    assert customer.invoice_settings.default_payment_method == method
    assert bench.event_types()[-3:] == [
        "payment_method.attached", "customer.updated", "customer.subscription.updated",
    ]  # fmt: skip
    assert "•••• 4444" in ask(portal.url).text
    bench.advance(days=31)
    assert reloaded(bench, subscription).status == "active"


def test_an_open_invoice_is_paid(bench: Bench) -> None:
    bench.freeze()
    subscription = subscribed(bench, card_number="4000000000000341")
    bench.advance(days=31)
    portal = opened(bench, subscription)
    assert "The last payment failed" in ask(portal.url).text
    [invoice, _] = bench.client.v1.invoices.list().data
    assert press(portal, "pay", invoice=invoice.id).status == 402
    press(portal, "card", card_number="4242 4242 4242 4242")
    assert press(portal, "pay", invoice=invoice.id).status == 303
    assert reloaded(bench, subscription).status == "active"
    assert press(portal, "pay", invoice=invoice.id).status == 400


def test_an_address_is_changed(bench: Bench) -> None:
    subscription = subscribed(bench)
    portal = opened(bench, subscription)
    press(portal, "customer", email="bob@example.com", name="Bob <b>")
    customer = bench.client.v1.customers.retrieve(subscription.customer)
    assert (customer.email, customer.name) == ("bob@example.com", "Bob <b>")
    assert bench.event_types()[-1] == "customer.updated"
    assert "Bob &lt;b&gt;" in ask(portal.url).text
    assert press(portal, "customer", email="nobody").status == 400


@pytest.mark.parametrize("number", ["", "1", "4000 0000 0000 0002"])
def test_a_card_that_is_none_or_declined_changes_nothing(bench: Bench, number: str) -> None:
    subscription = subscribed(bench)
    answer = press(opened(bench, subscription), "card", card_number=number)
    assert answer.status == 402
    assert 'role="alert"' in answer.text
    kept = reloaded(bench, subscription).default_payment_method
    assert kept == subscription.default_payment_method


def test_another_customers_things_are_out_of_reach(bench: Bench) -> None:
    subscription, other = subscribed(bench), subscribed(bench)
    portal = opened(bench, subscription)
    assert press(portal, "cancel", subscription=other.id).status == 400
    assert press(portal, "pay", invoice=str(other.latest_invoice)).status == 400
    assert press(portal, "explode").status == 400
    assert not reloaded(bench, other).cancel_at_period_end


@pytest.mark.parametrize(
    ("feature", "action"),
    [
        ("subscription_cancel", "cancel"), ("subscription_cancel", "undo"),
        ("payment_method_update", "card"), ("customer_update", "customer"),
        ("invoice_history", "pay"),
    ],
)  # fmt: skip
def test_what_is_switched_off_is_not_there(bench: Bench, feature: str, action: str) -> None:
    subscription = subscribed(bench)
    limited = configured(bench, **{feature: {"enabled": False}})
    portal = opened(bench, subscription, configuration=limited.id)
    assert f'value="{action}"' not in ask(portal.url).text
    form = {"subscription": subscription.id, "card_number": "4242424242424242"}
    answer = press(portal, action, email="bob@example.com", **form)
    assert (answer.status, "switched off" in answer.text) == (400, True)
    customer = bench.client.v1.customers.retrieve(subscription.customer)
    assert customer.email == "alice@example.com"


def test_a_flow_asks_for_the_card_alone(bench: Bench) -> None:
    subscription = subscribed(bench)
    done = {"type": "redirect", "redirect": {"return_url": f"{BACK}?done"}}
    flow = {"type": "payment_method_update", "after_completion": done}
    portal = opened(bench, subscription, flow_data=flow, locale="de")
    assert (portal.flow.type, portal.locale) == ("payment_method_update", "de")
    html = ask(portal.url).text
    assert 'name="card_number"' in html
    assert 'value="cancel"' not in html
    answer = press(portal, "card", card_number="4242 4242 4242 4242")
    assert (answer.status, answer.headers["Location"]) == (303, f"{BACK}?done")


def test_a_flow_may_end_with_a_word(bench: Bench) -> None:
    subscription = subscribed(bench)
    done = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Merci"}}
    flow = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription.id},
        "after_completion": done,
    }
    portal = opened(bench, subscription, flow_data=flow)
    answer = press(portal, "cancel", subscription=subscription.id)
    assert (answer.status, "Merci" in answer.text) == (200, True)


def test_the_page_is_open_for_an_hour_and_not_for_whoever_guesses(bench: Bench) -> None:
    bench.freeze()
    portal = opened(bench, subscribed(bench))
    bench.control("clock", advance=3_600)
    assert ask(portal.url).status == 200
    bench.control("clock", advance=1)
    for url in (portal.url, f"{bench.url}/p/session/{portal.id}", f"{bench.url}/p/session/"):
        assert ask(url).status == 404
        assert ask(url, {"action": "card"}).status == 404
    bench.freeze(NOON)
    bench.client.v1.customers.delete(portal.customer)
    assert ask(portal.url).status == 404


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"customer": "cus_none"}, "customer"),
        ({"configuration": "bpc_none"}, "configuration"),
        ({"locale": "klingon"}, "locale"),
        ({"return_url": "nowhere"}, "return_url"),
        ({"flow_data": {"type": "nap"}}, "flow_data[type]"),
        (
            {"flow_data": {"type": "subscription_cancel"}},
            "flow_data[subscription_cancel]",
        ),
        (
            {
                "flow_data": {
                    "type": "payment_method_update",
                    "after_completion": {"type": "redirect"},
                }
            },
            "flow_data[after_completion][redirect]",
        ),
    ],
)
def test_a_strange_session_is_refused(
    bench: Bench, refused: Refused, changes: dict[str, Any], param: str
) -> None:
    subscription = subscribed(bench)
    refused(lambda: opened(bench, subscription, **changes), param=param)


def test_without_a_configuration_there_is_the_accounts_own(bench: Bench) -> None:
    subscription = subscribed(bench)
    sessions = bench.client.v1.billing_portal.sessions
    for _ in range(2):
        portal = sessions.create({"customer": subscription.customer})
        assert ask(portal.url).status == 200
    configurations = bench.client.v1.billing_portal.configurations
    [default] = configurations.list({"is_default": True}).data
    assert default.id == portal.configuration


def test_configurations_are_found_changed_and_put_away(bench: Bench, refused: Refused) -> None:
    configurations = bench.client.v1.billing_portal.configurations
    kept, changed = configured(bench), configured(bench)
    assert kept.metadata["a"] == "b"
    updated = configurations.update(
        changed.id, {"active": False, "features": {"invoice_history": {"enabled": False}}}
    )
    assert not updated.features.invoice_history.enabled
    assert updated.features.subscription_cancel.enabled
    assert [one.id for one in configurations.list({"active": True}).data] == [kept.id]
    subscription = subscribed(bench)
    refused(lambda: opened(bench, subscription, configuration=changed.id), param="configuration")
    features = {"subscription_update": {"enabled": True}}
    refused(configurations.create, {"features": features})
    refused(configurations.create, {}, code="parameter_missing")
