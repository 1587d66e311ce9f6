"""Whatever is sent to the webhook: an event is stored as it came, or nothing is, and never a 500."""

import json
import time
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations.models import StripeEvent
from newsroom.models import Alert
from tests.donations.conftest import WEBHOOK, signed
from tests.donations.test_stripe_tells_us import event

pytestmark = pytest.mark.django_db

quickly = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SURROGATES = st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3)
TEXTS = st.one_of(
    st.text(max_size=30),
    SURROGATES,
    st.sampled_from(["evt_1", "invoice.paid", "cs_test_1", "\0", "\u202eabc", "x" * 400, "true"]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS,
    st.sampled_from([10**30, -(10**18), 10**400, 253402300800, 1e400]),
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
FIELDS = ("id", "object", "api_version", "created", "data", "livemode", "type")


def deliver(client: Client, body: bytes, signature: str) -> int:
    """The status; what was refused has left nothing behind."""
    StripeEvent.objects.all().delete()
    response = client.post(
        WEBHOOK, body, "application/json", headers={"Stripe-Signature": signature}
    )
    stored = list(StripeEvent.objects.values_list("body", flat=True))
    assert stored == ([body.decode()] if response.status_code == 200 else [])
    assert response.status_code in {200, 400, 411, 413}
    return response.status_code


def sign(body: bytes) -> str:
    """As Stripe would, if it ever sent such a body."""
    try:
        return signed(body)
    except UnicodeDecodeError:
        return f"t={int(time.time())},v1={'0' * 64}"


@quickly
@given(changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=4))
def test_row_15_a_signed_event_with_anything_in_any_field(
    client: Client, changed: dict[str, Any]
) -> None:
    body = json.dumps(event(**changed)).encode()
    deliver(client, body, sign(body))


@quickly
@given(body=st.binary(max_size=300))
def test_row_15_signed_bytes_of_any_kind(client: Client, body: bytes) -> None:
    assert deliver(client, body, sign(body)) == 400 or body == b""


@quickly
@given(cut=st.integers(0, 400), to=st.integers(0, 400))
def test_row_15_a_truncated_event(client: Client, cut: int, to: int) -> None:
    whole = json.dumps(event()).encode()
    body = whole[:cut] + whole[max(cut, to) :]
    status = deliver(client, body, sign(body))
    assert (status == 200) is (body == whole) or b'"evt_' in body
    if body != whole:
        # Of a body of which nothing is left, not even the length came.
        assert deliver(client, body, signed(whole)) == (400 if body else 411)


@quickly
@given(signature=st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda raw: raw.decode("latin-1"))))  # fmt: skip
def test_row_14_any_signature_but_ours(client: Client, signature: str) -> None:
    assert deliver(client, json.dumps(event()).encode(), signature) == 400


@quickly
@given(depth=st.integers(900, 60_000), opening=st.sampled_from(["[", '{"a":']))
def test_row_15_nested_to_any_depth(client: Client, depth: int, opening: str) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    deep = opening * depth + "1" + closing * depth
    body = json.dumps(event(data="DEEP")).replace('"DEEP"', deep).encode()
    deliver(client, body, sign(body))


@pytest.mark.parametrize(
    "twist",
    [
        ('"id": "evt_1"', '"id": "evt_0", "id": "evt_1"'),
        ('"livemode": false', '"livemode": true, "livemode": false'),
        ('"object": "event"', '"object": "event", "note": "\\ud800\\u0000"'),
        ('"object": "event"', '"object": "event", "note": 1' + "0" * 4_000),
        ('"object": "event"', '"object": "event", "note": NaN'),
    ],
)
def test_what_a_generous_reader_understands_is_kept_as_it_came(
    client: Client, twist: tuple[str, str]
) -> None:
    body = json.dumps(event()).replace(*twist).encode()
    assert deliver(client, body, signed(body)) == 200
    assert StripeEvent.objects.get().event_id == "evt_1"


def test_a_number_that_is_too_long_to_read_is_refused(client: Client) -> None:
    body = json.dumps(event()).replace('"event"', '"event", "note": 1' + "0" * 5_000).encode()
    assert deliver(client, body, signed(body)) == 400


@pytest.mark.parametrize("version", ["\ud800", "\0", "x" * 5_000, "٢٠٢٦", "\u202e2026"])
def test_row_21_a_version_that_no_database_can_hold_loses_no_event(
    client: Client, version: str
) -> None:
    body = json.dumps(event(api_version=version)).encode()
    assert deliver(client, body, signed(body)) == 200
    assert Alert.objects.get().cause == "stripe.api_version"
