"""Stripe's events: verified, stored once as they came, and queued with the same commit."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from donations import stripe_api
from donations.models import EventState, StripeEvent
from newsroom import crash_points, jobs
from newsroom.alerts import alert

logger = logging.getLogger(__name__)

EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)
EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,80}", re.ASCII)
OBJECT_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)
CLOCKS_AGREE_WITHIN = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(minutes=10)


class Refused(Exception):
    """This is no event of ours; the text says why, in words that a log may keep."""


def receive(payload: bytes, signature: str) -> StripeEvent | None:
    """Store an event and queue its work; None when it is here already. Raises Refused."""
    at = now()
    try:
        signed_at = stripe_api.signed_at(payload, signature, settings.STRIPE_WEBHOOK_SECRETS, at)
    except stripe_api.BadSignature as bad:
        raise Refused("bad signature") from bad
    event = _read(payload)
    if event.livemode != settings.STRIPE_LIVEMODE:
        alert(
            "stripe.wrong_mode",
            "An event of test data reached the live paper, or the other way round.",
        )
        raise Refused("wrong mode")
    if event.api_version != stripe_api.API_VERSION:
        alert(
            "stripe.api_version",
            f"Events come in API version {event.api_version or 'unknown'}, "
            f"we read {stripe_api.API_VERSION}. They are applied all the same.",
        )
    if signed_at - at > CLOCKS_AGREE_WITHIN:
        alert("stripe.clock_skew", "Stripe's clock is ahead of ours: check this machine's time.")
    return _store(event)


def take(event: dict[str, Any]) -> StripeEvent | None:
    """Store an event that we read at Stripe ourselves: it needs no signature. Raises Refused."""
    # The SDK reads exact decimals, which travel as text.
    return _store(_read(json.dumps(event, default=str).encode()))


def replay(event: StripeEvent) -> None:
    """Apply an event once more, as if it had just come, even when a next try waits already."""
    with transaction.atomic():
        event.state, event.attempts, event.error = EventState.STORED, 0, ""
        event.save(update_fields=["state", "attempts", "error"])
        jobs.defer("donations.apply_event", event_id=event.pk)


def queue(event_id: int, *, at: datetime | None = None) -> None:
    name = f"donations.apply_event:{event_id}"
    jobs.defer("donations.apply_event", at=at, once_as=name, event_id=event_id)


def requeue_forgotten() -> None:
    """Queue again what was stored long ago; while its job waits, nothing is added."""
    forgotten = StripeEvent.objects.filter(
        state=EventState.STORED, received_at__lt=now() - FORGOTTEN_AFTER
    )
    for event_id in forgotten.values_list("pk", flat=True)[:500]:
        queue(event_id)


def _read(payload: bytes) -> StripeEvent:
    try:
        body = payload.decode()
        found: Any = json.loads(body)
    except (RecursionError, ValueError) as error:
        raise Refused("no JSON") from error
    if not isinstance(found, dict) or found.get("object") != "event":
        raise Refused("no event")
    subject = found.get("data")
    subject = subject.get("object") if isinstance(subject, dict) else None
    object_id = subject.get("id") if isinstance(subject, dict) else None
    livemode, created = found.get("livemode"), found.get("created")
    version = found.get("api_version")
    try:
        if not isinstance(livemode, bool) or not isinstance(created, int):
            raise ValueError
        return StripeEvent(
            event_id=_matching(EVENT_ID, found.get("id")),
            type=_matching(EVENT_TYPE, found.get("type")),
            # A balance, for one, has no id.
            object_id=_matching(OBJECT_ID, object_id) if object_id is not None else "",
            livemode=livemode,
            api_version=version[:40].replace("\0", "") if isinstance(version, str) else "",
            body=body,
            happened_at=datetime.fromtimestamp(created, UTC),
        )
    except (OSError, OverflowError, ValueError) as error:
        raise Refused("no event that we can read") from error


def _matching(shape: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ValueError
    return value


def _store(event: StripeEvent) -> StripeEvent | None:
    with transaction.atomic():
        # Of two that come at once, the second waits for the first, then finds it.
        stored, is_new = StripeEvent.objects.get_or_create(
            event_id=event.event_id,
            defaults={
                "type": event.type,
                "object_id": event.object_id,
                "livemode": event.livemode,
                "api_version": event.api_version,
                "body": event.body,
                "happened_at": event.happened_at,
            },
        )
        if not is_new:
            return None
        crash_points.crash_point("after-insert")
        queue(stored.pk)
    crash_points.crash_point("after-commit-before-response")
    logger.info("stripe_event_stored id=%s type=%s", stored.event_id, stored.type)
    return stored
