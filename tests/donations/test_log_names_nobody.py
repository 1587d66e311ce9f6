"""The log carries ids, never a person: an address goes through everything, and is not in it."""

import logging
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.test import Client

from donations.models import StripeEvent, Supporter
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell

pytestmark = pytest.mark.django_db

CANARY = "canary.7391@example.com"


def test_no_address_reaches_the_log(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs, client: Client,
    caplog: pytest.LogCaptureFixture, mailoutbox: list[object],
) -> None:  # fmt: skip
    with caplog.at_level(logging.INFO):
        for every in ("month", "once"):
            session = start(every=every, amount="20")
            stripe_side.pay(session, email=CANARY)
            client.get("/support/thanks/", {"session_id": session})
        stripe_side.api("POST", "refunds", payment_intent=_payment(stripe_side), amount="100")
        for event in stripe_side.events():
            tell(event)
        tell(stripe_side.events()[-1], signature="t=1,v1=forged")
        client.post("/support/later/", {"when": "week", "email": CANARY})
        run_jobs()
    assert len(mailoutbox) >= 3
    assert caplog.records
    assert CANARY not in caplog.text
    assert "canary" not in caplog.text


def test_what_a_database_says_of_a_person_stays_out_of_the_log(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    stripe_side.pay(start(every="once", amount="20"), email=CANARY)
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)

    def refuse(*_: object, **__: object) -> None:
        raise IntegrityError(f"DETAIL: Key (email)=({CANARY}) already exists.")

    with patch.object(Supporter.objects, "get_or_create", refuse):
        run_jobs()
    assert CANARY not in caplog.text
    assert CANARY not in StripeEvent.objects.get().error


def _payment(stripe_side: Stripe) -> str:
    (charge,) = [each for each in stripe_side.events("charge.succeeded") if not each["data"]["object"].get("customer")][:1]  # fmt: skip
    return str(charge["data"]["object"]["payment_intent"])
