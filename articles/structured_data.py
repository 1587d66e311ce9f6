"""A story as schema.org tells it to search engines: https://schema.org/NewsArticle"""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from articles.models import Article
from newsroom.models import Paper
from newsroom.paper import absolute

# As `django.utils.html.json_script` does: nothing in the text can end the script element.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def news_article(article: Article, paper: Paper) -> SafeString:
    """JSON-LD, safe as the content of a script element."""
    text = json.dumps(_facts(article, paper), ensure_ascii=False, separators=(",", ":")).translate(
        ESCAPES
    )
    return mark_safe(text)  # noqa: S308 - escaped above


def _facts(article: Article, paper: Paper) -> dict[str, Any]:
    address = absolute(article.get_absolute_url())
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline,
        "description": article.standfirst,
        "url": address,
        "inLanguage": article.language,
        "articleSection": article.section.name,
        "keywords": [topic.name for topic in article.topics.all()],
        "isAccessibleForFree": True,
        "author": _authors(article),
        "publisher": _publisher(paper),
    }
    if article.published_at:
        facts["datePublished"] = article.published_at.isoformat()
        facts["dateModified"] = (article.updated_at or article.published_at).isoformat()
    if article.lead_image:
        facts["image"] = [absolute_file(article.lead_image.file.url)]
    return {name: value for name, value in facts.items() if value not in ("", [])}


def _authors(article: Article) -> list[dict[str, str]]:
    if article.wire_credit:
        return [{"@type": "Organization", "name": article.wire_credit}]
    authors = {byline.author_id: byline.author for byline in article.bylines.all()}
    return [
        {
            "@type": "Person",
            "name": author.name,
            "url": absolute(author.get_absolute_url()),
        }
        for author in authors.values()
    ]


def _publisher(paper: Paper) -> dict[str, Any]:
    publisher: dict[str, Any] = {
        "@type": "NewsMediaOrganization",
        "name": paper.name,
        "url": absolute("/"),
    }
    if paper.logo:
        publisher["logo"] = {"@type": "ImageObject", "url": absolute_file(paper.logo.url)}
    return publisher


def absolute_file(url: str) -> str:
    """An uploaded file's address; a store outside the site gives a whole one already."""
    return absolute(url) if url.startswith("/") else url
