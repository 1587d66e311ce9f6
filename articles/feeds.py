"""The paper without its site: RSS 2.0 and JSON Feed 1.1, with the full text."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nh3
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed, SyndicationFeed
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from articles import html_body
from articles.models import Article, ArticleQuerySet, Image, Section
from articles.structured_data import absolute_file
from articles.views.paging import EPOCH
from newsroom.models import Paper
from newsroom.pagecache import depends_on, fresh_until, reader_page
from newsroom.paper import absolute, paper_of

STORIES = 30
# XML has no way to write these, and one in an old import must not end the whole feed.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Stories:
    """What a feed is about: the paper, or one of its sections."""

    paper: Paper
    section: Section | None
    address: str


class SteadyFeed(SyndicationFeed):
    def latest_post_date(self) -> datetime:
        # Of a feed without a story Django says that it is of this moment, each time anew.
        return super().latest_post_date() if self.items else EPOCH


class FullTextRss(SteadyFeed, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for creator in item["creators"]:
            handler.addQuickElement("dc:creator", creator["name"])
        handler.addQuickElement("content:encoded", item["content"])


class JsonFeed(SteadyFeed):
    """https://www.jsonfeed.org/version/1.1/"""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["description"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "items": [_json_item(item) for item in self.items],
        }
        text = json.dumps(_without_empty(feed), ensure_ascii=False, indent=1)
        outfile.write(text.encode(encoding))


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    return _without_empty(
        {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item["description"],
            "content_html": item["content"],
            "image": item["image"],
            "date_published": item["pubdate"].isoformat(),
            "date_modified": item["updateddate"].isoformat(),
            "authors": item["creators"],
            "tags": list(item["categories"]),
            "language": item["language"],
        }
    )


def _without_empty(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in ("", None)}


@reader_page()
class StoriesFeed(Feed):  # type: ignore[type-arg]
    """`/feed/`, and `/<section>/feed/` when a slug is given."""

    feed_type: type[SyndicationFeed] = FullTextRss
    item_guid_is_permalink = True

    def get_object(self, request: HttpRequest, slug: str = "") -> Stories:
        depends_on("paper", f"section:{slug}" if slug else "front")
        section = get_object_or_404(Section, slug=slug) if slug else None
        return Stories(paper_of(request), section, request.path)

    def title(self, stories: Stories) -> str:
        if stories.section is None:
            return stories.paper.name
        return f"{stories.paper.name}: {stories.section.name}"

    def description(self, stories: Stories) -> str:
        if stories.section and stories.section.description:
            return stories.section.description
        return stories.paper.description or stories.paper.motto or stories.paper.name

    def link(self, stories: Stories) -> str:
        section = stories.section
        return absolute(section.get_absolute_url() if section else reverse("articles:front_page"))

    def feed_url(self, stories: Stories) -> str:
        # Our own name for it, also when a mirror or a proxy was asked.
        return absolute(stories.address)

    def items(self, stories: Stories) -> ArticleQuerySet:
        at = now()
        articles = Article.objects.all()
        if stories.section:
            articles = articles.filter(section=stories.section)
        fresh_until(articles.next_change(at))
        return articles.published(at).whole().newest_first()[:STORIES]

    def item_title(self, item: Article) -> str:
        return writable(item.headline)

    def item_description(self, item: Article) -> str:
        return writable(item.standfirst)

    def item_link(self, item: Article) -> str:
        return absolute(item.get_absolute_url())

    def item_pubdate(self, item: Article) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Article) -> datetime | None:
        return item.updated_at or item.published_at

    def item_categories(self, item: Article) -> list[str]:
        return [item.section.name, *(topic.name for topic in item.topics.all())]

    def item_extra_kwargs(self, item: Article) -> dict[str, Any]:
        return {
            "content": writable(full_text(item)),
            "creators": creators(item),
            "image": absolute_file(item.lead_image.file.url) if item.lead_image else "",
            "language": item.language,
        }


class StoriesJsonFeed(StoriesFeed):
    feed_type = JsonFeed


def creators(article: Article) -> list[dict[str, str]]:
    if article.wire_credit:
        return [{"name": writable(article.wire_credit)}]
    authors = {byline.author_id: byline.author for byline in article.bylines.all()}
    return [
        {"name": writable(each.name), "url": absolute(each.get_absolute_url())}
        for each in authors.values()
    ]


def full_text(article: Article) -> str:
    """Picture and text with whole addresses: a feed reader knows no site to complete them from."""
    address = absolute(article.get_absolute_url())
    body = nh3.clean(
        article.body,
        tags=html_body.TAGS,
        attributes=html_body.ATTRIBUTES,
        url_schemes=html_body.SCHEMES,
        link_rel=None,
        url_relative=("rewrite_with_base", address),
    )
    return _figure(article.lead_image, article.caption) + body


def _figure(image: Image | None, caption: str) -> SafeString | str:
    if image is None:
        return ""
    credit = _("Picture: %(credit)s") % {"credit": image.credit} if image.credit else ""
    return format_html(
        '<figure><img src="{}" alt="{}" width="{}" height="{}">'
        "<figcaption>{}</figcaption></figure>",
        absolute_file(image.file.url),
        image.alt,
        image.width,
        image.height,
        " ".join(part for part in (caption, credit) if part),
    )


def writable(text: str) -> str:
    return UNWRITABLE.sub("", text)
