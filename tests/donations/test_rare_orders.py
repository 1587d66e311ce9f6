"""Orders of things that are rare, and once went wrong. Each was found by a generated history."""

import pytest

from newsroom.models import Alert
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.test_money_arrives import Start

pytestmark = pytest.mark.django_db


def test_an_amount_changed_before_we_heard_of_the_first_payment_alarms_nobody(
    start: Start, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    stripe_side.pay(start())
    (subscription,) = stripe_side.api("GET", "subscriptions")["data"]
    item = subscription["items"]["data"][0]
    price = {
        "items[0][id]": item["id"],
        "items[0][price_data][currency]": "usd",
        "items[0][price_data][product]": item["price"]["product"],
        "items[0][price_data][unit_amount]": 9_00,
        "items[0][price_data][recurring][interval]": "month",
    }
    path = f"subscriptions/{subscription['id']}"
    stripe_side.api("POST", path, proration_behavior="none", **price)
    for event in stripe_side.events("checkout.session.completed"):
        tell(event)
    run_jobs()
    assert not Alert.objects.exists()
