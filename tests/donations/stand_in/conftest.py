"""The stand-in as its clients see it: Stripe's own SDK, and plain HTTP for its pages."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import pytest
import stripe

from tests.conftest import StandIn

KEY = "sk_test_alice"
SUCCESS = "http://127.0.0.1:9/thanks?session={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1:9/support"
# Pinned, so that what happens "on the 31st" happens on every day on which the tests run.
NOON = 1_790_856_000  # 2026-10-01 12:00 UTC


@dataclass
class Answer:
    status: int
    text: str
    headers: Message

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def ask(
    url: str,
    form: dict[str, Any] | None = None,
    *,
    method: str | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 20,
) -> Answer:
    """GET, or POST when there is a form."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read().decode(), answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode(), error.headers)


@dataclass
class Bench:
    """One stand-in, and the ways to reach it."""

    url: str
    client: Any = field(init=False)  # a StripeClient, called with plain dicts

    def __post_init__(self) -> None:
        self.client = stripe.StripeClient(
            KEY, base_addresses={"api": self.url}, max_network_retries=0
        )

    def raw(
        self, method: str, path: str, form: dict[str, Any] | None = None, **headers: str
    ) -> Answer:
        """An API request without the SDK."""
        sent = {"Authorization": f"Bearer {KEY}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(f"{self.url}{path}", form, method=method, headers=sent)

    def control(self, name: str, **form: object) -> Any:
        answer = ask(f"{self.url}/_stand_in/{name}", form)
        assert answer.status == 200, answer.text
        return answer.json

    def control_log(self, path: str) -> list[Any]:
        """The API requests of late to a path."""
        log = ask(f"{self.url}/_stand_in/requests").json["data"]
        return [entry for entry in log if entry["path"] == path]

    def product(self) -> str:
        return str(self.client.v1.products.create({"name": "Support"}).id)

    def session(self, mode: str = "payment", **more: Any) -> Any:
        """An open session: five dollars, once or every month."""
        price: dict[str, Any] = {
            "currency": more.pop("currency", "usd"),
            "unit_amount": more.pop("unit_amount", 500),
            "product": more.pop("product", None) or self.product(),
        }
        if mode == "subscription":
            price["recurring"] = {"interval": more.pop("interval", "month")}
        params: Any = {
            "mode": mode,
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": SUCCESS,
            "cancel_url": CANCEL,
            "customer_email": "alice@example.com",
            **more,
        }
        return self.client.v1.checkout.sessions.create(params)

    def paid(
        self, mode: str = "payment", card_number: str = "4242424242424242", **more: Any
    ) -> Any:
        """A session that was paid."""
        session = self.session(mode, **more)
        self.control("pay", session=session.id, card_number=card_number)
        return self.client.v1.checkout.sessions.retrieve(session.id)

    def press(self, session: Any, button: str, **form: str) -> Answer:
        """Press a button of the session's page."""
        fields = {"email": "alice@example.com", "card_number": "4242 4242 4242 4242"}
        return ask(f"{self.url}/c/pay/{session.id}", {**fields, **form, "action": button.lower()})

    def events(self, **params: Any) -> list[Any]:
        """Oldest first."""
        return list(reversed(self.client.v1.events.list({"limit": 100, **params}).data))

    def event_types(self, **params: Any) -> list[str]:
        return [event.type for event in self.events(**params)]

    def freeze(self, at: int = NOON) -> int:
        self.control("clock", now=at)
        return at

    def advance(self, *, days: float) -> int:
        now: int = self.control("clock", advance=int(days * 86_400))["now"]
        return now


@pytest.fixture
def bench(stand_in: StandIn) -> Bench:
    return Bench(stand_in.url)


Refused = Callable[..., stripe.StripeError]


@pytest.fixture
def refused() -> Refused:
    """`refused(call, *arguments, code=…, param=…)`: it raises, says so, and gives the error."""

    def check(
        call: Callable[..., Any],
        *arguments: Any,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> stripe.StripeError:
        with pytest.raises(stripe.StripeError) as caught:
            call(*arguments, **more)
        error = caught.value
        assert error.http_status == status, error
        if code:
            assert error.code == code, error
        if param:
            assert getattr(error, "param", None) == param, error
        assert str(error.user_message)
        return error

    return check
