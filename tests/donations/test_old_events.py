"""After a quarter of a year an event no longer knows a person, and can still be applied again."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import now

from donations import inbox, tasks
from donations.models import EventState, LedgerEntry, StripeEvent
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell

pytestmark = pytest.mark.django_db

CANARY = "canary.7391@example.com"
LONG_AGO = timedelta(days=91)


def test_old_events_forget_people_and_keep_what_they_were_about(
    start: Callable[..., str], stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    for every in ("once", "month"):
        stripe_side.pay(start(every=every, amount="20"), email=CANARY, name="Canary Bird")
    for event in stripe_side.events():
        tell(event)
    before = {each.event_id: json.loads(each.body) for each in StripeEvent.objects.all()}
    assert CANARY in json.dumps(list(before.values()))
    StripeEvent.objects.update(
        received_at=now() - LONG_AGO, error=f"IntegrityError: Key (email)=({CANARY})"
    )
    tasks.reduce_old_events(0)
    for stored in StripeEvent.objects.all():
        everything = stored.body + stored.error
        for word in ("canary", "Bird", "4242", "http", "secret"):
            assert word not in everything
        kept, whole = json.loads(stored.body), before[stored.event_id]
        assert (kept["id"], kept["type"], kept["created"]) == (whole["id"], whole["type"], whole["created"])  # fmt: skip
        thing, was = kept["data"]["object"], whole["data"]["object"]
        assert (thing["id"], thing["object"]) == (was["id"], was["object"])
        for name in ("amount_total", "payment_intent", "subscription", "status"):
            assert thing.get(name) == was.get(name)
    # Once is enough, and the event can be applied again.
    assert inbox.reduce_old(now()) == 0
    for stored in StripeEvent.objects.all():
        inbox.replay(stored)
    run_jobs()
    assert LedgerEntry.objects.filter(kind="payment").count() == 2


def test_younger_events_stay_as_they_came(tell: Tell) -> None:
    body = {"email": CANARY}
    for number, days in enumerate((89, 91)):
        StripeEvent.objects.create(
            event_id=f"evt_{number}", type="invoice.paid", livemode=False, body=json.dumps(body),
            happened_at=now(), state=EventState.APPLIED,
        )  # fmt: skip
        StripeEvent.objects.filter(event_id=f"evt_{number}").update(
            received_at=now() - timedelta(days=days)
        )
    assert inbox.reduce_old(now()) == 1
    assert StripeEvent.objects.get(event_id="evt_0").body == json.dumps(body)
    assert json.loads(StripeEvent.objects.get(event_id="evt_1").body) == {"reduced": True}
