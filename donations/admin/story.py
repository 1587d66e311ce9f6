"""The story of one supporter: what they wished, paid and changed, and what was written to them.

Each source is read newest first and only as far as the page needs.
"""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from donations.admin.stripe_links import stripe_link
from donations.admin.subscription_changes import changes_of, customer_changes_of
from donations.models import (
    AccessLink,
    EntryKind,
    Frequency,
    LedgerEntry,
    StripeEvent,
    Supporter,
    SupportIntent,
)
from donations.models.stripe_event import DISPUTES, FAILURES, TROUBLE
from donations.money import format_amount
from donations.stripe_objects import moment
from newsroom.mail import state_of
from newsroom.models import OutgoingMail

PAGE = 40
A_DAY = timedelta(days=1)
# So many ids are looked for inside events; whoever has more has a longer story than trouble.
MOST_IDS = 500
# Promised to an address, not to a supporter; and what operators get.
NOT_TO_SUPPORTERS = ("reminder", "alert")


@dataclass(frozen=True)
class Happening:
    """`kind` is for the style sheet: wish, paid, back, trouble, change, letter."""

    at: datetime
    kind: str
    words: str
    note: str = ""
    link: str = ""
    stripe: SafeString | str = ""


class Page(NamedTuple):
    happenings: list[Happening]
    number: int
    is_last: bool


def page_of_story(supporter: Supporter, number: int) -> Page:
    """The newest happenings are on page 1."""
    sources = (_wishes, _money, _subscriptions, _changes, _failures, _disputes, _letters)
    told = heapq.merge(
        *(source(supporter) for source in sources), key=lambda each: each.at, reverse=True
    )
    first = (number - 1) * PAGE
    found = list(islice(told, first, first + PAGE + 1))
    return Page(found[:PAGE], number, is_last=len(found) <= PAGE)


def _wishes(supporter: Supporter) -> Iterator[Happening]:
    wishes = SupportIntent.objects.filter(supporter=supporter).select_related("campaign")
    for wish in wishes.order_by("-created_at"):
        place = wish.get_placement_display() if wish.placement else _("support page")
        yield Happening(
            wish.created_at,
            "wish",
            _("Wanted to give %(gift)s: %(state)s")
            % {
                "gift": _gift(wish.amount_minor, wish.currency, wish.frequency),
                "state": wish.get_state_display(),
            },
            note=f"{place}, {wish.campaign}" if wish.campaign else place,
            link=reverse("admin:donations_supportintent_change", args=[wish.pk]),
            stripe=stripe_link(wish.session_id, livemode=wish.livemode) if wish.session_id else "",
        )


def _money(supporter: Supporter) -> Iterator[Happening]:
    entries = LedgerEntry.objects.filter(supporter=supporter).exclude(kind=EntryKind.FEE)
    for entry in entries.select_related("campaign").order_by("-occurred_at", "-pk"):
        amount = format_amount(abs(entry.amount_minor), entry.currency)
        gift = _gift(abs(entry.amount_minor), entry.currency, entry.interval or Frequency.ONCE)
        kind, words = {
            EntryKind.PAYMENT: ("paid", _("Paid %(gift)s")),
            EntryKind.REFUND: ("back", _("%(amount)s was refunded")),
            EntryKind.REFUND_FAILED: (
                "trouble",
                _("The refund of %(amount)s failed: we have the money again"),
            ),
            EntryKind.DISPUTE: (
                "trouble",
                _("Their bank took %(amount)s back: the payment is disputed"),
            ),
            EntryKind.DISPUTE_RETURNED: (
                "paid",
                _("The bank gave %(amount)s back to us: the dispute is decided"),
            ),
            EntryKind.ADJUSTMENT: ("change", _("The books were corrected by %(amount)s")),
        }[EntryKind(entry.kind)]
        if entry.kind == EntryKind.ADJUSTMENT:
            amount = format_amount(entry.amount_minor, entry.currency)
        yield Happening(
            entry.occurred_at,
            kind,
            words % {"gift": gift, "amount": amount},
            note=entry.campaign.name if entry.campaign else "",
            link=reverse("admin:donations_ledgerentry_change", args=[entry.pk]),
            stripe=stripe_link(entry.payment_intent or entry.source, livemode=entry.livemode),
        )


def _subscriptions(supporter: Supporter) -> Iterator[Happening]:
    """How each began and ended: the mirror knows, even of those older than our events."""
    told = []
    for each in supporter.subscriptions.all():
        gift = _gift(each.amount_minor, each.currency, each.interval)
        shared: dict[str, Any] = {
            "link": reverse("admin:donations_subscription_change", args=[each.pk]),
            "stripe": stripe_link(each.stripe_id, livemode=each.livemode),
        }
        began = _("A subscription began: %(gift)s") % {"gift": gift}
        told.append(Happening(each.started_at, "change", began, **shared))
        if each.ended_at is not None:
            ended = _("The subscription ended: %(gift)s") % {"gift": gift}
            told.append(Happening(each.ended_at, "trouble", ended, **shared))
    yield from sorted(told, key=lambda each: each.at, reverse=True)


def _changes(supporter: Supporter) -> Iterator[Happening]:
    """What changed in between, from the events that told us."""
    ids = {each for row in supporter.subscriptions.values_list("stripe_id", "customer_id") for each in row}  # fmt: skip
    events = StripeEvent.objects.filter(
        object_id__in=ids,
        type__in=(
            "customer.subscription.updated", "customer.subscription.paused",
            "customer.subscription.resumed", "customer.updated", "customer.deleted",
        ),
    )  # fmt: skip
    for event in events.order_by("-happened_at", "-pk").iterator(chunk_size=100):
        changed, before = _told(event)
        is_customer = event.type.startswith("customer.subscription") is False
        for words in (customer_changes_of if is_customer else changes_of)(event.type, changed, before):  # fmt: skip
            yield Happening(event.happened_at, "change", words, **_of_event(event))


def _failures(supporter: Supporter) -> Iterator[Happening]:
    """Tries to collect that failed. An invoice names its subscription only inside."""
    subscriptions = supporter.subscriptions.values_list("stripe_id", flat=True)
    return _troubles(supporter, FAILURES, list(subscriptions))


def _disputes(supporter: Supporter) -> Iterator[Happening]:
    """What banks questioned. A dispute names its payment only inside."""
    payments = supporter.entries.filter(kind=EntryKind.PAYMENT).exclude(payment_intent="")
    ids = payments.order_by("-occurred_at").values_list("payment_intent", flat=True)[:MOST_IDS]
    return _troubles(supporter, DISPUTES, list(ids))


def _troubles(supporter: Supporter, types: tuple[str, ...], ids: list[str]) -> Iterator[Happening]:
    if not ids:
        return
    names = Q()
    for each in ids:
        names |= Q(body__contains=f'"{each}"')
    # Named once more as a whole, for the index that holds these types alone.
    events = StripeEvent.objects.filter(
        names, type__in=TROUBLE, happened_at__gte=supporter.created_at - A_DAY
    ).filter(type__in=types)
    for event in events.order_by("-happened_at", "-pk").iterator(chunk_size=100):
        found, _before = _told(event)
        if words := _words_of_trouble(event.type, found):
            yield Happening(event.happened_at, "trouble", words, **_of_event(event))


def _words_of_trouble(kind: str, found: dict[str, Any]) -> str:
    currency = found.get("currency") or ""
    if kind.startswith("invoice."):
        amount = format_amount(found.get("amount_due") or 0, currency)
        if kind == "invoice.payment_action_required":
            return _("Their bank wants them to confirm %(amount)s") % {"amount": amount}
        values = {"amount": amount, "number": found.get("attempt_count") or 1}
        again = found.get("next_payment_attempt")
        if again is None:
            return _("%(amount)s could not be collected, try %(number)s") % values
        values["date"] = date_format(localtime(moment(again)), "DATE_FORMAT")
        return _("%(amount)s could not be collected, try %(number)s: the next is on %(date)s") % values  # fmt: skip
    amount = format_amount(found.get("amount") or 0, currency)
    if kind == "charge.dispute.created":
        return _("Their bank questions %(amount)s (%(reason)s)") % {
            "amount": amount,
            "reason": str(found.get("reason") or "").replace("_", " "),
        }
    return {
        "won": _("The dispute over %(amount)s was decided for us"),
        "lost": _("The dispute over %(amount)s was decided against us"),
        "warning_closed": _("The bank’s question about %(amount)s came to nothing"),
    }.get(str(found.get("status")), "") % {"amount": amount}


def _letters(supporter: Supporter) -> Iterator[Happening]:
    links = AccessLink.objects.filter(supporter=supporter)
    about_links = [str(pk) for pk in links.values_list("pk", flat=True)]
    theirs = Q(purpose="access", about__in=about_links)
    if supporter.email:
        theirs |= Q(recipient=supporter.email)
    letters = OutgoingMail.objects.filter(theirs).exclude(purpose__in=NOT_TO_SUPPORTERS)
    for letter in letters.defer("text", "html").order_by("-created_at").iterator(chunk_size=100):
        purpose = {
            "receipt": _("a receipt"),
            "payment_failed": _("that a payment failed"),
            "debit_failed": _("that a bank payment failed"),
            "two_subscriptions": _("that they give twice"),
            "paid_twice": _("that they may have paid twice by mistake"),
            "refunded": _("that money is on its way back"),
            "access": _("a way to their own page"),
        }.get(letter.purpose, letter.purpose)
        yield Happening(
            letter.created_at,
            "letter",
            _("We wrote to them: %(purpose)s (%(state)s)")
            % {"purpose": purpose, "state": state_of(letter)},
            # A link is for its supporter alone, and so is its number.
            note="" if letter.purpose == "access" else letter.about,
            link=reverse("admin:newsroom_outgoingmail_change", args=[letter.pk]),
        )


def _gift(minor: int, currency: str, interval: str) -> str:
    amount = format_amount(minor, currency)
    if interval == Frequency.MONTH:
        return _("%(amount)s monthly") % {"amount": amount}
    if interval == Frequency.YEAR:
        return _("%(amount)s yearly") % {"amount": amount}
    return _("%(amount)s once") % {"amount": amount}


def _told(event: StripeEvent) -> tuple[dict[str, Any], dict[str, Any]]:
    """The object as it was then, and what it was before."""
    try:
        data = json.loads(event.body).get("data")
    except (AttributeError, RecursionError, ValueError):
        data = None
    data = data if isinstance(data, dict) else {}
    found, before = data.get("object"), data.get("previous_attributes")
    return (
        found if isinstance(found, dict) else {},
        before if isinstance(before, dict) else {},
    )


def _of_event(event: StripeEvent) -> dict[str, Any]:
    return {
        "link": reverse("admin:donations_stripeevent_change", args=[event.pk]),
        "stripe": stripe_link(event.object_id, livemode=event.livemode),
    }
