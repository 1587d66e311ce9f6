"""Stripe's events: verified, stored once as they came, and queued with the same commit."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from donations import stripe_api
from donations.models import EventState, StripeEvent
from newsroom import crash_points, jobs, limits
from newsroom.alerts import alert

logger = logging.getLogger(__name__)

EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,250}", re.ASCII)
EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,80}", re.ASCII)
# Of the objects that we act on, and those around them.
STRIPE_ID = re.compile(
    r"(evt|cs|pi|ch|py|re|pyr|in|inpay|sub|si|cus|txn|dp|du|issfr|price|prod|pm|li|il|req)"
    r"_[A-Za-z0-9_]{1,250}",
    re.ASCII,
)
STRIPES_WORDS = frozenset(
    ["api_version", "billing_reason", "currency", "interval", "mode", "object", "payment_status",
     "reason", "status", "type"]
)  # fmt: skip
OBJECT_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)
CLOCKS_AGREE_WITHIN = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(minutes=10)
MANY_REPEATS = 50
ALERTS_AT_MOST_EVERY = timedelta(minutes=1)
# What a supporter's mail address stands in is not kept for ever.
BODIES_LAST = timedelta(days=90)
REDUCED = '{"reduced": true'
APPLY = "donations.apply_event"
_JOB = jobs.queued_with(
    APPLY, once_as=f"'{APPLY}:' || id", arguments="jsonb_build_object('event_id', id)"
)
_STORE = f"""
    WITH stored AS (
        INSERT INTO "{StripeEvent._meta.db_table}"
            (event_id, type, object_id, livemode, api_version, body, happened_at, received_at,
             state, attempts, error)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '')
        ON CONFLICT (event_id) DO NOTHING RETURNING id
    )
    SELECT id, {_JOB} FROM stored
"""  # noqa: S608 - names of our own


class Refused(Exception):
    """This is no event of ours; the text says why, in words that a log may keep."""


def receive(payload: bytes, signature: str) -> StripeEvent | None:
    """Store an event and queue its work; None when it is here already. Raises Refused."""
    at = now()
    try:
        signed_at = stripe_api.signed_at(payload, signature, settings.STRIPE_WEBHOOK_SECRETS, at)
    except stripe_api.Untimely as untimely:
        _alert(
            "stripe.clock_skew",
            "An event was signed more than five minutes before or after now, and refused: either "
            "this machine's clock is wrong, or somebody sends a captured event again.",
        )
        raise Refused("signed too long ago, or in the future") from untimely
    except stripe_api.BadSignature as bad:
        raise Refused("bad signature") from bad
    event = _read(payload)
    if event.livemode != settings.STRIPE_LIVEMODE:
        _alert(
            "stripe.wrong_mode",
            "An event of test data reached the live paper, or the other way round.",
        )
        raise Refused("wrong mode")
    if event.api_version != stripe_api.API_VERSION:
        _alert(
            "stripe.api_version",
            f"Events come in API version {event.api_version or 'unknown'}, "
            f"we read {stripe_api.API_VERSION}. They are applied all the same.",
        )
    if abs(signed_at - at) > CLOCKS_AGREE_WITHIN:
        _alert(
            "stripe.clock_skew",
            "Stripe's clock and ours are more than a minute apart: check this machine's time. "
            "From five minutes on, every event is refused.",
        )
    stored = _store(event)
    if stored is None:
        _watch_repeats(at)
    return stored


def _watch_repeats(at: datetime) -> None:
    """Some events come twice. Nearly all of them: two endpoints at Stripe point here, or our
    answers come too late for it.
    """
    repeats = limits.count("webhook:repeats", per=timedelta(days=1), at=at)
    if repeats % MANY_REPEATS:
        return
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    events = StripeEvent.objects.filter(received_at__gte=today).count()
    if repeats * 10 >= events * 8:
        _alert(
            "stripe.twice",
            f"Of {events} events today, {repeats} came twice. They count once, but look at "
            "Stripe's dashboard under Webhooks: only one endpoint should point here, and its "
            "deliveries should not time out.",
        )


def _alert(cause: str, message: str) -> None:
    """Whoever sends us events decides how often; we write it down once a minute."""
    alert(cause, message, at_most_every=ALERTS_AT_MOST_EVERY)


def take(event: dict[str, Any]) -> StripeEvent | None:
    """Store an event that we read at Stripe ourselves: it needs no signature. Raises Refused."""
    # The SDK reads exact decimals, which travel as text.
    return _store(_read(json.dumps(event, default=str).encode()))


def replay(event: StripeEvent) -> None:
    """Apply an event once more, as if it had just come, even when a next try waits already."""
    with transaction.atomic():
        event.state, event.attempts, event.error = EventState.STORED, 0, ""
        event.save(update_fields=["state", "attempts", "error"])
        jobs.defer(APPLY, event_id=event.pk)


def queue(event_id: int, *, at: datetime | None = None) -> None:
    jobs.defer(APPLY, at=at, once_as=f"{APPLY}:{event_id}", event_id=event_id)


def reduce_old(at: datetime) -> int:
    """Forget the people in events of long ago; gives how many.

    What remains says which objects they were about, which is all that applying one again needs.
    """
    done = 0
    old = StripeEvent.objects.filter(received_at__lt=at - BODIES_LAST)
    while batch := list(old.exclude(body__startswith=REDUCED).order_by("pk")[:500]):
        for event in batch:
            event.body = json.dumps({"reduced": True, **_without_people(json.loads(event.body))})
            event.error = event.error.partition(":")[0]
        StripeEvent.objects.bulk_update(batch, ["body", "error"])
        done += len(batch)
    return done


def _without_people(found: Any, name: str = "") -> Any:
    """Ids, figures and Stripe's own words; no text that anybody typed."""
    if isinstance(found, dict):
        kept = {each: _without_people(inner, each) for each, inner in found.items()}
        return {each: inner for each, inner in kept.items() if inner not in (None, {}, [])}
    if isinstance(found, list):
        return [inner for each in found if (inner := _without_people(each, name)) is not None]
    if isinstance(found, str):
        is_id = (OBJECT_ID if name == "id" else STRIPE_ID).fullmatch(found)
        return found if name in STRIPES_WORDS or (is_id and "_secret" not in found) else None
    return None if name.startswith("exp_") else found


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
            api_version=_readable(version),
            body=body,
            happened_at=datetime.fromtimestamp(created, UTC),
        )
    except (OSError, OverflowError, ValueError) as error:
        raise Refused("no event that we can read") from error


def _matching(shape: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ValueError
    return value


def _readable(version: object) -> str:
    """What a database can hold; a strange version is no reason to lose an event."""
    return version[:40] if isinstance(version, str) and version.isprintable() else ""


def _store(event: StripeEvent) -> StripeEvent | None:
    with transaction.atomic():
        # With its job, in one statement. Of two at once, the second waits, then finds the first's.
        with connection.cursor() as cursor:
            cursor.execute(
                _STORE,
                [
                    event.event_id, event.type, event.object_id, event.livemode,
                    event.api_version, event.body, event.happened_at, now(), event.state,
                ],
            )  # fmt: skip
            inserted = cursor.fetchone()
        if inserted is None:
            return None
        event.pk = inserted[0]
        crash_points.crash_point("after-insert")
    crash_points.crash_point("after-commit-before-response")
    logger.info("stripe_event_stored id=%s type=%s", event.event_id, event.type)
    return event
