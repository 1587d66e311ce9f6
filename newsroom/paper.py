"""The paper on every page: its name, language and clock."""

import zoneinfo
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from newsroom.models import Paper
from newsroom.pagecache import depends_on

Handler = Callable[[HttpRequest], HttpResponse]

# These answer without the database.
WITHOUT_A_PAPER = (
    "/healthz",
    "/readyz",
    "/static/",
    "/media/",
    "/support/reader.css",
    "/support/stripe/",
)


def local_to_the_paper(get_response: Handler) -> Handler:
    """Speak the paper's language and show its time, whoever asks.

    Never the browser's: a page depends on its address alone, so that any cache may keep it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(WITHOUT_A_PAPER):
            return get_response(request)
        paper = Paper.load()
        request.paper = paper  # type: ignore[attr-defined]
        with translation.override(paper.language), timezone.override(zone_of(paper)):
            return get_response(request)

    return middleware


def context(request: HttpRequest) -> dict[str, Any]:
    depends_on("paper")
    return {
        "paper": getattr(request, "paper", None) or SimpleLazyObject(Paper.load),
        "site_url": settings.SITE_URL,
        "demo": settings.DEMO,
    }


def paper_of(request: HttpRequest) -> Paper:
    """The row that came with the request, so that a page asks for it once."""
    paper: Paper | None = getattr(request, "paper", None)
    return paper or Paper.load()


def zone_of(paper: Paper) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(paper.time_zone)


def date_in_paper(at: datetime) -> date:
    """The calendar day of a moment where the paper is."""
    return at.astimezone(zone_of(Paper.load())).date()


def absolute(path: str) -> str:
    """The address of a path on the site itself, for mail, feeds and Stripe."""
    return f"{settings.SITE_URL}{path}"
