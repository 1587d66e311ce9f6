"""Addresses of the paper. Order matters only for `/<slug>/`, which comes last."""

from typing import Any

from django.urls import path, register_converter

from articles import feeds, sitemaps
from articles.views import archive, listings, robots, search
from articles.views.article import article
from articles.views.front_page import front_page
from articles.views.preview import preview
from articles.views.section_or_page import section_or_page


class Year:
    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: Any) -> str:
        return f"{int(value):04d}"


class TwoDigits:
    """A month or a day, always with its zero, so that a page has one address."""

    regex = "[0-9]{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: Any) -> str:
        return f"{int(value):02d}"


class UnicodeSlug:
    """As `SlugField(allow_unicode=True)`: a Cyrillic or Arabic headline keeps its letters."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: Any) -> str:
        return str(value)


register_converter(Year, "yyyy")
register_converter(TwoDigits, "two")
register_converter(UnicodeSlug, "word")

app_name = "articles"

urlpatterns = [
    path("", front_page, name="front_page"),
    path("<yyyy:year>/<two:month>/<two:day>/<word:slug>/", article, name="article"),
    path("topics/<word:slug>/", listings.topic, name="topic"),
    path("authors/<word:slug>/", listings.author, name="author"),
    path("archive/", archive.archive, name="archive"),
    path("archive/<yyyy:year>/<two:month>/", archive.archive_month, name="archive_month"),
    path("search/", search.search, name="search"),
    path("feed/", feeds.StoriesFeed(), name="feed"),
    path("feed.json", feeds.StoriesJsonFeed(), name="json_feed"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>.xml", sitemaps.one, name="sitemap_part"),
    path("news-sitemap.xml", sitemaps.news, name="news_sitemap"),
    path("robots.txt", robots.robots, name="robots"),
    path("preview/<str:signed>/", preview, name="preview"),
    path("<slug:slug>/feed/", feeds.StoriesFeed(), name="section_feed"),
    path("<slug:slug>/", section_or_page, name="section_or_page"),
]
