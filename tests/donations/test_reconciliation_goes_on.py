"""A comparison that is broken off goes on where it was; two never run at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils.timezone import now

from donations import reconciliation, stripe_api, stripe_lists
from donations.models import LedgerEntry, ReconciledPage, Reconciliation
from donations.reconciliation import repairing, running
from donations.reconciliation.cases import Case
from newsroom import crash_points
from tests.donations.conftest import Stripe
from tests.donations.reconciling import (
    Year,
    a_year,
    assert_equal_now,
    differences,
    mail_to_supporters,
    ours,
    reconcile,
)

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Nobody catches it: as good as the end of the process."""


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_lists, "LONGEST_PAGE", 2)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch, impatient: None) -> list[float]:
    """How long Stripe was waited for, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr("donations.reconciliation.running.time.sleep", waited.append)
    return waited


@pytest.fixture
def year(stripe_side: Stripe) -> Iterator[Year]:
    """Five months and five single payments, of which we know nothing; one was paid back."""
    with a_year(stripe_side) as begun:
        for name in ("ada", "bela", "cato", "dara", "edda"):
            begun.monthly(f"{name}@example.com")
            payment = begun.once(f"{name}@example.org")
        begun.refund(payment, 5_00)
        yield begun


def kill_after(pages: int) -> None:
    left = [pages]

    def point(name: str) -> None:
        left[0] -= name == "between-reconciled-pages"
        if not left[0]:
            raise Killed

    with patch.object(crash_points, "crash_point", point), pytest.raises(Killed):
        reconcile()


def lists(side: Stripe) -> list[str]:
    """The pages that were asked for, each with where it begins."""
    return [
        f"{each['path']} {(each['parameters'] or {}).get('starting_after', '')}".strip()
        for each in side.requests()
        if each["method"] == "GET" and "limit" in (each["parameters"] or {})
    ]


@pytest.mark.parametrize("pages", [1, 4, 13, 19])
def test_a_killed_comparison_goes_on_from_its_last_page(
    pages: int, year: Year, stripe_side: Stripe
) -> None:
    kill_after(pages)
    asked = len(lists(stripe_side))
    run = Reconciliation.objects.get()
    assert run.finished_at is None
    said = reconcile()
    assert said.startswith("Going on with the one of ")
    assert said.endswith("exit status 0")
    assert Reconciliation.objects.get() == run
    everything = lists(stripe_side)
    assert len(everything) == len(set(everything)) >= asked, "no page is asked for twice"
    assert LedgerEntry.objects.filter(kind="payment").count() == 10
    assert LedgerEntry.objects.filter(kind="refund").count() == 1
    assert not ReconciledPage.objects.exists()
    found = differences(run)
    assert len(found) == len(set(run.differences.values_list("thing", "stripe_id", "what")))
    assert [what for thing, what, _repaired in found if thing == "subscription"] == [
        "missing here"
    ] * 5
    assert_equal_now()


def test_what_was_listed_before_the_kill_is_not_taken_for_unknown(year: Year) -> None:
    reconcile()
    kill_after(14)
    assert ": no differences." in reconcile("--resume")


def test_a_kill_while_a_page_is_repaired_leaves_whole_repairs(year: Year) -> None:
    repaired: list[str] = []

    def act(case: object) -> None:
        if len(repaired) == 3:
            raise Killed
        repaired.append(str(case))

    ask = stripe_api.retrieve_subscription

    def asked(*args: object, **kwargs: object) -> object:
        act(args[0])
        return ask(*args, **kwargs)  # type: ignore[arg-type]

    with patch.object(stripe_api, "retrieve_subscription", asked), pytest.raises(Killed):
        reconcile()
    assert reconcile().endswith("exit status 0")
    assert_equal_now()


def test_anew_begins_from_the_start(year: Year) -> None:
    kill_after(5)
    said = reconcile("--anew")
    assert not said.startswith("Going on")
    assert said.endswith("exit status 0")
    assert Reconciliation.objects.count() == 2
    # The one that was left behind is over: nothing goes on with it.
    assert "none to go on with" in reconcile("--resume")


@pytest.mark.parametrize(
    "arguments", [("--dry-run",), ("--days", "900"), ("--since", "2026-01-01")]
)
def test_another_comparison_does_not_go_on_with_it(arguments: tuple[str, ...], year: Year) -> None:
    kill_after(5)
    assert not reconcile(*arguments).startswith("Going on")


def test_an_old_one_is_gone_on_with_only_when_asked(year: Year) -> None:
    kill_after(5)
    Reconciliation.objects.update(started_at=now() - timedelta(days=3))
    assert not reconcile("--days", "1").startswith("Going on")
    Reconciliation.objects.filter(since__isnull=False).delete()
    assert reconcile("--resume").startswith("Going on")


@pytest.mark.parametrize(
    ("fault", "path"),
    [("429", "/v1/subscriptions"), ("503", "/v1/invoices"), ("500", "/v1/refunds")],
)
def test_row_30_trouble_that_passes_is_waited_out(
    fault: str, path: str, year: Year, stripe_side: Stripe, waits: list[float]
) -> None:
    stripe_side.misbehave(fault, path=path, times=2)
    assert reconcile().endswith("exit status 0")
    assert len(waits) == 2 and waits[0] < waits[1]
    assert_equal_now()


@pytest.mark.parametrize("fault", ["429", "503"])
def test_when_stripe_stays_away_nothing_is_lost(
    fault: str, year: Year, stripe_side: Stripe, waits: list[float]
) -> None:
    stripe_side.misbehave(fault, path="/v1/invoices", times=len(running.PATIENCE) + 1)
    said = reconcile()
    assert "Stripe does not answer" in said and "goes on where it was" in said
    assert said.endswith("exit status 1")
    assert len(waits) == len(running.PATIENCE)
    subscriptions = ours()["subscriptions"]
    assert len(subscriptions) == 5
    said = reconcile()
    assert said.startswith("Going on")
    assert said.endswith("exit status 0")
    assert_equal_now()


def test_a_key_that_may_not_read_is_said(year: Year, settings: object) -> None:
    refused = stripe_api.StripeRefused("PermissionError")
    with patch.object(stripe_api, "page", side_effect=refused):
        said = reconcile()
    assert "may it read all of them?" in said
    assert said.endswith("exit status 1")


def test_one_that_cannot_be_repaired_holds_up_nobody(year: Year) -> None:
    (poison, *_others) = year.stripe.api("GET", "subscriptions")["data"]
    ask = stripe_api.retrieve_subscription

    def asked(subscription_id: str, **kwargs: bool) -> object:
        if subscription_id == poison["id"]:
            raise ZeroDivisionError
        return ask(subscription_id, **kwargs)

    with patch.object(stripe_api, "retrieve_subscription", asked):
        said = reconcile()
    assert f"subscription {poison['id']}: missing here, at Stripe active, 5 USD: REMAINS" in said
    assert "What remains: 1 subscription, 2 payments." in said
    assert said.endswith("exit status 1")
    assert LedgerEntry.objects.filter(kind="payment").count() == 9
    assert reconcile().endswith("exit status 0")
    assert_equal_now()


def test_a_page_that_cannot_be_booked_at_once_is_booked_one_by_one(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, asked = repairing._append, []

    def stubborn(cases: list[Case]) -> None:
        asked.append(len(cases))
        if len(cases) > 1:
            raise OperationalError("deadlock detected")
        append(cases)

    monkeypatch.setattr(repairing, "_append", stubborn)
    assert reconcile().endswith("exit status 0")
    assert {1, 2} == set(asked)
    assert_equal_now()


def test_a_database_that_went_away_is_said(year: Year) -> None:
    with patch.object(running, "settle", side_effect=OperationalError("server closed")):
        said = reconcile()
    assert "The database went away." in said and said.endswith("exit status 1")
    assert reconcile().startswith("Going on")


def test_on_a_terminal_a_bar_shows_how_far_it_is(year: Year) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    screen, out = Terminal(), StringIO()
    call_command("reconcile_stripe", stdout=out, stderr=screen, no_color=True)
    shown = screen.getvalue().split("\r\x1b[K")
    assert shown[0].startswith("subscriptions ")
    assert shown[-2] == f"{'ledger':13} {'█' * 24} 31 compared"
    assert shown[-1] == "", "nothing is left behind"
    assert "compared\n" not in out.getvalue().partition("All repaired")[0]


@pytest.mark.django_db(transaction=True)
def test_two_never_run_at_once(stripe_side: Stripe) -> None:
    holding, let_go = threading.Event(), threading.Event()
    said: list[str] = []

    def first() -> None:
        def wait(step: object) -> None:
            holding.set()
            let_go.wait(20)

        try:
            run = reconciliation.begin(since=None, is_dry_run=True)
            reconciliation.carry_out(run, told=wait)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert holding.wait(20)
    try:
        said.append(reconcile())
        said.append(reconcile("--dry-run"))
    finally:
        let_go.set()
        thread.join()
    for each in said:
        assert "Another comparison with Stripe is running" in each
        assert each.endswith("exit status 1")
    run = Reconciliation.objects.get()
    assert run.finished_at is not None
    assert_equal_now()


@pytest.mark.django_db(transaction=True)
def test_whoever_books_the_same_meanwhile_books_it_once(stripe_side: Stripe) -> None:
    """Between the list and the lock, an event did its work."""
    with a_year(stripe_side) as year:
        year.monthly("ada@example.com")
        reconcile("--dry-run")
        (invoice,) = stripe_side.api("GET", "invoices")["data"]

        def elsewhere() -> None:
            from donations.subscriptions import sync_invoice

            sync_invoice(invoice["id"])
            connection.close()

        def late(*args: object) -> object:
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            return repairing.settle(*args)  # type: ignore[arg-type]

        with patch("donations.reconciliation.running.settle", late):
            assert reconcile().endswith("exit status 0")
        assert LedgerEntry.objects.filter(kind="payment").count() == 1
        assert LedgerEntry.objects.filter(kind="fee").count() == 1
        assert mail_to_supporters() == ["receipt"]
        assert_equal_now()
