"""Long lists in pages that never shift: "older than this story", never "page 7"."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.http import urlencode
from django.utils.translation import get_language

from articles.models import Article, ArticleQuerySet
from newsroom.page import PageFacts, PageKind

PAGE = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Listing:
    articles: list[Article]
    older_url: str
    newest_url: str

    def context(self) -> dict[str, Any]:
        return {
            "articles": self.articles,
            "older_url": self.older_url,
            "newest_url": self.newest_url,
        }


def page_of(
    articles: ArticleQuerySet, request: HttpRequest, *, kept: dict[str, str] | None = None
) -> Listing:
    """One page of these stories, newest first; `kept` are parameters that the links carry on.

    A broken `?before=` is no page of this list: 404.
    """
    kept = kept or {}
    listed = articles.listed().newest_first()
    before = request.GET.get("before", "")
    if before:
        listed = listed.filter(_older_than(before))
    found = list(listed[: PAGE + 1])
    shown = found[:PAGE]
    older = {**kept, "before": _token(shown[-1])} if len(found) > PAGE else {}
    newest = request.path + (f"?{urlencode(kept)}" if kept else "")
    return Listing(
        shown,
        older_url=f"{request.path}?{urlencode(older)}" if older else "",
        newest_url=newest if before else "",
    )


def facts_of_list(kind: PageKind, *, section: str | None = None) -> PageFacts:
    """A list speaks the paper's language, whatever its stories speak."""
    return PageFacts(kind=kind, language=get_language() or "en", section=section)


def _token(article: Article) -> str:
    assert article.published_at is not None
    instant = (article.published_at - EPOCH) // MICROSECOND
    return base64.urlsafe_b64encode(f"{instant}.{article.pk}".encode()).decode().rstrip("=")


def _older_than(token: str) -> Q:
    try:
        written = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        instant, pk = (int(part) for part in written.split("."))
        published_at = EPOCH + instant * MICROSECOND
    except (binascii.Error, ValueError, OverflowError) as error:
        raise Http404 from error
    if not 0 <= pk <= LARGEST_KEY:
        raise Http404
    # The first condition alone lets PostgreSQL start in the middle of the index.
    return Q(published_at__lte=published_at) & (Q(published_at__lt=published_at) | Q(pk__lt=pk))
