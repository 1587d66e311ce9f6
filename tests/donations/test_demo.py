"""The demo's books: lived through at the stand-in, so that both tell the same."""

import json
import urllib.request
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from donations import demo, goals
from donations.models import (
    Campaign,
    EntryKind,
    EventState,
    LedgerEntry,
    Placement,
    Reconciliation,
    Reminder,
    StripeEvent,
    Subscription,
    Supporter,
)
from newsroom.models import OutgoingMail, Paper
from newsroom.paper import zone_of
from tests.conftest import StandIn
from tests.donations.reconciling import ours, reconcile


def listed(stand_in: StandIn, what: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {"has_more": True}
    while more["has_more"]:
        after = f"&starting_after={found[-1]['id']}" if found else ""
        request = urllib.request.Request(
            f"{stand_in.url}/v1/{what}?limit=100{query}{after}",
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
        )
        with urllib.request.urlopen(request) as answer:
            more = json.load(answer)
        found += more["data"]
    return found


@pytest.mark.django_db
def test_the_books_of_the_demo_are_those_of_the_stand_in(stand_in: StandIn) -> None:
    demo.seed()
    at = now()
    charged = [each for each in listed(stand_in, "charges") if each["paid"]]
    payments = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    assert Counter(payments.values_list("payment_intent", "amount_minor", "currency")) == Counter(
        (each["payment_intent"], each["amount"], each["currency"]) for each in charged
    )
    assert LedgerEntry.objects.filter(kind=EntryKind.FEE).count() == payments.count()
    mirrored = dict(Subscription.objects.values_list("stripe_id", "status"))
    assert mirrored == {
        each["id"]: each["status"] for each in listed(stand_in, "subscriptions", "&status=all")
    }

    # Two months and more, one-time and renewed, and a card that failed.
    moments = payments.order_by("occurred_at").values_list("occurred_at", flat=True)
    assert at - moments[0] > timedelta(days=60)
    assert set(payments.values_list("interval", flat=True)) == {"", "month", "year"}
    assert Subscription.objects.exclude(status="active").exists()
    known = Supporter.objects.get(email="supporter@example.com")
    assert known.entries.filter(kind=EntryKind.PAYMENT).count() >= 3
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {EventState.APPLIED}

    campaign = Campaign.objects.get()
    progress = goals.progress(campaign, at=at, zone=zone_of(Paper.load()))
    assert 0.4 < progress.reached / progress.goal < 0.95
    assert set(campaign.prompts.values_list("placement", flat=True)) == set(Placement.values)
    # Old letters are no news, but whoever tries the demo finds a way in as the known supporter.
    news = OutgoingMail.objects.filter(sent_at=None)
    assert news.count() < 15
    assert "/support/manage/entry/" in news.get(recipient=known.email).text
    failing = Subscription.objects.filter(status="past_due").values("supporter__email")
    assert not news.filter(purpose="payment_failed").exclude(recipient__in=failing).exists()
    assert Reminder.objects.count() == 2

    with CaptureQueriesContext(connection) as again:
        demo.seed()
    assert len(again) == 1

    # The first comparison finds nothing, changes nothing, and writes to nobody.
    before, mails = ours(), OutgoingMail.objects.count()
    said = reconcile()
    assert ": no differences." in said, said
    assert Reconciliation.objects.get().compared > 100
    assert ours() == before
    assert OutgoingMail.objects.count() == mails
