"""Names and addresses that are none: the money is booked, and nothing goes out wrongly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from donations import stripe_api
from donations.models import EventState, LedgerEntry, StripeEvent, Supporter
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell

pytestmark = pytest.mark.django_db

STRANGE = [
    "ada@example.com\r\nBcc: everybody@example.com",
    "ada@example.com\nSubject: hello",
    "ada@example.com, eve@example.com",
    "ada@example.com\0",
    "\u202ada@example.com\u202e",
    "ada\u202e@example.com",
    "a" * 10_000 + "@example.com",
    "ada@" + "example." * 2_000 + "com",
    "Ada <ada@example.com>",
    "ada",
    "\ud800@example.com",
    " ",
]


def typed(ask: Callable[..., Any], email: str) -> Callable[..., Any]:
    """As if a person had typed that on Stripe's page, and Stripe had let it pass."""
    return lambda *args, **kwargs: replace(ask(*args, **kwargs), email=email)


@pytest.mark.parametrize("email", STRANGE)
@pytest.mark.parametrize(
    ("every", "name"), [("once", "retrieve_session"), ("month", "retrieve_subscription")]
)
def test_the_money_is_booked_whatever_the_address(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, client: Client,
    mailoutbox: list[EmailMessage], every: str, name: str, email: str,
) -> None:  # fmt: skip
    session = start(every=every, amount="20")
    stripe_side.pay(session, name="Ada\r\nBcc: everybody@example.com")
    with patch.object(stripe_api, name, typed(getattr(stripe_api, name), email)):
        page = client.get("/support/thanks/", {"session_id": session})
        for event in stripe_side.events():
            tell(event)
        run_jobs()
    assert page.context["state"] == "paid"
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert Supporter.objects.get().email == ""
    assert not StripeEvent.objects.filter(state__in=[EventState.DEAD, EventState.STORED]).exists()
    assert not OutgoingMail.objects.filter(purpose="receipt").exists()
    assert mailoutbox == []
    (alert,) = Alert.objects.filter(cause="supporters.address") if email.strip() else [None]
    assert alert is None or "example" not in alert.message


def test_an_address_with_blanks_and_capitals_is_an_address(
    start: Callable[..., str], stripe_side: Stripe, client: Client
) -> None:
    session = start(every="once", amount="20")
    stripe_side.pay(session)
    ask = typed(stripe_api.retrieve_session, "  Ada@Example.com ")
    with patch.object(stripe_api, "retrieve_session", ask):
        client.get("/support/thanks/", {"session_id": session})
    assert Supporter.objects.get().email == "ada@example.com"
    assert OutgoingMail.objects.get(purpose="receipt").recipient == "ada@example.com"
