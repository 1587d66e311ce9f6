"""A comparison from its first page to its last, with a checkpoint after each."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.timezone import now

from donations import stripe_lists
from donations.models import (
    Difference,
    EventState,
    LedgerEntry,
    ReconciledPage,
    Reconciliation,
    StripeEvent,
    Subscription,
)
from donations.reconciliation import invoices, payments, returns, sessions, subscriptions, unknown
from donations.reconciliation.cases import Outcome, Scope
from donations.reconciliation.repairing import settle
from donations.stripe_api import StripeAway
from newsroom import crash_points

T = TypeVar("T")

# Seconds before Stripe is asked again, when it is away or asks us to slow down.
PATIENCE = (1, 4, 15)
# How far back the lists of an account may go that we know nothing of yet.
GUESSED_AGE = timedelta(days=730)
# After so long, what was compared first may differ again.
FRESH = timedelta(days=2)
NAME = "donations.reconciliation"


class AlreadyRunning(Exception):
    """Another comparison is at it."""


class Interrupted(Exception):
    """Stripe stays away. The comparison can go on from its last page."""


@dataclass(frozen=True)
class Step:
    """A page done: of which kind, how far in it (0 to 1), what differed."""

    kind: str
    fraction: float
    compared: int
    differences: list[Difference]


@dataclass(frozen=True)
class _Page:
    outcome: Outcome
    after: str
    reached_at: datetime | None = None


def begin(
    *, since: datetime | None, is_dry_run: bool, until: datetime | None = None
) -> Reconciliation:
    """A new comparison, of what happened since (None: ever). One that was broken off is over."""
    at = now()
    progress: dict[str, Any] = {"newest_entry": _newest_entry(), "horizon": _horizon(at)}
    if until is not None:
        progress["until"] = until.isoformat()
    return Reconciliation.objects.create(
        started_at=at,
        livemode=settings.STRIPE_LIVEMODE,
        is_dry_run=is_dry_run,
        since=since,
        progress=progress,
    )


def unfinished(
    *, is_dry_run: bool, since: datetime | None = None, is_any: bool = False
) -> Reconciliation | None:
    """The newest comparison of this kind, when it was broken off not long ago.

    `is_any`: of whatever period, however long ago.
    """
    last = (
        Reconciliation.objects.filter(livemode=settings.STRIPE_LIVEMODE, is_dry_run=is_dry_run)
        .order_by("-pk")
        .first()
    )
    if last is None or last.finished_at is not None:
        return None
    is_same = last.since == since and now() - last.started_at < FRESH
    return last if is_any or is_same else None


def carry_out(
    run: Reconciliation,
    *,
    is_writing_off: bool = False,
    told: Callable[[Step], object] = lambda step: None,
) -> None:
    """Compare from where `run` stands to the end, and repair unless it only looks.

    `told` hears of each page. Raises AlreadyRunning, Interrupted, and StripeRefused for a key
    that may not read.
    """
    with _alone():
        # Whoever was at it until now may have come further.
        run.refresh_from_db()
        if run.finished_at is not None:
            return
        for kind in KINDS:
            while not run.progress.get(kind, {}).get("is_done"):
                scope = _scope(run, is_writing_off)
                step = _patiently(partial(_page, scope, kind))
                told(step)
                crash_points.crash_point("between-reconciled-pages")
        run.pages.all().delete()
        run.finished_at = now()
        run.save(update_fields=["finished_at"])


def _page(scope: Scope, kind: str) -> Step:
    """Compare and settle the next page of a kind; then remember that it is done."""
    run = scope.run
    state: dict[str, Any] = run.progress.get(kind, {})
    page = KINDS[kind](scope, state.get("after", ""))
    differences = settle(scope, page.outcome.cases)
    with transaction.atomic():
        if page.outcome.known_ids:
            ReconciledPage.objects.create(reconciliation=run, ids=page.outcome.known_ids)
        run.progress[kind] = {"after": page.after, "is_done": not page.after}
        run.compared += page.outcome.compared
        run.save(update_fields=["progress", "compared"])
    return Step(kind, _fraction(run, page), run.compared, differences)


def _fraction(run: Reconciliation, page: _Page) -> float:
    """How far back in time the lists have come: they do not say how long they are."""
    if not page.after or page.reached_at is None:
        return 1.0
    began = run.since or datetime.fromisoformat(run.progress["horizon"])
    whole = (run.started_at - began).total_seconds()
    return min(0.99, max(0.0, (run.started_at - page.reached_at).total_seconds() / (whole or 1)))


def _newest_entry() -> int:
    """What the ledger held when a comparison began."""
    return LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _horizon(at: datetime) -> str:
    """The oldest thing that we know of; nothing yet, a guess."""
    entry = LedgerEntry.objects.order_by("occurred_at").first()
    subscription = Subscription.objects.order_by("started_at").first()
    known = [entry.occurred_at] if entry else []
    known += [subscription.started_at] if subscription else []
    return min(known, default=at - GUESSED_AGE).isoformat()


def _scope(run: Reconciliation, is_writing_off: bool) -> Scope:
    until = run.progress.get("until")
    waiting: frozenset[str] = frozenset()
    if until:
        stored = StripeEvent.objects.filter(state=EventState.STORED).exclude(object_id="")
        waiting = frozenset(stored.values_list("object_id", flat=True)[:10_000])
    return Scope(
        run=run,
        livemode=settings.STRIPE_LIVEMODE,
        until=datetime.fromisoformat(until) if until else None,
        waiting=waiting,
        is_writing_off=is_writing_off,
    )


def _patiently(act: Callable[[], T]) -> T:
    """Ask once more, later and later, before giving up on Stripe. Raises Interrupted."""
    for seconds in PATIENCE:
        try:
            return act()
        except StripeAway:
            time.sleep(seconds * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
    try:
        return act()
    except StripeAway as away:
        raise Interrupted(str(away)) from away


@contextmanager
def _alone() -> Iterator[None]:
    """A lock of this session: it goes with the process, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [NAME])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise AlreadyRunning
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [NAME])


def _subscriptions(scope: Scope, after: str) -> _Page:
    """Those that live whenever they began: they change. Ended ones when all are asked for."""
    page = stripe_lists.subscriptions(after, is_ended_too=scope.since is None)
    return _Page(subscriptions.compare(scope, page.found), page.after, page.reached_at)


def _sessions(scope: Scope, after: str) -> _Page:
    page = stripe_lists.sessions(after, scope.since)
    return _Page(sessions.compare(scope, page.found), page.after, page.reached_at)


def _invoices(scope: Scope, after: str) -> _Page:
    page = stripe_lists.invoices(after, scope.since)
    return _Page(invoices.compare(scope, page.found), page.after, page.reached_at)


def _payments(scope: Scope, after: str) -> _Page:
    page = stripe_lists.payments(after, scope.since)
    return _Page(payments.compare(scope, page.found), page.after, page.reached_at)


def _refunds(scope: Scope, after: str) -> _Page:
    page = stripe_lists.refunds(after, scope.since)
    return _Page(returns.compare_refunds(scope, page.found), page.after, page.reached_at)


def _disputes(scope: Scope, after: str) -> _Page:
    # All of them: there are few, and a bank may take months to decide.
    page = stripe_lists.disputes(after, None)
    return _Page(returns.compare_disputes(scope, page.found), page.after, page.reached_at)


def _unknown_mirrors(scope: Scope, after: str) -> _Page:
    cases, last = unknown.mirrors(scope, after)
    return _Page(Outcome(cases), last)


def _unknown_entries(scope: Scope, after: str) -> _Page:
    cases, last = unknown.entries(scope, after)
    return _Page(Outcome(cases), last)


# In this order: a payment needs its subscription, a refund its payment; last, our own books.
KINDS: dict[str, Callable[[Scope, str], _Page]] = {
    "subscriptions": _subscriptions,
    "invoices": _invoices,
    "sessions": _sessions,
    "payments": _payments,
    "refunds": _refunds,
    "disputes": _disputes,
    "mirrors": _unknown_mirrors,
    "ledger": _unknown_entries,
}
