"""Settling the cases of a page, and writing down what became of each difference."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, transaction
from django.utils.timezone import now

from donations.ledger import Facts
from donations.locks import Busy, lock_all
from donations.models import Difference, DifferentThing, EntryKind, LedgerEntry
from donations.reconciliation import subscriptions, unknown
from donations.reconciliation.cases import Case, Scope
from donations.stripe_api import StripeAway, StripeError
from donations.subscriptions import NotOurs

logger = logging.getLogger(__name__)

T = TypeVar("T")


def settle(scope: Scope, cases: Sequence[Case]) -> list[Difference]:
    """Repair what can be repaired, unless we only look. Gives every difference of these cases.

    Each act is a transaction together with the line that tells of it; what is only to be appended
    is one for the whole page. Raises StripeAway.
    """
    if scope.run.is_dry_run:
        return _write_down(scope, cases, is_repaired=False)
    found: list[Difference] = []
    appended: list[Case] = []
    for case in cases:
        if case.entry is not None and _is_prepared(case):
            appended.append(case)
        elif case.act is None or not _act(scope, case, found):
            found += _write_down(scope, [case], is_repaired=False)
            _tell(case)
    return found + _append_all(scope, appended)


def _append_all(scope: Scope, cases: list[Case]) -> list[Difference]:
    """The whole page at once; if somebody is at one of them, one by one."""
    if not cases:
        return []
    try:
        with transaction.atomic():
            _append(cases)
            return _write_down(scope, cases, is_repaired=True)
    except (Busy, DatabaseError):
        if len(cases) > 1:
            return [each for case in cases for each in _append_all(scope, [case])]
        logger.exception("not_reconciled id=%s", _name(cases[0]))
        return _write_down(scope, cases, is_repaired=False)


def _act(scope: Scope, case: Case, found: list[Difference]) -> bool:
    def act() -> list[Difference]:
        assert case.act is not None
        with transaction.atomic():
            case.act()
            return _write_down(scope, [case], is_repaired=True)

    repaired = _unless_it_fails(case, act)
    found += repaired or []
    return repaired is not None


def _is_prepared(case: Case) -> bool:
    assert case.entry is not None
    prepare = case.entry.prepare
    return prepare is None or _unless_it_fails(case, prepare) is not None


def _unless_it_fails(case: Case, act: Callable[[], T]) -> T | None:
    """What cannot be repaired must not keep others from being compared. Raises StripeAway.

    When the database itself is gone, the next query says so.
    """
    try:
        return act()
    except (StripeAway, InterfaceError):
        raise
    except (StripeError, NotOurs, Busy) as reason:
        logger.warning("not_reconciled id=%s reason=%s", _name(case), reason)
    except Exception:
        logger.exception("not_reconciled id=%s", _name(case))
    return None


def _append(cases: Iterable[Case]) -> None:
    """All their entries, where they are still missing under the locks."""
    entries = [case.entry for case in cases if case.entry is not None]
    # As everywhere: what contains before what is contained, and each kind in one order.
    deepest = max(len(each.locks) for each in entries)
    for depth in range(deepest):
        ids = {each.locks[depth] for each in entries if len(each.locks) > depth}
        lock_all(sorted(ids - {""}))
    wanted: list[Facts] = [each.facts() for each in entries]
    sources = set(
        LedgerEntry.objects.filter(source__in=[each["source"] for each in wanted]).values_list(
            "source", flat=True
        )
    )
    payments = set(
        LedgerEntry.objects.filter(
            kind=EntryKind.PAYMENT,
            payment_intent__in={each["payment_intent"] for each in wanted} - {""},
        ).values_list("payment_intent", flat=True)
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(**each)
        for each in wanted
        if each["source"] not in sources
        and not (each["kind"] == EntryKind.PAYMENT and each["payment_intent"] in payments)
    )


def _write_down(scope: Scope, cases: Iterable[Case], *, is_repaired: bool) -> list[Difference]:
    """A comparison that goes on after a kill meets some of them again."""
    at = now() if is_repaired else None
    found = [
        Difference(
            reconciliation=scope.run,
            thing=said.thing,
            stripe_id=said.stripe_id,
            what=said.what,
            ours=said.ours[:255],
            stripes=said.stripes[:255],
            repaired_at=at,
        )
        for case in cases
        for said in case.said
    ]
    if found:
        Difference.objects.bulk_create(
            found,
            update_conflicts=True,
            unique_fields=["reconciliation", "thing", "stripe_id", "what"],
            update_fields=["ours", "stripes", "repaired_at"],
        )
    return found


def _tell(case: Case) -> None:
    """What only a person can settle."""
    for said in case.said:
        if said.what == unknown.MISSING:
            unknown.tell(said.stripe_id)
        elif (said.thing, said.what) == (DifferentThing.CUSTOMER, "address"):
            subscriptions.tell_of_address(said.stripe_id)


def _name(case: Case) -> str:
    return case.said[0].stripe_id if case.said else ""
