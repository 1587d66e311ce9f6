"""Maps for search engines: an index, the lasting pages, the stories month by month, the news."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone, now

from articles.archive import bounds, months
from articles.models import Article, ArticleQuerySet, Author, Page, Section, Topic
from newsroom.pagecache import depends_on, fresh_until, reader_page
from newsroom.paper import absolute, paper_of

PAGES = "pages"
MONTH = re.compile(r"(\d{4})-(\d{2})")
# What Google News reads: https://developers.google.com/search/docs/crawling-indexing/sitemaps/
# news-sitemap
NEWS_FOR = timedelta(hours=48)
MOST_NEWS = 1000


class OfTheSite(Sitemap):  # type: ignore[type-arg]
    """Addresses under our own name, whichever host was asked."""

    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class LastingPages(OfTheSite):
    """Front page, sections, pages, and topics and authors that readers have something of."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def items(self) -> list[str]:
        published = Article.objects.published(self.at)
        rows: Iterable[Section | Page | Topic | Author] = chain(
            Section.objects.all(),
            Page.objects.filter(is_published=True),
            Topic.objects.filter(Exists(published.filter(topics=OuterRef("pk")))),
            Author.objects.filter(Exists(published.filter(authors=OuterRef("pk")))),
        )
        fixed = [reverse("articles:front_page"), reverse("articles:archive")]
        return [*fixed, *(row.get_absolute_url() for row in rows)]

    def location(self, item: str) -> str:
        return item


class Stories(OfTheSite):
    def __init__(self, articles: ArticleQuerySet) -> None:
        self.articles = articles

    def items(self) -> ArticleQuerySet:
        return self.articles.only(
            "slug", "headline", "language", "published_on", "published_at", "updated_at"
        ).newest_first()

    def lastmod(self, article: Article) -> datetime | None:
        return article.updated_at or article.published_at


@reader_page()
def index(request: HttpRequest) -> HttpResponse:
    at = now()
    depends_on("sitemap")
    fresh_until(Article.objects.next_change(at))
    names = [PAGES, *(f"{each['month']:%Y-%m}" for each in months(at, get_current_timezone()))]
    parts = [
        {"location": absolute(reverse("articles:sitemap_part", args=[name]))} for name in names
    ]
    return TemplateResponse(
        request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml"
    )


@reader_page("p")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """`/sitemap-pages.xml`, `/sitemap-2026-11.xml`"""
    at = now()
    depends_on("sitemap")
    if name == PAGES:
        fresh_until(Article.objects.next_change(at))
        return sitemap(request, {PAGES: LastingPages(at)})
    begin, end = bounds(_month_or_404(name), get_current_timezone())
    fresh_until(Article.objects.next_change(at))
    articles = Article.objects.published(at).filter(published_at__gte=begin, published_at__lt=end)
    return sitemap(request, {name: Stories(articles)})


@reader_page()
def news(request: HttpRequest) -> HttpResponse:
    at = now()
    depends_on("sitemap", "paper")
    recent = Article.objects.published(at).filter(published_at__gt=at - NEWS_FOR)
    fresh_until(Article.objects.next_change(at))
    if oldest := recent.order_by("published_at").values_list("published_at", flat=True).first():
        fresh_until(oldest + NEWS_FOR)
    stories = Stories(recent)
    return TemplateResponse(
        request,
        "articles/news_sitemap.xml",
        {"paper": paper_of(request), "articles": stories.items()[:MOST_NEWS]},
        content_type="application/xml",
    )


def _month_or_404(name: str) -> date:
    written = MONTH.fullmatch(name)
    if written is None:
        raise Http404
    year, month = int(written[1]), int(written[2])
    if not (1 <= month <= 12 and 1 <= year < 9999):
        raise Http404
    return date(year, month, 1)
