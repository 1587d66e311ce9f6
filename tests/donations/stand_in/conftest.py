"""The stand-in as its clients see it: Stripe's own SDK, and plain HTTP for its pages."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from newsroom.dev.processes import ends_with_parent, free_port, is_listening
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
            **({} if "customer" in more else {"customer_email": "alice@example.com"}),
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


@dataclass
class Receiver:
    """An endpoint that takes what it is sent, or answers what it is told to."""

    url: str
    answers: list[int] = field(default_factory=list)  # then 200
    meet: threading.Barrier | None = None  # so many must be here at once before any is answered
    got: list[tuple[str, bytes]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def ids(self) -> list[str]:
        return [event["id"] for event in self.events()]

    def types(self) -> list[str]:
        return [event["type"] for event in self.events()]

    def wait_for(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, timeout=20), self.types()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with known.arrived:
                known.got.append((self.headers["Stripe-Signature"], body))
                status = known.answers.pop(0) if known.answers else 200
                known.arrived.notify_all()
            if known.meet:
                known.meet.wait(10)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{known.url}elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    known = Receiver(f"http://127.0.0.1:{server.server_port}/")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


Start = Callable[..., tuple[Bench, "subprocess.Popen[bytes]"]]


@contextmanager
def starting() -> Iterator[Start]:
    running: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str, port: int | None = None) -> tuple[Bench, subprocess.Popen[bytes]]:
        port = port or free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "donations.stripe_stand_in", "--port", str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=ends_with_parent(),
        )
        running.append(process)
        deadline = time.monotonic() + 20
        while not is_listening(port):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        return Bench(f"http://127.0.0.1:{port}"), process

    yield begin
    for process in running:
        process.kill()
        process.communicate(timeout=10)


@pytest.fixture
def start() -> Iterator[Start]:
    """`start(*arguments)`: another stand-in, which ends with the test."""
    with starting() as begin:
        yield begin


@pytest.fixture(scope="session")
def _own_process() -> Iterator[Bench]:
    with starting() as begin:
        yield begin()[0]


@pytest.fixture
def own(_own_process: Bench) -> Bench:
    """A stand-in without an endpoint of its own, empty at the start of each test."""
    _own_process.control("reset")
    return _own_process


def endpoint(bench: Bench, receiver: Receiver, *types: str) -> Any:
    bench.control("webhooks", background=0)
    return bench.client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": list(types) or ["*"]}
    )
