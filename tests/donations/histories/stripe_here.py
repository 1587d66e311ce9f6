"""The Stripe stand-in within this process: as exact as its server, and forty times as quick.

The paper's own code still speaks through the official SDK, of which only the wire is replaced.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import stripe
from django.conf import settings

from donations import stripe_api
from donations.stripe_stand_in.api import Api, Dropped
from donations.stripe_stand_in.control import Control
from donations.stripe_stand_in.json_types import public
from donations.stripe_stand_in.misbehaviour import Misbehaviour, Weather
from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.webhooks import Deliveries, signature

Json = dict[str, Any]
# How an API can fail; `…_after`: only its answer is lost.
TROUBLES = ["429", "500", "503", "hang"]


class Refusal(Exception):
    """Stripe answered a request with an error; the text is its own."""


@dataclass
class Told:
    """An event, and what became of it."""

    id: str
    type: str
    is_delivered: bool = False
    is_dropped: bool = False


class Account(Sandbox):
    """Keeps what it would send, so that a test can deliver it in any order."""

    def queue(self, event: Json) -> None:
        super().queue(event)
        self.told.append(Told(event["id"], event["type"]))

    def begin_anew(self, seed: int, at: int) -> None:
        self.seed = seed
        self.told: list[Told] = []
        self.reset()
        with self.store.transaction():
            self.freeze(at)


class StripeHere:
    """One Stripe account: its clock, its events, what anybody may ask and order of it."""

    def __init__(self, kind: type[Account] = Account) -> None:
        self.account = kind(
            settings.STRIPE_API_BASE,
            webhook_url=f"{settings.SITE_URL}/support/stripe/webhook/",
            webhook_secret=settings.STRIPE_WEBHOOK_SECRETS[0],
        )
        self.misbehaviour = Misbehaviour()
        self.api = Api(self.account, self.misbehaviour)
        self.control = Control(self.api, Deliveries(self.account))

    def begin_anew(self, seed: int, at: int) -> None:
        self.calm()
        self.api.log.clear()
        self.account.begin_anew(seed, at)

    @property
    def told(self) -> list[Told]:
        return self.account.told

    def order(self, act: str, **form: object) -> Json:
        """As a POST to /_stand_in/; raises the stand-in's ApiError."""
        return self.control.act(act, {name: str(value) for name, value in form.items()})

    def ask(self, method: str, path: str, **form: object) -> Json:
        """Use the API as somebody else would: its dashboard, or another program."""
        query, body = (urlencode(form), "") if method == "GET" else ("", urlencode(form))
        headers = {"authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
        answer = self.api.answer(method, f"/v1/{path}", query, body, headers)
        found: Json = json.loads(answer.body)
        if answer.status != 200:
            raise Refusal(found["error"]["message"])
        return found

    def all(self, path: str, **asked: object) -> list[Json]:
        """Every object of a list, all its pages, newest first."""
        found: list[Json] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self.ask("GET", path, limit=100, **asked, **after)
            found += page["data"]
            if not page["has_more"]:
                return found

    def some(self, kind: str) -> list[Json]:
        """Objects of a kind, oldest first, for a history to choose from."""
        return self.account.store.find(kind, oldest_first=True)

    def advance(self, seconds: int) -> int:
        """Live through so many seconds; the time then."""
        now: int = self.order("clock", advance=seconds)["now"]
        return now

    def breaks(self, fault: str, times: int) -> None:
        """The next requests to the API go wrong."""
        self.misbehaviour.weather = Weather(hang_for=0)
        self.misbehaviour.order(fault, "/v1/", times)

    def calm(self) -> None:
        self.misbehaviour.reset()

    def body_of(self, event: Told) -> bytes:
        """What is sent, as it was when it happened."""
        found = public(self.account.store.need(event.id))
        return json.dumps(found | {"pending_webhooks": 1}).encode()

    def delivered(self, event: Told) -> None:
        """The endpoint took it, as `events?delivery_success=` will say."""
        event.is_delivered = True
        self.account.store.rows(
            "UPDATE deliveries SET state = 'delivered', attempts = 1 WHERE event = ?", (event.id,)
        )

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Meanwhile the paper's SDK reaches this account."""
        wire = _Wire(self.api)

        def client(timeout: float, retries: int) -> stripe.StripeClient:
            stripe.enable_telemetry = False
            return stripe.StripeClient(
                settings.STRIPE_SECRET_KEY,
                base_addresses={"api": settings.STRIPE_API_BASE},
                max_network_retries=retries,
                http_client=wire,
            )

        with patch.object(stripe_api, "_client", client):
            yield


class _Wire(stripe.HTTPClient):
    """Carries the SDK's requests to an account in this process."""

    name = "here"

    def __init__(self, api: Api) -> None:
        super().__init__()
        self._api = api

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_more: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            answer = self._api.answer(
                method.upper(), parts.path, parts.query, post_data or "", given
            )
        except Dropped as dropped:
            raise stripe.APIConnectionError("dropped", should_retry=True) from dropped
        return answer.body, answer.status, answer.headers

    def close(self) -> None:
        pass

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0.0


def signed(body: bytes) -> str:
    """A `Stripe-Signature` made now."""
    return signature(settings.STRIPE_WEBHOOK_SECRETS[:1], body, int(time.time()))
