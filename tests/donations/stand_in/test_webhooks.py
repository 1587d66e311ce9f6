"""Events reach the endpoints: signed, in order, again until they are taken, over a kill."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import stripe

from donations.stripe_stand_in.webhooks import pause_after
from tests.donations.stand_in.conftest import Bench, Receiver, Refused, Start, ask, endpoint

SECRET = "whsec_for_this_test"


def test_an_event_is_signed_as_the_sdk_expects(own: Bench, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    assert made.secret.startswith("whsec_")
    product = own.product()
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    [(signature, body)] = receiver.got
    event = stripe.Webhook.construct_event(body, signature, made.secret)
    assert (event.type, event.livemode, event.api_version) == (
        "product.created", False, stripe.api_version,
    )  # fmt: skip
    assert event.data.object["id"] == product
    assert event.pending_webhooks == 1
    assert own.client.v1.events.retrieve(event.id).pending_webhooks == 0
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_another")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, made.secret)


def test_the_signature_has_the_real_time_whatever_the_clock_says(
    own: Bench, receiver: Receiver
) -> None:
    made = endpoint(own, receiver)
    own.freeze()
    own.product()
    own.control("deliver")
    [(signature, body)] = receiver.got
    stripe.Webhook.construct_event(body, signature, made.secret)  # within five minutes
    assert abs(int(signature.split(",")[0][2:]) - time.time()) < 60


def test_the_secret_is_shown_once(own: Bench, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    endpoints = own.client.v1.webhook_endpoints
    assert not hasattr(endpoints.retrieve(made.id), "secret")
    assert endpoints.delete(made.id).deleted
    assert endpoints.list().data == []


def test_only_the_types_that_were_asked_for_are_sent(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver, "invoice.paid", "checkout.session.completed")
    own.paid("subscription")
    assert own.control("deliver") == {"delivered": 2, "failed": 0}
    assert receiver.types() == ["invoice.paid", "checkout.session.completed"]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_is_not_taken_is_sent_again(own: Bench, receiver: Receiver, status: int) -> None:
    endpoint(own, receiver, "product.created")
    receiver.answers = [status]
    own.product()
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    assert len(own.events(delivery_success=False)) == 1
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert own.events(delivery_success=False) == []
    assert len(own.events(delivery_success=True)) == 1
    first, second = (json.loads(body)["id"] for _, body in receiver.got)
    assert first == second


def test_an_event_can_be_sent_once_more(own: Bench, receiver: Receiver, refused: Refused) -> None:
    endpoint(own, receiver)
    own.product()
    own.control("deliver")
    [event] = own.events()
    assert own.control("deliver", event=event.id) == {"delivered": 1, "failed": 0}
    assert len(receiver.got) == 2
    assert ask(f"{own.url}/_stand_in/deliver", {"event": "evt_none"}).status == 404


def test_switched_off_events_are_made_and_never_sent(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("webhooks", enabled=0)
    own.product()
    own.control("webhooks", enabled=1)
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert own.event_types() == ["product.created"]
    own.product()
    assert own.control("deliver") == {"delivered": 1, "failed": 0}


def test_the_pause_between_two_tries_grows_to_a_minute() -> None:
    assert [pause_after(tries) for tries in (1, 2, 3, 4, 7, 8, 5_000)] == [1, 2, 4, 8, 60, 60, 60]


def test_nothing_leaves_this_machine(own: Bench) -> None:
    own.control("webhooks", background=0)
    own.client.v1.webhook_endpoints.create(
        {"url": "https://example.com/hook", "enabled_events": ["*"]}
    )
    own.product()
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    assert "must be on this machine" in ask(f"{own.url}/").text


@pytest.mark.parametrize(
    "params",
    [
        {"url": "nowhere", "enabled_events": ["*"]},
        {"url": "http://127.0.0.1:9/"},
        {"url": "http://127.0.0.1:9/", "enabled_events": ["*"], "api_version": "2020-08-27"},
        {"url": "http://127.0.0.1:9/", "enabled_events": ["product.eaten!"]},
    ],
)
def test_a_broken_endpoint_is_refused(own: Bench, refused: Refused, params: dict[str, Any]) -> None:
    refused(own.client.v1.webhook_endpoints.create, params)
    assert own.client.v1.webhook_endpoints.list().data == []


def test_all_survives_a_kill(start: Start, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "stripe" / "data.sqlite"
    arguments = ("--data", str(file), "--webhook-url", receiver.url, "--webhook-secret", SECRET)
    bench, process = start(*arguments)
    port = int(bench.url.rpartition(":")[2])
    bench.control("webhooks", background=0)
    frozen = bench.freeze()
    paid = bench.paid("subscription")
    made = bench.client.v1.products.create({"name": "Once"}, {"idempotency_key": "key-1"})
    before = [event.id for event in bench.events()]
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert receiver.got == []

    bench, process = start(*arguments, port=port)
    assert bench.control("clock") == {"now": frozen, "frozen": True}
    again = bench.client.v1.checkout.sessions.retrieve(paid.id)
    assert again.to_dict() == paid.to_dict()
    replayed = bench.client.v1.products.create({"name": "Once"}, {"idempotency_key": "key-1"})
    assert replayed.id == made.id
    assert [event.id for event in bench.events()] == before
    assert len(bench.client.v1.webhook_endpoints.list().data) == 1
    assert bench.control("deliver") == {"delivered": len(before), "failed": 0}
    assert [json.loads(body)["id"] for _, body in receiver.got] == before
    signature = receiver.got[0][0]
    stripe.Webhook.construct_event(receiver.got[0][1], signature, SECRET)


def test_in_memory_nothing_survives(start: Start) -> None:
    bench, process = start()
    bench.product()
    process.kill()
    process.wait(10)
    bench, _ = start(port=int(bench.url.rpartition(":")[2]))
    assert bench.client.v1.products.list().data == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly(start: Start, tmp_path: Path, number: int) -> None:
    bench, process = start("--data", str(tmp_path / "data.sqlite"))
    bench.paid("subscription")
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_a_port_in_use_is_said_in_a_sentence(own: Bench) -> None:
    port = own.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "donations.stripe_stand_in", "--port", port],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr == f"Port {port} cannot be used: Address already in use.\n"
