"""Stripe's side of a payment, as a test moves it."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import stripe
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from donations import stripe_api
from donations.stripe_api import _client
from tests.conftest import RunJobs, StandIn

WEBHOOK = "/support/stripe/webhook/"


class Stripe:
    """The stand-in, asked and ordered about; its events reach us only when `tell` says so."""

    def __init__(self, url: str) -> None:
        self.url = url

    def order(self, act: str, **form: object) -> dict[str, Any]:
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.url}/_stand_in/{act}", data=body) as answer:
            return dict(json.load(answer))

    def pay(self, session: str, email: str = "ada@example.com", **form: object) -> None:
        self.order("pay", session=session, email=email, **form)

    def misbehave(self, fault: str, path: str = "/v1/", times: int = 1) -> None:
        self.order("misbehave", next=fault, path=path, times=times)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[time_machine.Traveller]:
        """Stop everybody's clock."""
        self.order("clock", now=int(moment.timestamp()))
        with time_machine.travel(moment, tick=False) as clock:
            yield clock

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/_stand_in/requests") as answer:
            return [each for each in json.load(answer)["data"] if each["path"].startswith(path)]

    def api(self, method: str, path: str, **form: object) -> dict[str, Any]:
        """Use Stripe's API as somebody else would: its dashboard, or another program."""
        ask = urllib.request.Request(
            f"{self.url}/v1/{path}",
            data=urllib.parse.urlencode(form).encode() if method == "POST" else None,
            method=method,
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
        )
        with urllib.request.urlopen(ask) as answer:
            return dict(json.load(answer))

    def events(self, *types: str) -> list[dict[str, Any]]:
        """All that happened, oldest first; or those of some types."""
        found = self.api("GET", "events?limit=100")["data"]
        return [each for each in reversed(found) if not types or each["type"] in types]


@pytest.fixture
def stripe_side(stand_in: StandIn) -> Iterator[Stripe]:
    side = Stripe(stand_in.url)
    side.order("webhooks", enabled=0)
    yield side
    side.order("webhooks", enabled=1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ask Stripe once only, so that no test waits for another try."""
    _client.cache_clear()
    monkeypatch.setattr(stripe_api, "RETRIES", 0)
    monkeypatch.setattr(stripe_api, "RETRIES_IN_VIEW", 0)
    yield
    _client.cache_clear()


@contextmanager
def no_time(fault: str) -> Iterator[None]:
    """Where Stripe hangs, give up on it at once; any other fault comes by itself."""
    short = 0.3 if fault.startswith("hang") else 10.0
    with patch.multiple(stripe_api, TIMEOUT=short, SHORT_TIMEOUT=short):
        _client.cache_clear()
        yield
    _client.cache_clear()


def signed(body: bytes, *, secret: str = "", at: int | None = None) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret or settings.STRIPE_WEBHOOK_SECRETS[0], at or int(time.time())
    )
    return header


Tell = Callable[..., HttpResponse]


@pytest.fixture
def tell(client: Client) -> Tell:
    """Deliver an event as Stripe would: `tell(event)`, or any body with any signature."""

    def post(
        event: object, *, signature: str | None = None, at: int | None = None, secret: str = ""
    ) -> HttpResponse:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        signature = signed(body, secret=secret, at=at) if signature is None else signature
        return client.post(  # type: ignore[return-value]
            WEBHOOK, body, "application/json", headers={"Stripe-Signature": signature}
        )

    return post


@pytest.fixture
def start(client: Client, stripe_side: Stripe) -> Callable[..., str]:
    """Press the button of the support page; gives the id of the session that opened."""

    def press(**form: object) -> str:
        chosen = {"every": "month", "amount": "5", "currency": "usd", **form}
        response = client.post("/support/checkout/", chosen)
        assert response.status_code == 303, response.content
        return str(response["Location"]).rpartition("/")[2].partition("#")[0]

    return press


class Life:
    """One clock for Stripe and us. Whatever happens at Stripe is told, and done, at once."""

    def __init__(self, side: Stripe, clock: time_machine.Traveller, tell: Tell, run: Any) -> None:
        self.side = side
        self._clock = clock
        self.tell = tell
        self._run = run
        self._told: set[str] = set()

    def catch_up(self) -> None:
        """Tell all that was not told yet, in its order."""
        for event in self.side.events():
            if event["id"] not in self._told:
                self._told.add(event["id"])
                self.tell(event)
        self._run()

    def wait(self, *, told: bool = True, **delta: float) -> None:
        """Let time pass. Unless `told`, we sleep through what Stripe says meanwhile."""
        passed = timedelta(**delta)
        self._clock.shift(passed)
        self.side.order("clock", advance=int(passed.total_seconds()))
        if told:
            self.catch_up()

    def pay(self, session: str, **form: object) -> None:
        self.side.pay(session, **form)  # type: ignore[arg-type]
        self.catch_up()

    def renewals(self, subscription: str, card: str) -> None:
        """From now on they `decline` or `succeed`."""
        self.side.order("renewals", subscription=subscription, card=card)

    def do(self, act: str, **form: object) -> dict[str, Any]:
        """Let something happen at Stripe, and hear of it."""
        done = self.side.order(act, **form)
        self.catch_up()
        return done

    def api(self, method: str, path: str, **form: object) -> dict[str, Any]:
        """What somebody does in Stripe's dashboard; and hear of it."""
        done = self.side.api(method, path, **form)
        self.catch_up()
        return done


@pytest.fixture
def life(stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> Iterator[Life]:
    with stripe_side.at(datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) as clock:
        yield Life(stripe_side, clock, tell, run_jobs)
