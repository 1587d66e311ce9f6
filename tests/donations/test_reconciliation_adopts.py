"""An account that has taken support before: its subscriptions become supporters, in silence."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from donations.models import LedgerEntry, StripeEvent, Subscription, Supporter, SupportIntent
from newsroom.models import OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.reconciling import Year, a_year, assert_equal_now, ours, reconcile, told

pytestmark = pytest.mark.django_db

OLD = "prod_membership"
SHOP = "prod_shop"


@pytest.fixture
def year(stripe_side: Stripe, settings: Settings) -> Iterator[Year]:
    """Another system's supporters, a shop's customers, and what both of them sell once."""
    settings.STRIPE_PRODUCTS = [OLD]
    with a_year(stripe_side) as begun:
        for product in (OLD, SHOP):
            stripe_side.api("POST", "products", id=product, name=product)
        sell(begun, "ada@example.com", OLD, 12_00)
        sell(begun, "bela@example.com", OLD, 90_00, interval="year")
        sell(begun, "eve@example.com", SHOP, 33_00)
        sell(begun, "eve@example.com", SHOP, 44_00, interval="")
        ended = sell(begun, "cato@example.com", OLD, 15_00)
        begun.passes(33)
        stripe_side.api("DELETE", f"subscriptions/{ended}")
        begun.passes(30)
        yield begun


def sell(year: Year, email: str, product: str, minor: int, interval: str = "month") -> str:
    """As somebody else's program would: none of our marks. Gives the subscription, if it is one."""
    price = "line_items[0][price_data]"
    form = {
        "mode": "subscription" if interval else "payment",
        "success_url": "https://old.example/thanks",
        "line_items[0][quantity]": 1,
        f"{price}[currency]": "usd",
        f"{price}[unit_amount]": minor,
        f"{price}[product]": product,
    }
    if interval:
        form[f"{price}[recurring][interval]"] = interval
    session = year.stripe.api("POST", "checkout/sessions", **form)["id"]
    return str(year.stripe.order("pay", session=session, email=email)["subscription"])


def test_they_become_supporters_and_nothing_is_charged_changed_or_mailed(
    year: Year, stripe_side: Stripe
) -> None:
    asked = len(stripe_side.requests())
    assert reconcile().endswith("exit status 0")
    since = stripe_side.requests()[asked:]
    assert since and {each["method"] for each in since} == {"GET"}
    assert not OutgoingMail.objects.exists()
    emails = ["ada@example.com", "bela@example.com", "cato@example.com"]
    assert sorted(Supporter.objects.values_list("email", flat=True)) == emails
    assert sorted(Subscription.objects.values_list("amount_minor", "interval", "status")) == [
        (12_00, "month", "active"), (15_00, "month", "canceled"), (90_00, "year", "active"),
    ]  # fmt: skip
    payments = LedgerEntry.objects.filter(kind="payment")
    assert sorted(payments.values_list("amount_minor", flat=True)) == [
        12_00, 12_00, 12_00, 15_00, 15_00, 90_00,
    ]  # fmt: skip
    assert all(each.supporter and each.subscription for each in payments)
    assert LedgerEntry.objects.filter(kind="fee").count() == len(payments)
    assert not SupportIntent.objects.exists()
    assert_equal_now()


def test_row_08_what_is_not_ours_is_left_alone_and_uncounted(
    year: Year, stripe_side: Stripe, settings: Settings
) -> None:
    settings.STRIPE_PRODUCTS = []
    payments = stripe_side.api("GET", "payment_intents?limit=100")["data"]
    year.refund(payments[0]["id"], 1_00)
    year.dispute(payments[1]["id"])
    said = reconcile()
    assert "0 of our objects compared: no differences." in said
    assert said.endswith("exit status 0")
    assert not Supporter.objects.exists() and not LedgerEntry.objects.exists()


def test_from_then_on_their_events_are_ours(
    year: Year, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    reconcile()
    told(stripe_side, tell, run_jobs)
    assert not OutgoingMail.objects.exists(), "what is booked already is no news"
    before = LedgerEntry.objects.filter(kind="payment").count()
    year.passes(30)
    told(stripe_side, tell, run_jobs)
    assert LedgerEntry.objects.filter(kind="payment").count() == before + 1
    assert OutgoingMail.objects.filter(purpose="receipt").count() == 1
    assert not StripeEvent.objects.filter(state="dead").exists()
    assert_equal_now()


def test_a_product_that_is_no_longer_named_is_said(
    year: Year, stripe_side: Stripe, settings: Settings
) -> None:
    reconcile()
    books = ours()
    settings.STRIPE_PRODUCTS = []
    said = reconcile()
    assert said.count("mark, here ours, at Stripe somebody else’s: REMAINS") == 3
    assert said.endswith("exit status 1")
    assert ours() == books
