"""Write the ledger for a spreadsheet or an accounting tool."""

import argparse
import re
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from donations import exports
from donations.selection import Selection
from newsroom.models import Paper
from newsroom.paper import zone_of


class Command(BaseCommand):
    help = "Write the ledger as CSV, or as a journal for hledger or beancount."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="left out: to standard output")
        parser.add_argument("--format", required=True, choices=list(exports.FORMS))
        parser.add_argument(
            "--from",
            dest="first",
            type=_day,
            help="the first day, as 2026-11-24, in the paper's zone",
        )
        parser.add_argument("--until", dest="last", type=_day, help="the last day, included")
        parser.add_argument("--currency", type=_currency, help="such as usd")
        parser.add_argument("--campaign", type=int, help="its number; 0: of no campaign")
        parser.add_argument(
            "--mode",
            choices=["live", "test"],
            default="live" if settings.STRIPE_LIVEMODE else "test",
            help="real money, or test data; left out: as the Stripe key in use",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if first and last and last < first:
            raise CommandError("The last day comes before the first.")
        chosen = Selection(
            livemode=options["mode"] == "live",
            zone=zone_of(Paper.load()),
            first_day=first,
            last_day=last,
            campaign=options["campaign"],
            currency=options["currency"] or "",
        )
        pieces = exports.write(options["format"], chosen)
        if options["file"] is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        # Whole or not at all, whatever stood there before.
        unfinished = options["file"].with_name(f"{options['file'].name}.part")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as output:
                output.writelines(pieces)
            unfinished.replace(options["file"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
        finally:
            unfinished.unlink(missing_ok=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no day such as 2026-11-24.") from error


def _currency(text: str) -> str:
    if not re.fullmatch(r"[a-z]{3}", text.lower()):
        raise argparse.ArgumentTypeError(f"“{text}” is no currency such as usd.")
    return text.lower()
