"""Five thousand supporters over two years, rebuilt from Stripe alone, and two hundred of them heard
of by webhooks, too: the same ledger, to the cent.
"""

import io
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings

from donations.models import LedgerEntry
from newsroom.models import OutgoingMail
from tests.donations.histories import comparing
from tests.donations.histories.newspaper import Newspaper, wipe
from tests.donations.histories.oracle import Books, Entry, books_of
from tests.donations.histories.stripe_here import Json, StripeHere
from tests.soak.two_years import BEGAN, BigAccount, Giving

SEED = int(os.environ["SEED"])
SUPPORTERS = int(os.environ.get("SUPPORTERS", "5000"))
HEARD_OF = max(SUPPORTERS // 25, 1)

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
Record = Callable[[str, object], None]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    settings = override_settings(
        EMAIL_BACKEND="tests.donations.histories.post_office.Backend",
        CURRENCIES=["usd", "eur", "gbp", "jpy", "kwd"],
        OPERATORS=[],
    )
    with settings, time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


def test_two_years_are_rebuilt_from_stripe(
    clock: time_machine.Traveller, record_property: Record
) -> None:
    stripe, paper, watch = StripeHere(BigAccount), Newspaper(), _Watch(record_property)
    stripe.begin_anew(SEED, int(BEGAN.timestamp()))
    paper.begin_anew()
    with stripe.connected():
        giving = Giving(stripe, Random(SEED), SUPPORTERS, _pressing(paper), HEARD_OF)
        _live_and_hear(giving, paper, clock)
        heard, addresses = comparing.ledger(), _addresses()
        letters = OutgoingMail.objects.count()
        watch.tell(
            f"{SUPPORTERS} supporters, two years: {len(giving.account.paid)} payments; "
            f"{HEARD_OF} of them by {len(stripe.told)} webhooks: {len(heard)} entries, "
            f"{letters} letters"
        )
        books = books_of(stripe)
        watch.tell(f"the oracle: {len(books.entries)} entries, {len(books.mirrors)} subscriptions")
        _compare_what_was_heard(heard, books, giving)

        wipe()
        first = _reconcile()
        watch.tell(f"rebuilt: {first.splitlines()[-1]}")
        assert not _differences(books)
        assert _totals(comparing.ledger()) == _totals(books.entries)
        assert not OutgoingMail.objects.exists()
        rebuilt = comparing.ledger()
        assert {source: rebuilt.get(source) for source in heard} == heard
        _compare_addresses(addresses, _addresses(), giving)
        second = _reconcile()
        watch.tell(f"compared again: {second.splitlines()[-1]}")
        assert "no differences" in second
        for currency, total in sorted(_totals(rebuilt).items()):
            watch.tell(f"  {currency}: {total}")


def _live_and_hear(giving: Giving, paper: Newspaper, clock: time_machine.Traveller) -> None:
    """Each day's events come in at its end, and the worker does what is due."""
    stripe = giving.stripe
    delivered = 0
    for evening in giving.days():
        clock.move_to(evening)
        for event in stripe.told[delivered:]:
            assert paper.take(stripe.body_of(event)) == 200
            stripe.delivered(event)
            delivered += 1
        paper.work()


def _pressing(paper: Newspaper) -> Callable[[str, Json], str]:
    def press(email: str, wish: Json) -> str:
        places = {"jpy": 0, "kwd": 3}.get(wish["currency"], 2)
        whole, rest = divmod(wish["minor"], 10**places)
        amount = f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".") if rest else str(whole)
        form = {"every": wish["every"], "currency": wish["currency"], "amount": amount}
        response = paper.press(email, **form)
        assert response.status_code == 303, response.content
        return str(response["Location"]).rpartition("/")[2].partition("#")[0]

    return press


def _compare_what_was_heard(heard: dict[str, Entry], books: Books, giving: Giving) -> None:
    """Of the followed everything is in the ledger, as it must be, and of nobody else anything."""
    followed = giving.account.followed.ids
    owed = {
        source: entry for source, entry in books.entries.items() if entry.payment_intent in followed
    }
    assert heard == owed


def _compare_addresses(heard: dict[str, str], rebuilt: dict[str, str], giving: Giving) -> None:
    """Whoever had Stripe forget them meanwhile comes back without an address, and nobody else."""
    for source, address in heard.items():
        was_forgotten = LedgerEntry.objects.filter(
            source=source, subscription__customer_id__in=giving.forgotten
        ).exists()
        assert rebuilt[source] == ("" if was_forgotten else address)


def _differences(books: Books) -> list[str]:
    found = list(comparing.of_the_ledger(books)) + list(comparing.of_the_mirror(books))
    return found[:20]


def _addresses() -> dict[str, str]:
    """Whose each entry is: a rebuilt supporter has another number, and the same address."""
    rows = LedgerEntry.objects.values_list("source", "supporter__email")
    return dict(rows)


def _totals(entries: dict[str, Entry]) -> dict[str, Counter[str]]:
    """Minor units by currency and kind."""
    totals: dict[str, Counter[str]] = {}
    for entry in entries.values():
        totals.setdefault(entry.currency, Counter())[entry.kind] += entry.amount
    return totals


def _reconcile() -> str:
    written = io.StringIO()
    call_command("reconcile_stripe", anew=True, stdout=written, stderr=io.StringIO())
    return written.getvalue().strip()


class _Watch:
    """Tells what was done, and the seconds that it took."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._at = time.monotonic()

    def tell(self, what: str) -> None:
        now = time.monotonic()
        self._record("figures", f"{what} ({now - self._at:.0f} s)")
        self._at = now
