"""Events that Stripe could not deliver, fetched and applied as if they had come by themselves.

So whatever mail is still owed goes out, which a comparison of the books would never send.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from donations import inbox, standing, stripe_api
from donations.models import StripeEvent
from donations.stripe_events import HANDLERS

logger = logging.getLogger(__name__)

# For so long Stripe shows its events. It gives up to deliver one after three days.
EVENTS_LAST = timedelta(days=30)
LATELY = timedelta(days=4)


def fetch(at: datetime, *, reaches_back: timedelta = EVENTS_LAST) -> int:
    """Take what was not delivered, and queue its work. Gives how many events were new.

    Nothing in a copy of the paper. Raises what `stripe_api` raises.
    """
    if standing.is_copy():
        return 0
    taken = 0
    for events in _undelivered(since=at - reaches_back):
        ours = {
            each["id"]: each
            for each in events
            if each["livemode"] == settings.STRIPE_LIVEMODE and each["type"] in HANDLERS
        }
        known = StripeEvent.objects.filter(event_id__in=list(ours)).values_list(
            "event_id", flat=True
        )
        for event_id in ours.keys() - set(known):
            try:
                taken += inbox.take(ours[event_id]) is not None
            except inbox.Refused as reason:
                logger.warning("missed_event_refused id=%s reason=%s", event_id, reason)
    if taken:
        logger.info("missed_events_fetched count=%s", taken)
    return taken


def _undelivered(*, since: datetime) -> Iterator[list[dict[str, Any]]]:
    """Newest first; they may be another endpoint's on the same account, too."""
    asked: dict[str, Any] = {
        "delivery_success": False,
        "created": {"gte": int(since.timestamp())},
        "limit": 100,
    }
    has_more = True
    while has_more:
        events, has_more = stripe_api.page("events", asked)
        yield events
        if events:
            asked["starting_after"] = events[-1]["id"]
