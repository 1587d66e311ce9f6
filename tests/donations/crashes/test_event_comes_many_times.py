"""One event in many copies at the same moment, over real HTTP, to the server of production."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from donations.models import EntryKind, EventState, LedgerEntry, StripeEvent
from tests.donations.conftest import Stripe
from tests.donations.crashes.conftest import House, stuck
from tests.donations.crashes.test_process_is_killed import Start

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 32


def test_row_1_and_2_thirty_two_copies_at_once_leave_one_entry(
    house: House, start: Start, stripe_side: Stripe
) -> None:
    stripe_side.pay(start(every="once", amount="20"))
    (event,) = stripe_side.events("checkout.session.completed")
    barrier = threading.Barrier(COPIES)
    with house.open(workers=2) as site:

        def deliver(_: int) -> int:
            barrier.wait(20)
            return site.tell(event)

        with ThreadPoolExecutor(COPIES) as pool:
            assert set(pool.map(deliver, range(COPIES))) == {200}
    assert StripeEvent.objects.count() == 1
    house.finish()
    assert StripeEvent.objects.get().state == EventState.APPLIED
    assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 1
    assert stuck() == []
