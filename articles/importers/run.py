"""One import under way: what every part of it needs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from articles.importers.report import Report
from articles.importers.survey import OldSite, Survey

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


@dataclass
class Run:
    """`zone` and `language` are the paper's own; `at` is the moment the import began, aware."""

    survey: Survey
    report: Report
    media: Path | None
    at: datetime
    zone: ZoneInfo
    language: str
    is_dry: bool = False

    def language_of(self, site: OldSite, named: str = "") -> str:
        """The first of them that the paper speaks."""
        for each in (named, site.language):
            if (code := each.lower().replace("_", "-").partition("-")[0]) in LANGUAGES:
                return code
        return self.language
