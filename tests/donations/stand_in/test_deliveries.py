"""Deliveries that go wrong on request, and what becomes of them."""

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.donations.stand_in.conftest import NOON, Bench, Receiver, Refused, Start, ask, endpoint

DAY = 86_400


@pytest.fixture
def other_receiver(receiver: Receiver) -> Iterator[Receiver]:
    """The same endpoint under another address."""
    yield Receiver(f"{receiver.url}again", got=receiver.got, arrived=receiver.arrived)


def products(bench: Bench, count: int) -> list[str]:
    """Make so many events; gives their ids, oldest first."""
    for _ in range(count):
        bench.product()
    return [event.id for event in bench.events(type="product.created")]


def deliveries(bench: Bench, **asked: str) -> list[Any]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    found: list[Any] = ask(f"{bench.url}/_stand_in/deliveries?{query}").json["data"]
    return found


def undelivered(bench: Bench) -> list[str]:
    return [event.id for event in bench.events(delivery_success=False)]


def test_duplicate_sends_each_event_so_often(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", duplicate=3)
    first, second = products(own, 2)
    assert own.control("deliver") == {"delivered": 6, "failed": 0}
    assert receiver.ids() == [first] * 3 + [second] * 3
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert undelivered(own) == []


def test_one_of_two_copies_that_is_taken_is_enough(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", duplicate=2)
    receiver.answers = [200, 500]
    products(own, 1)
    assert own.control("deliver") == {"delivered": 1, "failed": 1}
    [delivery] = deliveries(own)
    assert (delivery["state"], delivery["answers"]) == ("delivered", ["200", "500"])


def test_reorder_shuffles_what_is_pending_by_its_seed(own: Bench, receiver: Receiver) -> None:
    orders = []
    for seed in (1, 1, 2):
        own.control("reset")
        receiver.got.clear()
        endpoint(own, receiver)
        own.control("deliveries", reorder=1, seed=seed, duplicate=2)
        made = products(own, 6)
        assert own.control("deliver") == {"delivered": 12, "failed": 0}
        orders.append([made.index(one) for one in receiver.ids()])
        assert Counter(orders[-1]) == Counter(dict.fromkeys(range(6), 2))
        assert orders[-1] != sorted(orders[-1])
    assert orders[0] == orders[1] != orders[2]


def test_the_background_keeps_to_the_switches(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", reorder=1, duplicate=2, seed=3)
    made = products(own, 5)
    own.control("webhooks", background=1)
    receiver.wait_for(10)
    assert Counter(receiver.ids()) == Counter(dict.fromkeys(made, 2))
    assert receiver.ids() != [one for one in made for _ in range(2)]


def test_delay_waits_for_the_clock(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.freeze()
    own.control("deliveries", delay=600)
    made = products(own, 1)
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert undelivered(own) == made
    own.control("clock", advance=599)
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    own.control("clock", advance=1)
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    assert undelivered(own) == []


def test_the_next_deliveries_are_dropped_for_good(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", drop_next=2)
    made = products(own, 3)
    assert own.control("deliver") == {"delivered": 1, "failed": 2}
    assert receiver.ids() == made[2:]
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert undelivered(own) == made[:2]
    assert [event.id for event in own.events(delivery_success=True)] == made[2:]
    assert own.client.v1.events.retrieve(made[0]).pending_webhooks == 1
    assert [one["answers"] for one in deliveries(own, state="failed")] == [["dropped"]] * 2
    assert own.control("deliveries")["drop_next"] == 0


def test_a_share_of_deliveries_is_dropped_by_the_seed(own: Bench, receiver: Receiver) -> None:
    lost = []
    for seed in (7, 7, 8):
        own.control("reset")
        endpoint(own, receiver)
        own.control("deliveries", drop=50, seed=seed)
        made = products(own, 16)
        result = own.control("deliver")
        assert 0 < result["failed"] < 16
        lost.append([made.index(one) for one in undelivered(own)])
        assert len(lost[-1]) == result["failed"]
    assert lost[0] == lost[1] != lost[2]


def test_what_was_dropped_can_still_be_sent_on_request(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", drop=100)
    [made] = products(own, 1)
    own.control("deliver")
    assert own.control("deliver", events=made) == {"delivered": 1, "failed": 0}
    assert undelivered(own) == []


def test_truncate_cuts_the_body_and_signs_the_whole(own: Bench, receiver: Receiver) -> None:
    secret = endpoint(own, receiver).secret
    own.control("deliveries", truncate=1)
    receiver.answers = [400]
    products(own, 1)
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    own.control("deliveries", truncate=0)
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    (cut_signature, cut), (_, whole) = receiver.got
    assert len(cut) == len(whole) // 2 and whole.startswith(cut)
    stripe.Webhook.construct_event(whole, cut_signature, secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(cut, cut_signature, secret)


@pytest.mark.parametrize("skew", [-4_000, 4_000])
def test_skew_moves_the_time_of_the_signature(own: Bench, receiver: Receiver, skew: int) -> None:
    secret = endpoint(own, receiver).secret
    own.control("deliveries", skew=skew)
    products(own, 1)
    own.control("deliver")
    [(signature, body)] = receiver.got
    said = int(signature.split(",")[0].removeprefix("t="))
    assert abs(said - skew - time.time()) < 60
    assert stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None)


def test_another_version_and_mode_are_said_in_the_event_alone(
    own: Bench, receiver: Receiver
) -> None:
    secret = endpoint(own, receiver).secret
    own.control("deliveries", api_version="2020-08-27", livemode=1)
    products(own, 1)
    own.control("deliver")
    [(signature, body)] = receiver.got
    stripe.Webhook.construct_event(body, signature, secret)
    [event] = receiver.events()
    assert (event["api_version"], event["livemode"]) == ("2020-08-27", True)
    assert event["data"]["object"]["livemode"] is True
    kept = own.client.v1.events.retrieve(event["id"])
    assert (kept.api_version, kept.livemode) == (stripe.api_version, False)


@pytest.mark.parametrize(("sign", "works"), [
    ("first", {"first"}), ("second", {"second"}), ("both", {"first", "second"}),
])  # fmt: skip
def test_secrets_are_rolled(own: Bench, receiver: Receiver, sign: str, works: set[str]) -> None:
    secrets = {"first": endpoint(own, receiver).secret, "second": "whsec_the_new_one"}
    own.control("deliveries", secret=secrets["second"], sign=sign)
    products(own, 1)
    own.control("deliver")
    [(signature, body)] = receiver.got
    assert signature.count("v1=") == len(works)
    for name, secret in secrets.items():
        if name in works:
            stripe.Webhook.construct_event(body, signature, secret)
        else:
            with pytest.raises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(body, signature, secret)


def test_exactly_these_events_in_this_order(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.control("deliveries", reorder=1, drop=100, duplicate=3)  # of no concern here
    first, second, third = products(own, 3)
    order = [third, first, third]
    assert own.control("deliver", events=",".join(order)) == {"delivered": 3, "failed": 0}
    assert receiver.ids() == order
    assert undelivered(own) == [second]
    receiver.answers = [500]
    assert own.control("deliver", events=first) == {"delivered": 0, "failed": 1}
    assert undelivered(own) == [second]  # it was taken before
    answer = ask(f"{own.url}/_stand_in/deliver", {"events": f"{first},evt_none"})
    assert answer.status == 404
    assert len(receiver.got) == 4


def test_an_event_for_nobody_goes_to_who_listens_now(own: Bench, receiver: Receiver) -> None:
    own.control("webhooks", enabled=0)
    [made] = products(own, 1)
    endpoint(own, receiver)
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert own.control("deliver", events=f"{made},{made}") == {"delivered": 2, "failed": 0}
    assert receiver.ids() == [made, made]


def test_several_at_a_time(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    receiver.meet = threading.Barrier(4)
    made = products(own, 8)
    assert own.control("deliver", concurrency=4) == {"delivered": 8, "failed": 0}
    assert sorted(receiver.ids()) == sorted(made)
    own.control("deliveries", concurrency=4, duplicate=4)
    products(own, 1)
    assert own.control("deliver") == {"delivered": 4, "failed": 0}
    assert len(set(receiver.ids()[8:])) == 1


def test_several_at_a_time_in_the_background(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    products(own, 3)
    receiver.meet = threading.Barrier(3)
    own.control("deliveries", concurrency=3)
    own.control("webhooks", background=1)
    receiver.wait_for(3)


def test_it_is_tried_for_three_days_and_no_longer(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    own.freeze()
    receiver.answers = [500] * 3
    made = products(own, 1)
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    own.control("clock", advance=3 * DAY)
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    assert deliveries(own)[0]["state"] == "pending"
    own.control("clock", advance=1)
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    [delivery] = deliveries(own)
    assert (delivery["state"], delivery["attempts"]) == ("failed", 2)
    assert delivery["next_try_at"] is None
    assert undelivered(own) == made
    assert own.client.v1.events.retrieve(made[0]).pending_webhooks == 1


def test_what_an_advance_brought_is_tried_however_old_it_is(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver, "invoice.paid")
    own.freeze()
    own.paid("subscription")
    own.advance(days=100)
    assert own.control("deliver") == {"delivered": 4, "failed": 0}


def test_a_frozen_clock_tries_again_when_it_moves(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    now = own.freeze()
    receiver.answers = [503]
    own.control("webhooks", background=1)
    [made] = products(own, 1)
    receiver.wait_for(1)
    while not deliveries(own)[0]["attempts"]:
        pass
    assert deliveries(own)[0]["next_try_at"] == now + 1
    own.control("clock", advance=1)
    receiver.wait_for(2)
    assert receiver.ids() == [made, made]


def test_a_clock_set_back_keeps_nobody_waiting(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver)
    now = own.freeze()
    own.control("clock", advance=400 * DAY)
    receiver.answers = [503]
    products(own, 1)
    own.control("deliver")
    products(own, 1)  # not sent yet
    own.control("deliveries", delay=600)
    own.control("clock", now=now)
    assert deliveries(own)[0]["next_try_at"] <= now + 60
    own.control("webhooks", background=1)
    receiver.wait_for(3)


def test_a_test_clock_is_a_clock_like_the_other(own: Bench, receiver: Receiver) -> None:
    endpoint(own, receiver, "product.created")
    clock = own.client.v1.test_helpers.test_clocks.create({"frozen_time": NOON})
    receiver.answers = [500]
    made = products(own, 1)
    own.control("deliver")
    own.client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": NOON + 4 * DAY})
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert undelivered(own) == made


def test_a_disabled_endpoint_is_not_sent_to(own: Bench, receiver: Receiver) -> None:
    endpoints = own.client.v1.webhook_endpoints
    made = endpoint(own, receiver)
    receiver.answers = [500]
    old = products(own, 1)
    own.control("deliver")
    assert endpoints.update(made.id, {"disabled": True}).status == "disabled"
    products(own, 1)  # for nobody
    assert own.control("deliver") == {"delivered": 0, "failed": 1}
    assert len(receiver.got) == 1
    assert undelivered(own) == old
    assert own.control("deliver") == {"delivered": 0, "failed": 0}
    assert endpoints.update(made.id, {"disabled": False}).status == "enabled"
    new = products(own, 1)[-1]
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    assert receiver.ids()[1:] == [new]


def test_an_endpoint_is_changed_and_checked(
    own: Bench, receiver: Receiver, refused: Refused
) -> None:
    endpoints = own.client.v1.webhook_endpoints
    made = endpoint(own, receiver, "invoice.paid")
    endpoints.update(made.id, {"enabled_events": ["product.created"], "metadata": {"a": "b"}})
    products(own, 1)
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    found = endpoints.retrieve(made.id)
    assert (found.url, found.metadata.to_dict()) == (receiver.url, {"a": "b"})
    refused(endpoints.update, made.id, {"url": "nowhere"}, param="url")
    refused(endpoints.update, made.id, {"api_version": "2020-08-27"}, param="api_version")
    refused(endpoints.update, "we_none", {"disabled": True}, status=404)


def test_row_64_two_endpoints_by_mistake_both_get_every_event(
    own: Bench, receiver: Receiver, other_receiver: Receiver
) -> None:
    endpoint(own, receiver)
    endpoint(own, other_receiver)
    made = products(own, 2)
    receiver.answers = [200, 500, 200, 200]
    assert own.control("deliver") == {"delivered": 3, "failed": 1}
    assert receiver.ids() == [made[0], made[0], made[1], made[1]]
    assert undelivered(own) == made[:1]
    assert own.client.v1.events.retrieve(made[0]).pending_webhooks == 1
    assert own.client.v1.events.retrieve(made[1]).pending_webhooks == 0
    assert own.control("deliver") == {"delivered": 1, "failed": 0}
    assert undelivered(own) == []


def test_deliveries_are_listed_with_their_answers(own: Bench, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    receiver.answers = [500, 200]
    event = products(own, 1)[0]
    own.control("deliver")
    [pending] = deliveries(own, state="pending")
    assert pending | {"next_try_at": 0} == {
        "event": event, "type": "product.created", "endpoint": made.id, "url": receiver.url,
        "state": "pending", "attempts": 1, "answers": ["500"], "next_try_at": 0,
    }  # fmt: skip
    own.control("deliver")
    assert deliveries(own, state="pending") == []
    [delivered] = deliveries(own, event=event)
    assert (delivered["state"], delivered["answers"]) == ("delivered", ["500", "200"])
    products(own, 2)
    assert len(deliveries(own)) == 3
    [last] = deliveries(own, limit="1")
    assert last["event"] == own.events()[-1].id
    assert ask(f"{own.url}/_stand_in/deliveries?state=lost").status == 400


def test_reset_turns_everything_off(own: Bench, receiver: Receiver) -> None:
    before = own.control("deliveries")
    turned = own.control(
        "deliveries", duplicate=2, reorder=1, delay=5, drop=10, drop_next=1, truncate=1, skew=-5,
        api_version="x", livemode=1, secret="whsec_2", sign="both", concurrency=2, seed=9,
    )  # fmt: skip
    assert all(turned[name] != value for name, value in before.items())
    assert own.control("deliveries", skew=0) == turned | {"skew": 0}
    own.control("reset")
    assert own.control("deliveries") == before


@pytest.mark.parametrize("form", [
    {"duplicate": "0"}, {"duplicate": "two"}, {"drop": "101"}, {"drop": "-1"}, {"delay": "-1"},
    {"reorder": "maybe"}, {"skew": "1.5"}, {"skew": "--1"}, {"sign": "third"}, {"sign": "both"},
    {"concurrency": "0"}, {"concurrency": "65"}, {"api_version": "é"}, {"secret": "a\r\nb"},
    {"explode": "1"}, {"drop_next": "٣"},
])  # fmt: skip
def test_a_switch_that_makes_no_sense_is_refused(own: Bench, form: dict[str, str]) -> None:
    before = own.control("deliveries")
    answer = ask(f"{own.url}/_stand_in/deliveries", {"truncate": "1", **form})
    assert answer.status == 400
    assert answer.json["error"]["param"]
    assert own.control("deliveries") == before


@pytest.mark.parametrize("width", ["0", "65", "many"])
def test_a_strange_concurrency_is_refused(own: Bench, width: str) -> None:
    assert ask(f"{own.url}/_stand_in/deliver", {"concurrency": width}).status == 400


def test_the_same_seed_gives_the_same_events_in_the_same_order(
    start: Start, receiver: Receiver, own: Bench
) -> None:
    def orders(bench: Bench) -> list[str]:
        receiver.got.clear()
        bench.freeze()
        endpoint(bench, receiver)
        bench.control("deliveries", reorder=1, drop=20, duplicate=2)
        bench.paid("subscription")
        bench.raw("GET", "/v1/events")  # to look on changes nothing
        bench.advance(days=31)
        bench.control("deliver")
        return receiver.ids()

    first = orders(start("--seed", "7")[0])
    assert len(first) > 20
    again = start("--seed", "7")[0]
    assert orders(again) == first
    again.control("reset")
    assert orders(again) == first
    assert orders(own) != first  # without a seed


def test_after_a_kill_the_same_seed_makes_new_ids_and_keeps_the_switches(
    start: Start, receiver: Receiver, tmp_path: Path
) -> None:
    arguments = ("--data", str(tmp_path / "data.sqlite"), "--seed", "7")
    bench, process = start(*arguments)
    secret = endpoint(bench, receiver).secret
    bench.control("deliveries", duplicate=2)
    before = products(bench, 2)
    receiver.answers = [500]
    bench.control("deliver", events=before[1])
    process.send_signal(signal.SIGKILL)
    process.wait(10)

    bench, _ = start(*arguments)
    after = products(bench, 2)
    assert after[:2] == before and len(set(after)) == 4
    assert [one["answers"] for one in deliveries(bench)] == [[], ["500"], [], []]
    assert bench.control("deliver") == {"delivered": 8, "failed": 0}
    assert receiver.ids() == [before[1], *(one for one in after for _ in range(2))]
    signature, body = receiver.got[-1]
    assert stripe.Webhook.construct_event(body, signature, secret).id == after[-1]
    assert json.loads(body)["pending_webhooks"] == 0  # its first copy was taken already
