"""No public address says a word of a story that is not for readers: yet, or any more."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.timezone import now

from articles import publishing
from articles.models import Article, Author, FrontPageSlot, Redirect, Status, Topic
from newsroom.paper import date_in_paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db

SECRET = "zanzibarquorum"
# A word to search for, which the story has too.
SOUGHT = "inkwelliad"
# Its address, which whoever asks for it knows already.
SLUG = "quiet-harbour"
OLDER = "?before=MTcwMDAwMDAwMDAwMDAwMC4x"
# What is asked of a view beside its plain address.
QUESTIONS = {
    "search": [f"?q={SOUGHT}", "?q=headline"],
    "front_page": ["?p=77"],
    "section_or_page": [OLDER],
    "topic": [OLDER],
    "author": [OLDER],
    "archive_month": [OLDER],
}
# Where not every name is worth asking for; a view that is not named here is asked for each.
NAMES = {"article": ["open", SLUG], "topic": ["rivers", SLUG], "author": ["ada", SLUG]}
STATES: dict[str, dict[str, Any]] = {
    "draft": {"status": Status.DRAFT},
    "scheduled": {"status": Status.PUBLISHED, "published_at": now() + timedelta(days=3)},
    "withdrawn": {"status": Status.WITHDRAWN, "published_at": LONG_AGO},
    "back to draft": {
        "status": Status.DRAFT, "published_at": LONG_AGO, "published_on": LONG_AGO.date(),
    },
}  # fmt: skip


def secret_story(**state: Any) -> Article:
    """It stands in every list, beside every story, and has moved, so that nothing forgets it."""
    world, rivers = SectionFactory(slug="world"), TopicFactory(slug="rivers")
    ada = AuthorFactory(slug="ada")
    secret: Article = ArticleFactory(
        slug=SLUG,
        headline=f"Headline {SECRET} {SOUGHT}",
        standfirst=SECRET,
        kicker=SECRET,
        dateline=SECRET,
        body=f"<p>{SECRET}</p>",
        section=world,
        topics=[rivers, TopicFactory(slug=f"topic-{SECRET}", name=SECRET)],
        authors=[ada, AuthorFactory(slug=f"author-{SECRET}", name=SECRET)],
        lead_image=ImageFactory(alt=SECRET, caption=SECRET, credit=SECRET),
        **state,
    )
    ArticleFactory(
        published=True,
        slug="open",
        section=world,
        topics=[rivers],
        authors=[ada],
        related=[secret],
    )
    FrontPageSlot.objects.create(place="lead", article=secret)
    Redirect.objects.create(old_address="/old/place/", article=secret)
    Redirect.objects.create(old_address="/?p=77", article=secret)
    PageFactory(slug="about")
    return secret


def public_addresses(secret: Article) -> Iterator[str]:
    """Each address that `articles/urls.py` knows, filled in with every name that there is."""
    due = secret.published_at or LONG_AGO
    day = date_in_paper(due)
    slugs = ["world", "about", "rivers", "ada", "open", SLUG]
    dates = [LONG_AGO.date(), day]
    names = ["pages", *(f"{each:%Y-%m}" for each in dates)]
    values: dict[str, list[Any]] = {
        "slug": slugs, "name": names, "signed": [str(secret.pk)],
        "date": dates,
    }  # fmt: skip
    paper: Any
    (paper,) = (each for each in get_resolver().url_patterns if _is_the_papers(each))
    for pattern in paper.url_patterns:
        assert isinstance(pattern, URLPattern)
        needed = list(pattern.pattern.converters)
        filled: list[dict[str, Any]] = [{}]
        for name in needed:
            if name in {"month", "day"}:
                continue
            if name == "year":
                parts = [each for each in ("year", "month", "day") if each in needed]
                filled = [
                    {**each, **{part: getattr(on, part) for part in parts}}
                    for each in filled
                    for on in values["date"]
                ]
            else:
                choices = NAMES.get(str(pattern.name), values[name])
                filled = [{**each, name: value} for each in filled for value in choices]
        for kwargs in filled:
            address = reverse(f"articles:{pattern.name}", kwargs=kwargs)
            yield address
            for question in QUESTIONS.get(str(pattern.name), []):
                yield address + question
    yield "/old/place/"
    yield "/support/"


def _is_the_papers(pattern: Any) -> bool:
    return getattr(pattern, "app_name", None) == "articles"


def said(response: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return f"{headers}\n{response.content.decode()}"


@pytest.mark.parametrize("state", STATES)
def test_no_address_tells(client: Client, state: str) -> None:
    secret = secret_story(**STATES[state])
    for address in public_addresses(secret):
        response = client.get(address)
        assert response.status_code < 500
        text = said(response)
        assert SECRET not in text, f"{address} {response.status_code}"
        is_sent_on = state == "withdrawn" and response.status_code == 301
        assert SLUG in address or is_sent_on or SLUG not in text, address
        if SOUGHT in address:
            assert "No stories" in text
        if state != "withdrawn":
            assert f"article:{secret.pk}" not in response.get("Surrogate-Key", "").split()


def test_the_test_would_see_it(client: Client) -> None:
    secret = secret_story(status=Status.DRAFT)
    publishing.publish(secret, now())
    telling = {
        address.partition("?")[0]
        for address in public_addresses(secret)
        if SECRET in said(client.get(address, follow=True))
    }
    assert {
        "/", "/world/", "/topics/rivers/", "/authors/ada/", "/search/", "/feed/", "/feed.json",
        "/world/feed/", "/news-sitemap.xml", "/sitemap-pages.xml", secret.get_absolute_url(),
        "/2024/03/05/open/", "/old/place/",
    } <= telling  # fmt: skip
    assert Topic.objects.filter(articles=secret).exists()
    assert Author.objects.filter(articles=secret).exists()
