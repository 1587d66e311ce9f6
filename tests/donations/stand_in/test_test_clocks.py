"""Time by Stripe's own name: test clocks, of which the stand-in has one."""

import pytest

from tests.donations.stand_in.conftest import NOON, Bench, Refused
from tests.donations.stand_in.sdk_types import kind_of, object_problems

MONTH = 31 * 86_400


def test_a_month_passes_by_test_clock(bench: Bench) -> None:
    clocks = bench.client.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON, "name": "Years"})
    owner = bench.client.v1.customers.create(
        {
            "email": "bob@example.com",
            "payment_method": "pm_card_visa",
            "test_clock": clock.id,
        }
    )
    method = bench.client.v1.customers.payment_methods.list(owner.id).data[0].id
    price = {
        "currency": "usd", "product": bench.product(), "recurring": {"interval": "month"},
        "unit_amount": 500,
    }  # fmt: skip
    subscription = bench.client.v1.subscriptions.create(
        {"customer": owner.id, "items": [{"price_data": price}], "default_payment_method": method}
    )
    assert (owner.test_clock, subscription.test_clock) == (clock.id, clock.id)
    advanced = clocks.advance(clock.id, {"frozen_time": NOON + MONTH})
    assert (advanced.status, advanced.frozen_time) == ("ready", NOON + MONTH)
    [renewal, first] = bench.client.v1.invoices.list().data
    assert (renewal.created, renewal.status, renewal.test_clock) == (NOON + MONTH, "paid", clock.id)
    assert first.created == NOON
    types = bench.event_types()
    assert types[-2:] == ["charge.updated", "test_helpers.test_clock.ready"]
    clocks.advance(clock.id, {"frozen_time": NOON + MONTH + 1})
    assert bench.event_types()[-2] == "test_helpers.test_clock.advancing"


def test_there_is_one_clock_for_everything(bench: Bench, refused: Refused) -> None:
    clocks = bench.client.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON})
    refused(clocks.create, {"frozen_time": NOON})
    bench.control("clock", advance=60)
    assert clocks.retrieve(clock.id).frozen_time == NOON + 60
    assert [one.frozen_time for one in clocks.list().data] == [NOON + 60]
    assert clocks.delete(clock.id).deleted
    refused(clocks.retrieve, clock.id, status=404)
    assert not bench.control("clock")["frozen"]
    assert clocks.create({"frozen_time": NOON}).id != clock.id


@pytest.mark.parametrize("moment", [NOON, NOON - 1])
def test_a_clock_only_moves_on(bench: Bench, refused: Refused, moment: int) -> None:
    clocks = bench.client.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON})
    refused(clocks.advance, clock.id, {"frozen_time": moment}, param="frozen_time")
    refused(clocks.advance, "clock_none", {"frozen_time": NOON + 1}, status=404)
    refused(clocks.advance, clock.id, {}, code="parameter_missing")
    refused(bench.client.v1.customers.create, {"test_clock": "clock_none"}, param="test_clock")


def test_a_clock_has_stripes_fields(bench: Bench) -> None:
    clock = bench.client.v1.test_helpers.test_clocks.create({"frozen_time": NOON})
    answer = bench.raw("GET", f"/v1/test_helpers/test_clocks/{clock.id}").json
    assert list(object_problems(kind_of(answer["object"]), answer, "clock")) == []
