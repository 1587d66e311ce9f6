"""Compare our books with Stripe's, name every difference, and repair it."""

import argparse
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils.timezone import now

from donations import standing
from donations.models import Reconciliation
from donations.reconciliation import (
    AlreadyRunning,
    Interrupted,
    Step,
    begin,
    by_thing,
    carry_out,
    line_of,
    unfinished,
)
from donations.stripe_api import StripeError

BAR = 24  # characters


class Command(BaseCommand):
    help = (
        "Compares customers, subscriptions, payments, refunds and disputes with Stripe, lists "
        "every difference, and repairs it. Nothing is changed at Stripe and nobody is written to. "
        "Exit status 0: nothing differs, or everything was repaired; 1: something remains."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only list what differs, and repair nothing"
        )
        since = parser.add_mutually_exclusive_group()
        since.add_argument(
            "--since", metavar="YYYY-MM-DD", help="leave out what was made before that day (UTC)"
        )
        since.add_argument("--days", type=int, help="leave out what is older than so many days")
        again = parser.add_mutually_exclusive_group()
        again.add_argument(
            "--resume", action="store_true", help="go on with the one that was broken off"
        )
        again.add_argument(
            "--anew", action="store_true", help="begin anew, even if one was broken off"
        )
        parser.add_argument(
            "--write-off",
            action="store_true",
            help="adjust ledger entries of which Stripe knows nothing to zero",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_dry_run: bool = options["dry_run"]
        if not is_dry_run and standing.is_copy():
            raise CommandError(
                "This is a copy of the paper, which may look at Stripe and no more. Add --dry-run."
            )
        run, is_resumed = self._run(options, is_dry_run)
        if is_resumed:
            self.stdout.write(f"Going on with the one of {run}.")
        screen = _Screen(self, is_dry_run)
        try:
            carry_out(run, is_writing_off=options["write_off"], told=screen.show)
        except AlreadyRunning:
            if not is_resumed:
                run.delete()
            raise CommandError("Another comparison with Stripe is running. Wait for it.") from None
        except Interrupted as reason:
            screen.clear()
            raise CommandError(
                f"Stripe does not answer ({reason}). Nothing is lost: run the same command again, "
                "and it goes on where it was."
            ) from reason
        except (InterfaceError, OperationalError) as reason:
            screen.clear()
            raise CommandError(
                "The database went away. Run the same command again, and it goes on where it was."
            ) from reason
        except StripeError as reason:
            screen.clear()
            raise CommandError(
                f"Stripe refused to show its books ({reason}). Is STRIPE_SECRET_KEY valid, and "
                "may it read all of them?"
            ) from reason
        screen.clear()
        self._sum_up(run)

    def _run(self, options: dict[str, Any], is_dry_run: bool) -> tuple[Reconciliation, bool]:
        """The comparison to carry out, and whether it was begun before."""
        since = _since(options["since"], options["days"])
        if not options["anew"]:
            is_any = options["resume"] and since is None
            if run := unfinished(is_dry_run=is_dry_run, since=since, is_any=is_any):
                return run, True
        if options["resume"]:
            raise CommandError("There is none to go on with. Run it without --resume.")
        return begin(since=since, is_dry_run=is_dry_run), False

    def _sum_up(self, run: Reconciliation) -> None:
        found = run.differences.values_list("thing", "repaired_at")
        every = by_thing((thing, 1) for thing, _repaired in found)
        left = by_thing((thing, 1) for thing, repaired in found if repaired is None)
        compared = f"{run.compared:,} of our objects compared"
        if not every:
            self.stdout.write(self.style.SUCCESS(f"{compared}: no differences."))
        elif not left:
            self.stdout.write(self.style.SUCCESS(f"{compared}. All repaired: {every}."))
        elif run.is_dry_run:
            raise CommandError(f"{compared}. Different: {every}. Nothing was repaired.")
        else:
            raise CommandError(f"{compared}. Different: {every}. What remains: {left}.")


class _Screen:
    """Each difference on a line; on a terminal, a bar below them."""

    def __init__(self, command: BaseCommand, is_dry_run: bool) -> None:
        self._command = command
        self._is_dry_run = is_dry_run
        self._has_bar = command.stderr.isatty()
        self._is_shown = False
        self._kind = ""
        self._told_at = 0.0

    def show(self, step: Step) -> None:
        self.clear()
        for each in step.differences:
            self._command.stdout.write(line_of(each, is_dry_run=self._is_dry_run))
        if self._has_bar:
            filled = round(step.fraction * BAR)
            bar = "█" * filled + "░" * (BAR - filled)
            self._draw(f"{step.kind:13} {bar} {step.compared:,} compared")
            self._is_shown = True
        elif step.kind != self._kind or time.monotonic() - self._told_at > 10:
            self._command.stdout.write(f"{step.kind} … {step.compared:,} compared")
            self._kind, self._told_at = step.kind, time.monotonic()

    def clear(self) -> None:
        if self._is_shown:
            self._draw("\r\x1b[K")
            self._is_shown = False

    def _draw(self, text: str) -> None:
        # Not in the colour of errors.
        self._command.stderr.write(text, style_func=str, ending="")
        self._command.stderr.flush()


def _since(since: str | None, days: int | None) -> datetime | None:
    """The beginning of a day, so that the same command on the same day means the same."""
    if since is not None:
        try:
            day = date.fromisoformat(since)
        except ValueError:
            raise CommandError("--since takes a day such as 2026-10-15.") from None
    elif days is not None:
        if not 0 < days < 36_500:
            raise CommandError("--days takes a number of days, such as 40.")
        day = now().astimezone(UTC).date() - timedelta(days=days)
    else:
        return None
    return datetime.combine(day, clock.min, UTC)
