"""Two months and more of giving, lived through at the stand-in with its clock turned back."""

import json
import random
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from donations import checkout, inbox, reminders, stripe_api, stripe_events
from donations.models import (
    Campaign,
    EntryKind,
    Frequency,
    LedgerEntry,
    Placement,
    Prompt,
    Subscription,
)
from newsroom.models import OutgoingMail
from newsroom.paper import date_in_paper

BEGINS = timedelta(days=72)
# Events are gone after a month.
EVENTS_LAST = timedelta(days=21)
# Receipts of the last days are letters in the outbox; older ones only stand in the books.
LETTERS = timedelta(days=2)
# Enough for all that is in the books: each of these reads the subscription too.
TYPES = (
    "checkout.session.completed",
    "invoice.paid",
    "invoice.payment_failed",
)
SEED = 1911
# The supporter that the demo's texts and tests speak of.
KNOWN = "supporter@example.com"
FIRST_NAMES = [
    "ada",
    "amir",
    "anouk",
    "ansel",
    "asta",
    "bela",
    "bruno",
    "cato",
    "dara",
    "edda",
    "elif",
    "emil",
    "esther",
    "farid",
    "fenna",
    "finn",
    "gesa",
    "greta",
    "hanno",
    "hedda",
    "ilse",
    "imre",
    "ines",
    "ivo",
    "jana",
    "joos",
    "jule",
    "kaja",
    "karim",
    "lale",
    "lenz",
    "lotte",
    "luka",
    "maren",
    "marta",
    "milo",
    "mira",
    "nadim",
    "nele",
    "nika",
    "olga",
    "oskar",
    "petra",
    "rana",
    "reza",
    "romy",
    "rosa",
    "samir",
    "sefa",
    "signe",
    "stella",
    "tamar",
    "theo",
    "tilda",
    "ulla",
    "vera",
    "viktor",
    "wim",
    "yara",
    "yusuf",
    "zita",
]
EVERY = (
    [(Frequency.MONTH, amount) for amount in (2_00, 5_00, 5_00, 10_00, 10_00, 25_00, 50_00)] * 5
    + [(Frequency.YEAR, amount) for amount in (60_00, 120_00, 250_00)] * 3
    + [(Frequency.ONCE, amount) for amount in (10_00, 25_00, 25_00, 50_00, 80_00)] * 3
)
PLACEMENTS = (Placement.ARTICLE_END,) * 5 + (Placement.BANNER,) * 3 + (Placement.FRONT_STRIP,)


@dataclass(frozen=True)
class Gift:
    at: datetime
    email: str
    frequency: Frequency
    amount_minor: int
    currency: str
    placement: Placement
    # Its card will be declined when the next month is due.
    will_fail: bool


def live_through(campaign: Campaign, at: datetime) -> None:
    """Pay, renew and fail as it would have happened; then read all of it into the books."""
    _tell("reset")
    _tell("webhooks", enabled="0")
    prompts = {prompt.placement: prompt for prompt in campaign.prompts.filter(languages=[])}
    clock = read_until = (at - BEGINS).replace(microsecond=0)
    _tell("clock", now=int(clock.timestamp()))
    for gift in _gifts(at):
        _tell("clock", advance=int((gift.at - clock).total_seconds()))
        clock = gift.at
        _give(gift, campaign, prompts[gift.placement])
        if clock - read_until > EVENTS_LAST:
            _read(since=read_until)
            read_until = clock
    _tell("clock", advance=int((at - clock).total_seconds()))
    _read(since=read_until)
    _tell("clock", now="")
    _tell("webhooks", enabled="1")
    _put_old_letters_away(at)
    for email in ("reader-one@example.com", "reader-two@example.com"):
        reminders.promise(
            email,
            due_on=reminders.add_months(date_in_paper(at), 1),
            language="en",
            placement=Placement.BANNER,
            network="demo",
            at=at,
        )


def _read(*, since: datetime) -> None:
    for event in stripe_api.events(TYPES, since=since):
        stored = inbox.take(event)
        if stored is not None:
            stripe_events.apply(stored.pk)


def _gifts(at: datetime) -> Iterator[Gift]:
    """In the order of time, and the same at every seeding."""
    chance = random.Random(SEED)  # noqa: S311 - a demo, not a secret
    begins = (at - BEGINS).replace(microsecond=0)
    moments = sorted(
        begins + timedelta(seconds=chance.randrange(int(BEGINS.total_seconds()) - 3600))
        for _ in FIRST_NAMES
    )
    choices = [EVERY[position % len(EVERY)] for position in range(len(FIRST_NAMES))]
    chance.shuffle(choices)
    yield Gift(begins, KNOWN, Frequency.MONTH, 5_00, "usd", Placement.ARTICLE_END, False)
    for position, (moment, name, (frequency, amount)) in enumerate(
        zip(moments, FIRST_NAMES, choices, strict=True)
    ):
        yield Gift(
            moment,
            f"{name}@example.org",
            frequency,
            amount,
            "eur" if position % 11 == 5 and "eur" in settings.CURRENCIES else "usd",
            chance.choice(PLACEMENTS),
            position in {4, 9},
        )


def _give(gift: Gift, campaign: Campaign, prompt: Prompt) -> None:
    wish = checkout.Wish(
        frequency=gift.frequency,
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        language="en",
        nonce=f"demo:{gift.email}",
        campaign=campaign,
        prompt=prompt,
        placement=gift.placement,
    )
    intent = checkout.note_wish(wish, gift.at)
    checkout.payment_page(intent, gift.at)
    intent.refresh_from_db()
    paid = _tell("pay", session=intent.session_id or "", email=gift.email)
    if gift.will_fail and paid["subscription"]:
        _tell("renewals", subscription=paid["subscription"], card="decline")


def _put_old_letters_away(at: datetime) -> None:
    """What is in the outbox is news; but the known supporter always finds a way in there."""
    payments = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    known = payments.filter(supporter__email=KNOWN).latest("occurred_at")
    recent = payments.filter(occurred_at__gt=at - LETTERS).values_list("source", flat=True)
    failing = Subscription.objects.filter(status="past_due").values("supporter__email")
    is_news = Q(purpose="receipt", about__in=[known.source, *recent]) | Q(
        purpose="payment_failed", recipient__in=failing
    )
    OutgoingMail.objects.exclude(is_news).update(sent_at=at, handed_over_at=at)


def _tell(act: str, **form: object) -> dict[str, Any]:
    """Ask the stand-in for what Stripe itself does not offer."""
    request = urllib.request.Request(  # noqa: S310 - the stand-in's own address
        f"{settings.STRIPE_API_BASE}/_stand_in/{act}",
        data=urllib.parse.urlencode(form).encode(),
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found
