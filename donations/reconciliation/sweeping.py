"""Every night: what Stripe could not tell us, then a comparison of the last weeks."""

import logging
from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from donations import standing, stripe_events
from donations.models import EventState, Reconciliation, StripeEvent
from donations.reconciliation import endpoints, missed_events
from donations.reconciliation.running import (
    AlreadyRunning,
    begin,
    carry_out,
    unfinished,
)
from donations.reconciliation.words import by_thing
from donations.stripe_api import StripeRefused
from newsroom.alerts import alert

logger = logging.getLogger(__name__)

REACHES_BACK = timedelta(days=40)
# What happened so shortly before is left to its own event, with which mail goes out.
ON_ITS_WAY = timedelta(minutes=15)

LONG_AGO = timedelta(hours=12)


def sweep(at: datetime) -> Reconciliation | None:
    """Compare what happened lately, repair it, and alert of any difference.

    Nothing in a copy of the paper, nor while another comparison runs. When Stripe stays away, the
    next try goes on where this one was. Raises Interrupted and what `stripe_api` raises.
    """
    if standing.is_copy():
        return None
    _tell_of_unfinished(at)
    try:
        endpoints.check()
    except StripeRefused as refused:
        # A restricted key need not be allowed to see them.
        logger.warning("endpoints_not_checked reason=%s", refused)
    missed_events.fetch(at)
    _apply_what_waits()
    day = at.astimezone(UTC).date()
    since = datetime.combine(day - REACHES_BACK, time.min, UTC)
    run = unfinished(is_dry_run=False, since=since) or begin(
        since=since, is_dry_run=False, until=at - ON_ITS_WAY
    )
    try:
        carry_out(run)
    except AlreadyRunning:
        logger.info("sweep_left_out another comparison is running")
        return None
    _tell_of(run)
    return run


def _apply_what_waits() -> None:
    """What was told and not yet applied is news, too: first it, then the comparison."""
    waiting = StripeEvent.objects.filter(state=EventState.STORED).order_by("pk")
    for event_id in waiting.values_list("pk", flat=True)[:5_000]:
        stripe_events.apply(event_id)


def _tell_of(run: Reconciliation) -> None:
    found = list(run.differences.values_list("thing", "repaired_at"))
    if not found:
        return
    every = by_thing((thing, 1) for thing, _repaired in found)
    left = by_thing((thing, 1) for thing, repaired in found if repaired is None)
    end = f"What remains for a person: {left}." if left else "All were repaired."
    number = f"{len(found):,} difference{'s' if len(found) > 1 else ''}"
    alert(
        "reconciliation.differences",
        f"The comparison with Stripe found {number}: {every}. {end}",
    )


def _tell_of_unfinished(at: datetime) -> None:
    last = (
        Reconciliation.objects.filter(livemode=settings.STRIPE_LIVEMODE, is_dry_run=False)
        .order_by("-pk")
        .first()
    )
    if last is not None and last.finished_at is None and at - last.started_at > LONG_AGO:
        alert(
            "reconciliation.unfinished",
            f"The comparison with Stripe of {last} never came to its end.",
        )
