"""A year at Stripe with everything that can happen in it, and our books beside it."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection

from donations import checkout
from donations.models import (
    Difference,
    Frequency,
    LedgerEntry,
    Reconciliation,
    StripeEvent,
    Subscription,
)
from newsroom.models import OutgoingMail
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell

BEGINS = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
_number = itertools.count(1)


def reconcile(*arguments: str) -> str:
    """What the command printed, with its exit status in the last line."""
    out = StringIO()
    try:
        call_command("reconcile_stripe", *arguments, stdout=out, stderr=out)
        status = 0
    except CommandError as error:
        out.write(f"{error}\n")
        status = error.returncode
    return f"{out.getvalue()}exit status {status}"


def assert_equal_now() -> None:
    """A second comparison finds nothing."""
    found = reconcile("--anew")
    assert ": no differences." in found, found
    assert found.endswith("exit status 0")


def differences(run: Reconciliation | None = None) -> list[tuple[str, str, bool]]:
    """What the last comparison found: thing, what, and whether it was repaired."""
    run = run or Reconciliation.objects.latest("pk")
    return sorted(
        (each.thing, each.what, each.repaired_at is not None) for each in run.differences.all()
    )


def the_difference(**facts: Any) -> Difference:
    return Difference.objects.get(reconciliation=Reconciliation.objects.latest("pk"), **facts)


def ours() -> dict[str, list[tuple[Any, ...]]]:
    """All that our books say, without our own numbers."""
    return {
        "ledger": sorted(
            LedgerEntry.objects.values_list(
                "source", "kind", "payment_intent", "amount_minor", "currency", "settled_minor",
                "settlement_currency", "exchange_rate", "interval", "livemode", "occurred_at",
                "supporter__email", "subscription__stripe_id",
            )
        ),
        "subscriptions": sorted(
            Subscription.objects.values_list(
                "stripe_id", "customer_id", "supporter__email", "status", "amount_minor",
                "currency", "interval", "current_period_end", "cancel_at_period_end", "is_paused",
                "started_at", "ended_at", "livemode",
            )
        ),
    }  # fmt: skip


def forget() -> None:
    """As in a new database: not even the trigger of the ledger holds back a TRUNCATE."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE donations_ledgerentry, donations_subscription, donations_supporter, "
            "donations_supportintent, donations_stripeevent, donations_reconciliation, "
            "newsroom_outgoingmail, newsroom_alert CASCADE"
        )


def told(stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:
    """All events that we do not know yet, as the webhook takes them, and their work done."""
    known = set(StripeEvent.objects.values_list("event_id", flat=True))
    after: dict[str, str] = {}
    missing: list[dict[str, Any]] = []
    while True:
        page = stripe_side.api("GET", "events?limit=100" + "".join(after.values()))
        missing += [each for each in page["data"] if each["id"] not in known]
        if not page["has_more"]:
            break
        after = {"after": f"&starting_after={page['data'][-1]['id']}"}
    for event in reversed(missing):
        assert tell(event).status_code == 200
    run_jobs()


class Year:
    """`year.monthly("ada@example.com")`: what people do, at the stand-in's frozen clock."""

    def __init__(self, stripe_side: Stripe, clock: Any) -> None:
        self.stripe = stripe_side
        self.clock = clock
        self.now = BEGINS

    def passes(self, days: int) -> None:
        self.stripe.order("clock", advance=days * 86_400)
        self.now += timedelta(days=days)
        self.clock.move_to(self.now)

    def session(self, every: Frequency, minor: int, currency: str) -> str:
        """Opens a payment page as the paper does."""
        wish = checkout.Wish(every, minor, currency, "en", nonce=f"year{next(_number)}")
        intent = checkout.note_wish(wish, self.now)
        checkout.payment_page(intent, self.now)
        intent.refresh_from_db()
        assert intent.session_id is not None
        return intent.session_id

    def monthly(self, email: str, minor: int = 5_00, currency: str = "usd") -> str:
        """Gives the id of the subscription."""
        session = self.session(Frequency.MONTH, minor, currency)
        return str(self.stripe.order("pay", session=session, email=email)["subscription"])

    def once(self, email: str, minor: int = 20_00, currency: str = "usd", **form: Any) -> str:
        """Gives the id of the payment intent."""
        session = self.session(Frequency.ONCE, minor, currency)
        paid = self.stripe.order("pay", session=session, email=email, **form)
        return str(paid["payment_intent"])

    def refund(self, payment: str, minor: int) -> str:
        return str(self.stripe.api("POST", "refunds", payment_intent=payment, amount=minor)["id"])

    def dispute(self, payment: str, **form: Any) -> str:
        return str(self.stripe.order("dispute", payment_intent=payment, **form)["id"])


@contextmanager
def a_year(stripe_side: Stripe) -> Iterator[Year]:
    with stripe_side.at(BEGINS) as clock:
        yield Year(stripe_side, clock)


def live_through(year: Year, hear: Callable[[], object] = lambda: None) -> dict[str, str]:
    """Everything once. Gives the ids of what later tests speak of.

    `hear` is called while Stripe still knows its events.
    """
    stripe = year.stripe
    known: dict[str, str] = {}
    known["monthly"] = year.monthly("ada@example.com")
    known["paused"] = year.monthly("bela@example.com", 7_00)
    known["ending"] = year.monthly("cato@example.com", 9_00, "eur")
    known["canceled"] = year.monthly("dara@example.com", 4_00)
    known["failing"] = year.monthly("edda@example.com", 6_00)
    known["orphaned"] = year.monthly("farid@example.com", 3_00)
    known["once"] = year.once("ada@example.com")
    known["refunded"] = year.once("gesa@example.com", 30_00)
    known["returned"] = year.once("hanno@example.com", 40_00)
    known["disputed"] = year.once("ines@example.com", 50_00)
    known["won"] = year.once("ivo@example.com", 60_00)
    known["asked"] = year.once("jana@example.com", 70_00)
    stripe.order("settlement", currency="usd", rate="1.1")
    known["exchanged"] = year.once("kaja@example.com", 25_00, "eur")
    stripe.order("settlement", currency="")
    known["abandoned"] = year.session(Frequency.ONCE, 10_00, "usd")
    year.passes(2)
    known["refund"] = year.refund(known["refunded"], 10_00)
    year.refund(known["refunded"], 5_00)
    known["failed_refund"] = year.refund(known["returned"], 40_00)
    known["dispute"] = year.dispute(known["disputed"])
    known["won_dispute"] = year.dispute(known["won"])
    year.dispute(known["asked"], status="warning_needs_response")
    stripe.api("POST", f"subscriptions/{known['ending']}", cancel_at_period_end="true")
    stripe.api("DELETE", f"subscriptions/{known['canceled']}")
    stripe.order("renewals", subscription=known["failing"], card="decline")
    year.passes(5)
    stripe.order("refund_fails", refund=known["failed_refund"])
    stripe.order("dispute_won", dispute=known["won_dispute"])
    stripe.order("dispute_lost", dispute=known["dispute"])
    stripe.api("POST", f"subscriptions/{known['paused']}", **{"pause_collection[behavior]": "void"})
    customer = stripe.api("GET", f"subscriptions/{known['orphaned']}")["customer"]
    stripe.api("DELETE", f"customers/{customer}")
    hear()
    year.passes(26)
    hear()
    return known


def mail_to_supporters() -> list[str]:
    return sorted(OutgoingMail.objects.exclude(purpose="alert").values_list("purpose", flat=True))
