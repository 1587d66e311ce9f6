"""What may be kept for everybody, and what of an address it depends on."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, resolve

from articles import urls
from tests.articles.factories import ArticleFactory, PageFactory, SectionFactory

# What is shown to whoever was given a link is nobody else's.
PRIVATE = {"preview"}


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_every_page_but_the_preview_is_for_everybody(pattern: URLPattern) -> None:
    assert hasattr(pattern.callback, "query_parameters") == (pattern.name not in PRIVATE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/", {"p", "page_id", "attachment_id"}),
        ("/2024/03/05/a-story/", set()),
        ("/world/", {"before"}),
        ("/about/", set()),
        ("/topics/rivers/", {"before"}),
        ("/authors/ada-marsh/", {"before"}),
        ("/archive/", set()),
        ("/archive/2024/03/", {"before"}),
        ("/search/", {"q", "before"}),
        ("/feed/", set()),
        ("/feed.json", set()),
        ("/world/feed/", set()),
        ("/sitemap.xml", set()),
        ("/sitemap-pages.xml", {"p"}),
        ("/sitemap-2024-03.xml", {"p"}),
        ("/news-sitemap.xml", set()),
        ("/robots.txt", set()),
    ],
)
def test_what_a_page_reads_is_what_it_declares(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, parameters: set[str]
) -> None:
    story = ArticleFactory(
        published=True, slug="a-story", section=SectionFactory(slug="world", name="World")
    )
    story.topics.create(slug="rivers", name="Rivers")
    story.authors.create(slug="ada-marsh", name="Ada Marsh")
    PageFactory(slug="about")
    read: set[Any] = set()
    real = QueryDict.__getitem__

    def watched(query: QueryDict, key: str) -> Any:
        read.add(key)
        return real(query, key)

    monkeypatch.setattr(QueryDict, "__getitem__", watched)
    assert client.get(path).status_code == 200
    assert read == parameters
    assert parameters <= resolve(path).func.query_parameters  # type: ignore[attr-defined]
