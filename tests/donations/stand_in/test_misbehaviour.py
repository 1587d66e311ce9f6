"""Faults on order: what an application must survive, one request at a time."""

import threading
import time
from typing import Any

import pytest
import stripe
from stripe._http_client import new_default_http_client

from tests.donations.stand_in.conftest import Bench, ask


def create(bench: Bench, key: str) -> Any:
    return bench.client.v1.products.create({"name": "Support"}, {"idempotency_key": key})


def count(bench: Bench) -> int:
    return len(bench.client.v1.products.list().data)


@pytest.mark.parametrize(("fault", "made"), [("500", 0), ("500_after", 1)])
def test_a_500_is_saved_under_its_key(bench: Bench, fault: str, made: int) -> None:
    bench.control("misbehave", next=fault, path="/v1/products")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            create(bench, "key-1")
        assert caught.value.http_status == 500
    assert count(bench) == made
    assert create(bench, "key-2").name == "Support"


@pytest.mark.parametrize(("fault", "status"), [("503", 503), ("429", 429)])
def test_what_was_turned_away_can_be_tried_again(bench: Bench, fault: str, status: int) -> None:
    bench.control("misbehave", next=fault, times=2)
    for _ in range(2):
        with pytest.raises(stripe.StripeError) as caught:
            create(bench, "key-1")
        assert caught.value.http_status == status
        assert isinstance(caught.value, stripe.RateLimitError) is (status == 429)
    assert create(bench, "key-1").name == "Support"
    assert count(bench) == 1


def test_the_sdk_retries_by_itself_and_acts_once(bench: Bench) -> None:
    client = stripe.StripeClient(
        "sk_test_1", base_addresses={"api": bench.url}, max_network_retries=2
    )
    bench.control("misbehave", next="503")
    client.v1.products.create({"name": "Support"})
    assert count(bench) == 1


@pytest.mark.parametrize(("fault", "made"), [("hang", 0), ("hang_after", 1)])
def test_a_hang_ends_in_no_answer(bench: Bench, fault: str, made: int) -> None:
    bench.control("misbehave", next=fault, path="/v1/products")
    impatient = stripe.StripeClient(
        "sk_test_1",
        base_addresses={"api": bench.url},
        max_network_retries=0,
        http_client=new_default_http_client(timeout=0.2),
    )
    began = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.products.create({"name": "Support"}, {"idempotency_key": "key-1"})
    assert time.monotonic() - began < 5
    assert count(bench) == made


def test_reset_calms_everything(bench: Bench) -> None:
    bench.control("misbehave", next="hang", path="/v1/products", times=5)
    ended = threading.Event()

    def held() -> None:
        with pytest.raises(stripe.APIConnectionError):
            create(bench, "key-1")
        ended.set()

    threading.Thread(target=held, daemon=True).start()
    while not bench.control_log("/v1/products"):
        pass
    bench.control("reset")
    assert ended.wait(10)
    assert create(bench, "key-1").name == "Support"


def test_only_the_path_that_was_named_goes_wrong(bench: Bench) -> None:
    bench.control("misbehave", next="500", path="/v1/charges")
    assert bench.product()
    assert bench.raw("GET", "/v1/charges").status == 500
    assert bench.raw("GET", "/v1/charges").status == 200


def test_the_next_card_can_be_made_to_fail(bench: Bench) -> None:
    session = bench.session()
    bench.control("misbehave", next="decline")
    assert bench.press(session, "Pay").status == 402
    assert bench.press(session, "Pay").status == 303
    bench.control("misbehave", next="decline")
    other = bench.session()
    answer = ask(f"{bench.url}/_stand_in/pay", {"session": other.id})
    assert (answer.status, answer.json["error"]["code"]) == (402, "card_declined")
    assert bench.client.v1.checkout.sessions.retrieve(other.id).status == "open"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("misbehave", {"next": "explode"}),
        ("misbehave", {"next": "500", "times": "many"}),
        ("clock", {"now": "noon"}),
        ("clock", {"advance": "-1"}),
        ("webhooks", {"enabled": "maybe"}),
        ("pay", {"session": "cs_none"}),
        ("renewals", {"subscription": "sub_none", "card": "decline"}),
        ("answer", {}),
        ("_reset", {}),
    ],
)
def test_a_strange_order_is_refused(bench: Bench, name: str, form: dict[str, str]) -> None:
    answer = ask(f"{bench.url}/_stand_in/{name}", form)
    assert answer.status in (400, 404)
    assert answer.json["error"]["message"]
    assert ask(f"{bench.url}/_stand_in/{name}").status == 404  # GET changes nothing


def test_the_requests_of_late_can_be_looked_at(bench: Bench) -> None:
    create(bench, "key-1")
    bench.raw("POST", "/v1/products", {"colour": "red"})
    first, second = bench.control_log("/v1/products")
    assert first["method"] == "POST"
    assert first["parameters"] == {"name": "Support"}
    assert (first["idempotency_key"], first["status"]) == ("key-1", 200)
    assert second["status"] == 400


def test_paying_what_is_paid_is_refused(bench: Bench) -> None:
    session = bench.paid()
    answer = ask(f"{bench.url}/_stand_in/pay", {"session": session.id})
    assert answer.status == 400
    assert len(bench.client.v1.charges.list().data) == 1


def test_a_share_of_requests_goes_wrong_by_the_seed(bench: Bench) -> None:
    runs = []
    for seed in (3, 3, 4):
        bench.control("misbehave", rate=50, kinds="429,503", path="/v1/products", seed=seed)
        runs.append([bench.raw("GET", "/v1/products").status for _ in range(20)])
        assert {*runs[-1]} == {200, 429, 503}
        assert bench.raw("GET", "/v1/charges").status == 200
    assert runs[0] == runs[1] != runs[2]
    bench.control("misbehave", rate=0)
    assert {bench.raw("GET", "/v1/products").status for _ in range(10)} == {200}


def test_hangs_by_chance_last_as_long_as_they_are_told_to(bench: Bench) -> None:
    bench.control("misbehave", rate=100, kinds="hang_after", path="/v1/products", hang_for=0)
    with pytest.raises(stripe.APIConnectionError):
        create(bench, "key-1")
    bench.control("reset")
    assert count(bench) == 0
    bench.control("misbehave", rate=100, kinds="hang_after", path="/v1/products", hang_for="0.01")
    with pytest.raises(stripe.APIConnectionError):
        create(bench, "key-1")
    bench.control("misbehave", rate=0)
    assert count(bench) == 1


def test_cards_decline_by_chance_and_requests_do_not(bench: Bench) -> None:
    bench.control("misbehave", rate=100, kinds="decline")
    session = bench.session()
    assert bench.press(session, "Pay").status == 402
    bench.control("misbehave", rate=0)
    assert bench.press(session, "Pay").status == 303


@pytest.mark.parametrize(
    "form",
    [
        {"rate": "101", "kinds": "500"},
        {"rate": "10"},
        {"rate": "10", "kinds": "explode"},
        {"rate": "-1", "kinds": "500"},
        {"rate": "10", "kinds": "500", "hang_for": "31"},
        {"rate": "10", "kinds": "500", "hang_for": "nan"},
        {"rate": "10", "kinds": "500", "seed": "x"},
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(bench: Bench, form: dict[str, str]) -> None:
    assert ask(f"{bench.url}/_stand_in/misbehave", form).status == 400
    assert bench.raw("GET", "/v1/products").status == 200
