"""`manage.py import_wordpress FILE`: bring a WordPress export into the paper."""

import sys
import zoneinfo
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from articles.importers.report import Report
from articles.importers.wordpress import AlreadyRunning, Unreadable, bring


class Command(BaseCommand):
    help = (
        "Bring a WordPress export (Tools, Export, All content) into the paper. A second run "
        "brings only what changed; a run that was broken off goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The XML file that WordPress wrote.")
        parser.add_argument(
            "--media", type=Path, metavar="DIR", help="A copy of the folder wp-content/uploads."
        )
        parser.add_argument(
            "--report", type=Path, metavar="CSV", help="Where to write a line for each thing."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Write nothing; show what would be brought."
        )
        parser.add_argument(
            "--site", default="", help="The address of the old site, if the file has a wrong one."
        )
        parser.add_argument(
            "--timezone", default="", help="Of the old site, for stories without a time in UTC."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, media, report_path = options["file"], options["media"], options["report"]
        if media is not None and not media.is_dir():
            raise CommandError(_("There is no folder %s.") % media)
        zone = _zone(options["timezone"])
        if options["site"] and "//" not in options["site"]:
            options["site"] = f"https://{options['site']}"
        try:
            with Report(report_path) as report:
                is_whole = bring(
                    path,
                    report,
                    media=media,
                    is_dry=options["dry_run"],
                    named=options["site"],
                    zone=zone,
                    progress=_Bar() if sys.stderr.isatty() else lambda step, share: None,
                )
        except (Unreadable, AlreadyRunning) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        for line in report.summary():
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        if not is_whole:
            raise CommandError(_("The file is broken: what could be read of it is here."))


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    if not name:
        return None
    if name not in zoneinfo.available_timezones():
        raise CommandError(_("“%s” is no time zone. Write it like Europe/Vilnius.") % name)
    return zoneinfo.ZoneInfo(name)


class _Bar:
    """How far it is, on a terminal."""

    WIDTH = 40

    def __init__(self) -> None:
        self._shown = ""

    def __call__(self, step: str, share: float) -> None:
        done = round(min(share, 1) * self.WIDTH)
        line = f"{step} {'█' * done}{'░' * (self.WIDTH - done)} {min(share, 1):4.0%}"
        if line != self._shown:
            self._shown = line
            sys.stderr.write(f"\r{line}{chr(10) if share >= 1 else ''}")
            sys.stderr.flush()
