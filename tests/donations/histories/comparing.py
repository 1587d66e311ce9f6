"""What the paper says at the end of a history, held against what it must say."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import F

from donations.models import (
    EventState,
    IntentState,
    LedgerEntry,
    StripeEvent,
    Subscription,
    Supporter,
    SupportIntent,
)
from newsroom.models import Alert, OutgoingMail
from tests.donations.histories import post_office
from tests.donations.histories.oracle import Books, Entry, Mirror
from tests.donations.histories.world import World

MOST_FAILURE_LETTERS = 3
# Alerts that a history may raise. Any other says that something went wrong that must not.
EXPECTED_ALERTS = (
    "ledger.below_zero",
    "payments.twice",
    "reconciliation.differences",
    "stripe.address:",
    "stripe.dispute:",
    "stripe.fraud_warning:",
)


def differences(world: World, books: Books) -> list[str]:
    """Everything that is not as it must be, in words; nothing when all is well."""
    return [
        *of_the_ledger(books),
        *of_the_mirror(books),
        *_of_the_supporters(world, books),
        *_of_the_intents(books),
        *_of_the_letters(world, books),
        *_of_the_inbox(),
        *_of_the_alerts(books),
    ]


def ledger() -> dict[str, Entry]:
    """The paper's ledger, in the oracle's shape."""
    return {
        each.source: Entry(
            kind=each.kind,
            source=each.source,
            payment_intent=each.payment_intent,
            amount=each.amount_minor,
            currency=each.currency,
            at=_seconds(each.occurred_at),
            interval=each.interval,
            settled=each.settled_minor,
            settled_in=each.settlement_currency,
            rate=each.exchange_rate,
            livemode=each.livemode,
        )
        for each in LedgerEntry.objects.all()
    }


def mirrors() -> dict[str, Mirror]:
    return {
        each.stripe_id: Mirror(
            id=each.stripe_id,
            customer=each.customer_id,
            status=each.status,
            amount=each.amount_minor,
            currency=each.currency,
            interval=each.interval,
            period_end=_seconds(each.current_period_end),
            ends_then=each.cancel_at_period_end,
            is_paused=each.is_paused,
            started=_seconds(each.started_at),
            ended=_seconds(each.ended_at),
            livemode=each.livemode,
        )
        for each in Subscription.objects.all()
    }


def of_the_ledger(books: Books) -> Iterator[str]:
    yield from _between("ledger", ledger(), books.entries)


def of_the_mirror(books: Books) -> Iterator[str]:
    ours = mirrors()
    seen = {name: each for name, each in books.perhaps.items() if name in ours}
    yield from _between("mirror", ours, books.mirrors | seen)


def _between(what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
    for name in sorted({*ours, *theirs}):
        if name not in ours:
            yield f"{what}: missing {theirs[name]}"
        elif name not in theirs:
            yield f"{what}: too much {ours[name]}"
        elif ours[name] != theirs[name]:
            yield f"{what}: {ours[name]} must be {theirs[name]}"


def _of_the_supporters(world: World, books: Books) -> Iterator[str]:
    """Everybody who gave, once each, and nobody else."""
    entries = LedgerEntry.objects.select_related("supporter")
    owners: dict[str, set[int | None]] = {}
    for entry in entries:
        owners.setdefault(entry.payment_intent, set()).add(entry.supporter_id)
        if entry.kind != "payment":
            continue
        typed = books.payers.get(entry.payment_intent, "").lower()
        known = entry.supporter.email if entry.supporter else None
        # An address that was changed or forgotten at Stripe before we heard of it is not known.
        if typed and known != typed and not _was_touched(world, entry.subscription_id):
            yield f"supporter: {entry.source} was given by {typed}, and is {known}'s"
    for intent, supporters in owners.items():
        if len(supporters) > 1 or None in supporters:
            yield f"supporter: entries of {intent} belong to {supporters}"
    addresses = Counter(Supporter.objects.exclude(email="").values_list("email", flat=True))
    for address, times in addresses.items():
        if times > 1 or address in world.strangers or address != address.lower():
            yield f"supporter: {address} {times} times"
    idle = Supporter.objects.filter(entries=None, subscriptions=None)
    for supporter in idle:
        yield f"supporter: {supporter} gave nothing"


def _was_touched(world: World, subscription: int | None) -> bool:
    if subscription is None:
        return False
    customer = Subscription.objects.get(pk=subscription).customer_id
    return customer in world.touched


def _of_the_intents(books: Books) -> Iterator[str]:
    paid = {intent for intent, state in books.sessions.values() if state == "paid"}
    known = {intent for intent, _state in books.sessions.values()}
    for intent in SupportIntent.objects.all():
        reference = str(intent.pk)
        if reference in paid:
            allowed = {"paid"}
        elif intent.session_id:
            allowed = {books.sessions[intent.session_id][1]}
        elif reference in known:  # the answer was lost on the way
            allowed = {"new"}
        else:
            allowed = {"new"}
        if intent.state not in allowed:
            yield f"intent: {reference} is {intent.state}, must be {' or '.join(allowed)}"
        if (intent.closed_at is None) != (intent.state in _OPEN):
            yield f"intent: {reference} is {intent.state}, closed {intent.closed_at}"
        if intent.state == IntentState.PAID and intent.supporter_id is None:
            yield f"intent: {reference} is paid by nobody"
    missing = known - {str(each) for each in SupportIntent.objects.values_list("pk", flat=True)}
    for reference in missing:
        yield f"intent: {reference} is gone"


_OPEN = {IntentState.NEW, IntentState.OPEN, IntentState.PENDING}


def _of_the_letters(world: World, books: Books) -> Iterator[str]:
    mails = list(OutgoingMail.objects.all())
    for mail in mails:
        if mail.sent_at is None and mail.gave_up_at is None:
            yield f"letter: {mail} was not sent"
        if mail.purpose not in _PURPOSES:
            yield f"letter: {mail} is none that this history calls for"
    sent = Counter(post_office.message_ids())
    unknown = set(sent) - {mail.message_id for mail in mails}
    if unknown:
        yield f"letter: {unknown} went out and are in no outbox"
    for mail in mails:
        if mail.sent_at is not None and not sent[mail.message_id]:
            yield f"letter: {mail} is marked as sent, and never went out"
        if sent[mail.message_id] > 1 + world.deaths:
            yield f"letter: {mail} went out {sent[mail.message_id]} times"
    yield from _owed("receipt", mails, _receipts(world))
    yield from _owed("refunded", mails, _refund_letters(world))
    yield from _of_failures(mails, books)
    of_debits = {mail.about for mail in mails if mail.purpose == "debit_failed"}
    for each in of_debits - {*books.sessions}:
        yield f"letter: debit_failed about {each}"
    of_two = [mail.about for mail in mails if mail.purpose == "two_subscriptions"]
    for each in set(of_two) - {*books.mirrors, *books.perhaps}:
        yield f"letter: two_subscriptions about {each}"


_PURPOSES = {
    "debit_failed", "paid_twice", "payment_failed", "receipt", "refunded", "two_subscriptions",
}  # fmt: skip


def _receipts(world: World) -> set[str]:
    """A letter a payment, unless it was no news or nobody's."""
    payments = LedgerEntry.objects.filter(kind="payment").exclude(supporter__email="")
    return {each.source for each in payments} - world.no_news


def _refund_letters(world: World) -> set[str]:
    """A letter a refund, unless it had come back by the time we heard of it."""
    refunds = LedgerEntry.objects.filter(kind="refund").exclude(supporter__email="")
    return {each.source for each in refunds} - world.no_news - world.came_back_first


def _owed(purpose: str, mails: Iterable[OutgoingMail], owed: set[str]) -> Iterator[str]:
    about = {mail.about for mail in mails if mail.purpose == purpose}
    for each in sorted(owed - about):
        yield f"letter: no {purpose} about {each}"
    for each in sorted(about - owed):
        yield f"letter: a {purpose} about {each} was not owed"


def _of_failures(mails: Iterable[OutgoingMail], books: Books) -> Iterator[str]:
    """One a failed try, three at most, and none about a try that did not fail."""
    for mail in mails:
        if mail.purpose != "payment_failed":
            continue
        invoice, _, attempt = mail.about.partition(":")
        most = min(MOST_FAILURE_LETTERS, books.failed_tries.get(invoice, 0))
        if not 1 <= int(attempt) <= most:
            yield f"letter: payment_failed about {mail.about}, of which {most} failed"


def _of_the_inbox() -> Iterator[str]:
    for event in StripeEvent.objects.exclude(state=EventState.APPLIED):
        if event.state == EventState.STORED:
            yield f"inbox: {event} was not applied: {event.error or 'nobody tried'}"
        elif not event.error:
            yield f"inbox: {event} is {event.state} without a reason"


def _of_the_alerts(books: Books) -> Iterator[str]:
    causes = set(Alert.objects.values_list("cause", flat=True))
    if books.below_zero and not any(each.startswith("ledger.below_zero") for each in causes):
        yield f"alert: nobody was told that {books.below_zero} are below zero"
    for cause in causes:
        if not cause.startswith(EXPECTED_ALERTS):
            message = Alert.objects.filter(cause=cause).values_list(F("message"), flat=True)[0]
            yield f"alert: {cause}: {message}"


def _seconds(at: datetime | None) -> Any:
    return None if at is None else int(at.timestamp())
