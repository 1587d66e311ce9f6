"""From what somebody has in hand, an address or any id of Stripe's, to rows of ours.

Some ids stand in no column: a dispute's, an invoice's. The events about them name what does.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from donations.ledger import ADJUSTMENT
from donations.models import LedgerEntry, StripeEvent, Subscription, Supporter, SupportIntent

LONGEST = 200
EVENTS_READ = 10
PEOPLE_READ = 20
_PREFIX = r"(?:pi|inpay|in|sub|cus|re|pyr|dp|du|cs|evt|txn|ch|py|issfr)"
# Wherever it stands: people paste the address of a page of Stripe's dashboard.
_ID = re.compile(rf"(?<![A-Za-z0-9_]){_PREFIX}_[A-Za-z0-9_]{{1,250}}", re.ASCII)
_INSIDE = re.compile(rf'"({_PREFIX}_[A-Za-z0-9_]{{1,250}})"', re.ASCII)


@dataclass(frozen=True)
class Sought:
    """`id` is empty where the text is a part of an address."""

    text: str
    id: str = ""


def sought(text: str) -> Sought:
    text = text.replace("\0", "").strip()[:LONGEST]
    found = None if "@" in text else _ID.search(text)
    return Sought(text, found[0] if found else "")


def supporters(wanted: Sought) -> QuerySet[Supporter]:
    """Whoever an id leads to; else those whose address contains the text."""
    if (by_id := whose(wanted)) is not None:
        return by_id
    return Supporter.objects.filter(email__icontains=wanted.text)


def entries(wanted: Sought) -> Q:
    """The entries of an id itself; when there are none, those of what it leads to."""
    if wanted.id:
        for ids in ([wanted.id], _related(wanted.id)):
            about = _entries_of(ids)
            if LedgerEntry.objects.filter(about).exists():
                return about
    return Q(supporter__in=supporters(wanted).values("pk"))


def subscriptions(wanted: Sought) -> Q:
    ids = _related(wanted.id) if wanted.id else []
    about = Q(stripe_id__in=ids) | Q(customer_id__in=ids)
    if Subscription.objects.filter(about).exists():
        return about
    return Q(supporter__in=supporters(wanted).values("pk"))


def intents(wanted: Sought) -> Q:
    try:
        return Q(pk=uuid.UUID(wanted.text))
    except ValueError:
        pass
    if wanted.id:
        about = Q(session_id__in=_related(wanted.id))
        if SupportIntent.objects.filter(about).exists():
            return about
    return Q(supporter__in=supporters(wanted).values("pk"))


def events(wanted: Sought) -> Q:
    """Of an id, of a type such as `invoice.paid`, or of all that belongs to a supporter."""
    about = Q(event_id=wanted.id) | Q(object_id=wanted.id)
    if wanted.id and StripeEvent.objects.filter(about).exists():
        return about
    if re.fullmatch(r"[a-z_]+(\.[a-z_]*)+", wanted.text):
        return Q(type__startswith=wanted.text)
    return Q(object_id__in=ids_of(supporters(wanted)[:PEOPLE_READ]))


def ids_of(people: Iterable[Supporter]) -> set[str]:
    """Ids of Stripe's that stand in our rows about these."""
    them = list(people)
    found: set[str | None] = set()
    for row in Subscription.objects.filter(supporter__in=them).values_list("stripe_id", "customer_id"):  # fmt: skip
        found.update(row)
    for row in LedgerEntry.objects.filter(supporter__in=them).values_list("source", "payment_intent"):  # fmt: skip
        found.update(row)
    found.update(
        SupportIntent.objects.filter(supporter__in=them).values_list("session_id", flat=True)
    )
    return {each for each in found if each}


def whose(wanted: Sought) -> QuerySet[Supporter] | None:
    """Whoever an id belongs to; None when the text is no id, or one that leads nowhere."""
    if not wanted.id:
        try:
            intent = uuid.UUID(wanted.text)
        except ValueError:
            return None
        found = Supporter.objects.filter(supportintent=intent)
        return found if found.exists() else None
    for ids in ([wanted.id], _related(wanted.id)):
        people = {
            *Subscription.objects.filter(
                Q(stripe_id__in=ids) | Q(customer_id__in=ids)
            ).values_list("supporter", flat=True),
            *LedgerEntry.objects.filter(_entries_of(ids)).values_list("supporter", flat=True),
            *SupportIntent.objects.filter(session_id__in=ids).values_list("supporter", flat=True),
        } - {None}  # fmt: skip
        if people:
            return Supporter.objects.filter(pk__in=people)
    return None


def _entries_of(ids: Iterable[str]) -> Q:
    sources = [
        source
        for each in ids
        for source in (each, f"{each}:failed", f"{each}:fee", f"{ADJUSTMENT}{each}")
    ]
    known = Subscription.objects.filter(Q(stripe_id__in=ids) | Q(customer_id__in=ids))
    return (
        Q(source__in=sources)
        | Q(payment_intent__in=ids)
        | Q(subscription__in=list(known.values_list("pk", flat=True)))
    )


def _related(stripe_id: str) -> list[str]:
    """The id, and those that events about it name."""
    told = StripeEvent.objects.filter(Q(event_id=stripe_id) | Q(object_id=stripe_id))
    found = {stripe_id}
    for body in told.order_by("-happened_at").values_list("body", flat=True)[:EVENTS_READ]:
        found.update(_INSIDE.findall(body))
    return sorted(found)
