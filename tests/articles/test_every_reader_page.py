"""What holds for every page of the paper, before the reader has done anything."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.test import Client

from articles.models import Correction
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)

PAGES = {
    "/": 200,
    "/world/": 200,
    "/about/": 200,
    "/2024/03/05/a-story/": 200,
    "/2024/03/05/рассказ/": 200,
    "/2024/03/05/plain/": 200,
    "/topics/rivers/": 200,
    "/authors/ada-marsh/": 200,
    "/archive/": 200,
    "/archive/2024/03/": 200,
    "/search/": 200,
    "/search/?q=story": 200,
    "/search/?q=%3Cscript%3E%22%27": 200,
    "/nothing/at/all/": 404,
    "/2024/03/05/withdrawn/": 410,
}
OTHER = (
    "/feed/",
    "/feed.json",
    "/world/feed/",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-2024-03.xml",
    "/news-sitemap.xml",
    "/robots.txt",
)
# What a browser fetches by itself; the links of a page are the reader's to follow.
FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"}


@pytest.fixture
def paper(db: None) -> None:
    world = SectionFactory(name="World", slug="world")
    author = AuthorFactory(name="Ada Marsh", slug="ada-marsh", portrait=ImageFactory())
    rivers = TopicFactory(name="Rivers", slug="rivers")
    PageFactory(title="About", slug="about")
    story = ArticleFactory(
        published=True,
        slug="a-story",
        headline="A story of “quotes” & <angles>",
        section=world,
        authors=[author, AuthorFactory()],
        topics=[rivers],
        lead_image=ImageFactory(),
        kicker="Report",
        dateline="PARIS",
        updated_at=LONG_AGO,
        related=[ArticleFactory(published=True, slug="рассказ", language="ru", topics=[rivers])],
    )
    Correction.objects.create(article=story, text="It was <Tuesday>.", made_at=LONG_AGO)
    ArticleFactory(published=True, slug="plain", language="ar", standfirst="", body="")
    ArticleFactory(status="withdrawn", published_at=LONG_AGO, slug="withdrawn")
    ArticleFactory.create_batch(12, published=True, section=world, authors=[author])


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(("address", "status"), [*PAGES.items(), *((each, 200) for each in OTHER)])
def test_no_cookie_is_set(client: Client, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert not response.cookies
    assert not client.cookies


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("address", PAGES)
def test_the_html_is_without_error(client: Client, address: str) -> None:
    html5lib.HTMLParser(strict=True).parse(client.get(address).content.decode())


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_fetched_from_elsewhere_or_styled_inline(client: Client, address: str) -> None:
    page = html5lib.parse(client.get(address).content.decode(), namespaceHTMLElements=False)
    own = urlsplit(settings.SITE_URL).netloc
    for fetched in _fetched(page):
        assert urlsplit(urljoin(settings.SITE_URL, fetched)).netloc == own, fetched
    # The content security policy would drop these.
    assert not [each.tag for each in page.iter() if "style" in each.attrib]
    assert not [each.tag for each in page.iter() if any(name[:2] == "on" for name in each.attrib)]


def _fetched(page: Element) -> Iterator[str]:
    for element in page.iter():
        if element.tag == "link" and not FETCHED_LINKS & set(element.get("rel", "").split()):
            continue
        if element.tag == "link":
            yield element.get("href", "")
        yield from filter(None, (element.get("src"), element.get("poster"), element.get("data")))
        for candidate in element.get("srcset", "").split(","):
            if candidate.strip():
                yield candidate.split()[0]


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("address", PAGES)
def test_every_page_may_be_kept_by_any_cache(client: Client, address: str) -> None:
    response = client.get(address)
    assert response["Cache-Control"].startswith("public, ")
    assert "Cookie" not in response.get("Vary", "")
    assert response["Surrogate-Key"]
