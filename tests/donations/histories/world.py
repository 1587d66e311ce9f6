"""All that a history moves: Stripe's side, the paper's side, one clock for both, and the people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import time_machine
from django.test import override_settings
from django.utils.timezone import now

from donations.models import EntryKind, LedgerEntry
from tests.donations.histories import post_office
from tests.donations.histories.newspaper import Newspaper, killed, killed_in_a_fork
from tests.donations.histories.stripe_here import Json, Refusal, StripeHere, Told

CURRENCIES = ["usd", "eur", "jpy", "kwd"]
# A product of another system on the same account whose subscriptions the paper has made its own.
ADOPTED = "prod_support_of_old"
# And one that is nobody's business.
FOREIGN = "prod_mugs"
# The ends of months, and an ordinary day.
BEGINNINGS = [
    datetime(2024, 1, 31, 10, 0, tzinfo=UTC),
    datetime(2025, 1, 31, 23, 50, tzinfo=UTC),
    datetime(2025, 6, 12, 9, 30, tzinfo=UTC),
]
# What the endpoint is registered for; anything else is delivered now and then all the same.
LISTENED_TO = frozenset(
    """
    checkout.session.completed checkout.session.async_payment_succeeded
    checkout.session.async_payment_failed checkout.session.expired
    customer.subscription.created customer.subscription.updated customer.subscription.deleted
    customer.subscription.paused customer.subscription.resumed
    invoice.paid invoice_payment.paid invoice.payment_failed invoice.payment_action_required
    charge.updated refund.created refund.updated refund.failed
    charge.dispute.created charge.dispute.updated charge.dispute.closed
    charge.dispute.funds_withdrawn charge.dispute.funds_reinstated
    customer.updated customer.deleted radar.early_fraud_warning.created
    """.split()  # noqa: SIM905  a list of them would be a page long
)


@dataclass
class Visit:
    """Somebody on Stripe's page, with the browser that they came with."""

    session: str
    email: str
    browser: str = ""


@dataclass
class World:
    stripe: StripeHere
    paper: Newspaper
    clock: time_machine.Traveller
    # Whether a process that dies is a process of its own, and dies by SIGKILL.
    is_real_death: bool = False
    visits: list[Visit] = field(default_factory=list)
    # Addresses that only ever met another product of the account.
    strangers: set[str] = field(default_factory=set)
    # Customers whose address was changed or forgotten at Stripe.
    touched: set[str] = field(default_factory=set)
    # How often a process died while it may have been sending mail.
    deaths: int = 0
    # Whether the books were compared at the end, so that another comparison must find nothing.
    must_not_differ: bool = False
    # Sources of entries that the paper learned of while it compared its books with Stripe's: what
    # is no news is not written to anybody.
    no_news: set[str] = field(default_factory=set)
    # Refunds that had failed already when the paper heard of them.
    came_back_first: set[str] = field(default_factory=set)
    _seen: int = 0

    def pending(self) -> list[Told]:
        return [each for each in self._listened_to() if not each.is_delivered]

    def delivered(self) -> list[Told]:
        return [each for each in self.stripe.told if each.is_delivered]

    def unheard(self) -> list[Told]:
        """What Stripe still means to deliver."""
        return [each for each in self.pending() if not each.is_dropped]

    def deliver(self, event: Told) -> bool:
        """Whether the paper took it."""
        is_taken = self.paper.take(self.stripe.body_of(event)) == 200
        if is_taken:
            self.stripe.delivered(event)
        return is_taken

    def dies(self, act: Callable[[], object], point: str, times: int = 1) -> bool:
        """Do something that changes nothing at Stripe, and die at a crash point, if it is come to."""
        if self.is_real_death:
            return killed_in_a_fork(act, point)
        return killed(act, point, times)

    def advance(self, seconds: int) -> None:
        self.clock.move_to(self.stripe.advance(seconds))

    def date(self) -> str:
        return f"{now():%Y-%m-%d %H:%M}"

    def look(self, *, is_reconciling: bool = False) -> None:
        """Note how what is new in the books came there. After every step."""
        new = LedgerEntry.objects.filter(pk__gt=self._seen).order_by("pk")
        for pk, kind, source in new.values_list("pk", "kind", "source"):
            self._seen = pk
            if is_reconciling:
                self.no_news.add(source)
            if kind == EntryKind.REFUND and self._refund(source)["status"] in {
                "failed",
                "canceled",
            }:
                self.came_back_first.add(source)

    def asked(self, method: str, path: str, what: str, whom: str, **form: object) -> str:
        """Somebody asks Stripe's API for something, in words; it may say no."""
        try:
            self.stripe.ask(method, path, **form)
        except Refusal as refusal:
            return f"{what} {whom}: {refusal}"
        return f"{what} {whom}"

    def choose(self, draw: Random, kind: str, **where: Any) -> Json | None:
        """One of Stripe's objects of a kind, with these values; None when there is none."""
        found = [
            each
            for each in self.stripe.some(kind)
            if all(each.get(name) in _any_of(value) for name, value in where.items())
        ]
        return draw.choice(found) if found else None

    def _listened_to(self) -> list[Told]:
        return [each for each in self.stripe.told if each.type in LISTENED_TO]

    def _refund(self, refund: str) -> Json:
        return self.stripe.account.store.need(refund)


def _any_of(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class Stage:
    """Where histories are played, one after another, in one process."""

    def __init__(self) -> None:
        self.stripe = StripeHere()
        self.paper = Newspaper()

    @contextmanager
    def set_for(self, seed: int, *, is_real_death: bool = False) -> Iterator[World]:
        """An empty world on one of the days on which histories begin."""
        at = BEGINNINGS[seed % len(BEGINNINGS)]
        self.stripe.begin_anew(seed, int(at.timestamp()))
        self.paper.begin_anew()
        post_office.empty()
        settings = override_settings(
            EMAIL_BACKEND="tests.donations.histories.post_office.Backend",
            CURRENCIES=CURRENCIES,
            STRIPE_PRODUCTS=[ADOPTED],
            OPERATORS=[],
        )
        with settings, time_machine.travel(at, tick=False) as clock, self.stripe.connected():
            self._set_account(Random(seed))
            yield World(self.stripe, self.paper, clock, is_real_death)

    def _set_account(self, draw: Random) -> None:
        """Accounts differ in where their money arrives, how soon that is told, and their retries."""
        if draw.random() < 0.25:
            rate = draw.choice(["0.92", "1.0837", "157.31"])
            self.stripe.order("settlement", currency=draw.choice(["eur", "jpy"]), rate=rate)
        self.stripe.order("late_balance", enabled=int(draw.random() < 0.4))
        self.stripe.order("after_retries", status=draw.choice(["canceled", "canceled", "unpaid"]))
