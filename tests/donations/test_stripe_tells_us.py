"""The webhook: only Stripe is believed, each event is stored once, nothing breaks it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from donations.models import EventState, StripeEvent
from newsroom.models import Alert
from tests.donations.conftest import WEBHOOK, Tell, signed

pytestmark = pytest.mark.django_db


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
        "livemode": False,
        "type": "checkout.session.completed",
        **changes,
    }


def jobs() -> "QuerySet[ProcrastinateJob]":
    """Of events that are here: what an earlier test left in the queue is none of ours."""
    known = list(StripeEvent.objects.values_list("pk", flat=True))
    return ProcrastinateJob.objects.filter(args__event_id__in=known)


def nothing_stored() -> bool:
    return not StripeEvent.objects.exists()


def test_a_signed_event_is_stored_as_it_came_and_queued(tell: Tell) -> None:
    body = json.dumps(event(), indent=3).encode()
    response = tell(body)
    assert response.status_code == 200
    assert not response.cookies
    (stored,) = StripeEvent.objects.all()
    assert stored.body == body.decode()
    assert (stored.event_id, stored.type, stored.object_id) == ("evt_1", "checkout.session.completed", "cs_test_1")  # fmt: skip
    assert stored.state == EventState.STORED
    (job,) = jobs()
    assert (job.task_name, job.args) == ("donations.apply_event", {"event_id": stored.pk})


def test_row_1_a_repeated_event_changes_nothing(tell: Tell) -> None:
    for _ in range(3):
        assert tell(event()).status_code == 200
    assert StripeEvent.objects.count() == jobs().count() == 1


@pytest.mark.django_db(transaction=True)
def test_row_2_thirty_two_copies_at_once_are_one(client: Client) -> None:
    body = json.dumps(event()).encode()
    header = signed(body)

    def deliver(_: int) -> int:
        try:
            return (
                Client()
                .post(WEBHOOK, body, "application/json", headers={"Stripe-Signature": header})
                .status_code
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(deliver, range(32))) == {200}
    assert StripeEvent.objects.count() == jobs().count() == 1


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=,v1=",
        "t=1,v1=abc",
        "v1=abc",
        "t=abc,v1=abc",
        "t=99999999999999999999999,v1=abc",
        "t=" + "9" * 5_000 + ",v1=abc",
        "t=1,v1=ключ",
        "t=1,v1=\udcff",
        ",,,===",
        "t=1\x00,v1=a",
    ],
)
def test_row_14_a_bad_signature_is_refused(tell: Tell, signature: str) -> None:
    assert tell(event(), signature=signature).status_code == 400
    assert nothing_stored()


def test_row_14_a_body_changed_by_one_byte_is_refused(tell: Tell) -> None:
    body = json.dumps(event()).encode()
    assert tell(body + b" ", signature=signed(body)).status_code == 400
    assert nothing_stored()


def test_row_14_another_secret_is_refused(tell: Tell) -> None:
    assert tell(event(), secret="whsec_of_somebody_else_entirely").status_code == 400
    assert nothing_stored()


def test_row_16_while_secrets_are_rotated_both_are_believed(tell: Tell, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new_0123456789", *settings.STRIPE_WEBHOOK_SECRETS]
    for number, secret in enumerate(settings.STRIPE_WEBHOOK_SECRETS):
        assert tell(event(id=f"evt_{number}"), secret=secret).status_code == 200
    assert StripeEvent.objects.count() == 2


@pytest.mark.parametrize(("seconds", "status"), [(-3_600, 400), (-310, 400), (-290, 200), (0, 200)])
def test_row_12_a_captured_request_is_refused_later(tell: Tell, seconds: int, status: int) -> None:
    assert tell(event(), at=int(time.time()) + seconds).status_code == status
    assert StripeEvent.objects.exists() is (status == 200)


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (310, 400), (3_600, 400)])
def test_row_13_a_signature_from_the_future_is_refused(
    tell: Tell, seconds: int, status: int
) -> None:
    assert tell(event(), at=int(time.time()) + seconds).status_code == status
    assert StripeEvent.objects.exists() is (status == 200)


@pytest.mark.parametrize("ahead", [1, -1])
def test_row_18_a_clock_that_is_wrong_is_noticed(tell: Tell, ahead: int) -> None:
    tell(event(), at=int(time.time()) + 30 * ahead)
    assert not Alert.objects.exists()
    assert tell(event(id="evt_2"), at=int(time.time()) + 120 * ahead).status_code == 200
    assert Alert.objects.get().cause == "stripe.clock_skew"


def test_row_18_a_clock_that_is_so_wrong_that_all_is_refused_is_noticed_too(tell: Tell) -> None:
    assert tell(event(), at=int(time.time()) - 3_600).status_code == 400
    assert "clock" in Alert.objects.get().message
    # What is not signed with our secret says nothing about clocks.
    Alert.objects.all().delete()
    assert tell(event(), at=1, secret="whsec_of_somebody_else_entirely").status_code == 400
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"null",
        b"[]",
        b'"event"',
        b"17",
        b"{",
        b"\xff\xfe",
        b"{}",
        json.dumps(event()).encode("utf-16-le"),
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        json.dumps({"id": "evt_1", "object": "v2.core.event"}).encode(),
        json.dumps(event(id="evt_1; DROP TABLE")).encode(),
        json.dumps(event(id="evt_1\x00")).encode(),
        json.dumps(event(id=None)).encode(),
        json.dumps(event(id=["evt_1"])).encode(),
        json.dumps(event(id="evt_" + "x" * 400)).encode(),
        json.dumps(event(type="x" * 81)).encode(),
        json.dumps(event(type=None)).encode(),
        json.dumps(event(livemode="false")).encode(),
        json.dumps(event(livemode=None)).encode(),
        json.dumps(event(created="now")).encode(),
        json.dumps(event(created=10**30)).encode(),
        json.dumps(event(data={"object": {"id": {"a": 1}}})).encode(),
        json.dumps(event(data={"object": {"id": "cs_1\x00"}})).encode(),
    ],
)
def test_row_15_a_signed_body_that_is_no_event_is_refused(tell: Tell, body: bytes) -> None:
    signature = signed(body) if body != b"\xff\xfe" else "t=1,v1=a"
    assert tell(body, signature=signature).status_code == 400
    assert nothing_stored()


@pytest.mark.parametrize(
    "data", [None, [], {}, {"object": None}, {"object": {"object": "balance"}}]
)
def test_row_10_an_event_about_nothing_is_kept_and_ignored(
    tell: Tell, data: object, run_jobs: Any
) -> None:
    assert tell(event(type="balance.available", data=data)).status_code == 200
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.IGNORED


def test_row_19_a_body_above_a_mebibyte_is_not_even_read(tell: Tell, client: Client) -> None:
    assert tell(b"x" * (1024 * 1024 + 1), signature="t=1,v1=a").status_code == 413
    assert nothing_stored()


def test_without_a_length_nothing_is_read(client: Client) -> None:
    for length, status in (("", 411), ("-1", 400), ("+5", 400), ("٣", 400), ("9" * 5_000, 413)):
        response = client.post(WEBHOOK, b"", "application/json", CONTENT_LENGTH=length)
        assert response.status_code == status
    assert nothing_stored()


def test_a_flood_of_events_in_the_wrong_mode_is_written_down_once(tell: Tell) -> None:
    for number in range(20):
        assert tell(event(id=f"evt_{number}", livemode=True)).status_code == 400
    assert Alert.objects.get().times == 1


def test_row_20_test_data_never_reaches_a_live_paper(tell: Tell, settings: Settings) -> None:
    assert tell(event(livemode=True)).status_code == 400
    assert Alert.objects.get().cause == "stripe.wrong_mode"
    settings.STRIPE_LIVEMODE = True
    assert tell(event()).status_code == 400
    assert nothing_stored()
    assert tell(event(livemode=True)).status_code == 200


def test_row_21_another_api_version_is_noticed_and_applied(tell: Tell) -> None:
    assert tell(event(api_version="2020-08-27")).status_code == 200
    assert Alert.objects.get().cause == "stripe.api_version"
    assert StripeEvent.objects.get().api_version == "2020-08-27"


def test_row_64_two_endpoints_change_nothing_and_are_noticed(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("donations.inbox.MANY_REPEATS", 4)
    for number in range(4):
        for _ in range(2):
            assert tell(event(id=f"evt_{number}")).status_code == 200
    assert StripeEvent.objects.count() == jobs().count() == 4
    assert Alert.objects.get().cause == "stripe.twice"


def test_row_64_a_few_repeats_are_usual(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("donations.inbox.MANY_REPEATS", 4)
    for number in range(10):
        tell(event(id=f"evt_{number}"))
    for number in range(4):
        tell(event(id=f"evt_{number}"))
    assert not Alert.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_posts_are_events(client: Client, method: str) -> None:
    assert getattr(client, method)(WEBHOOK).status_code == 405


def test_stripe_needs_no_token_and_no_origin(settings: Settings) -> None:
    body = json.dumps(event()).encode()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(
        WEBHOOK,
        body,
        "application/json",
        headers={"Stripe-Signature": signed(body), "Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 200
