"""What a reader meets who has done nothing yet: whole pages, no cookie, nothing from elsewhere."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request
from pytest_django.live_server_helper import LiveServer

from articles.models import Article, Correction
from newsroom.models import Paper
from tests.articles.factories import (
    LONG_AGO,
    ArticleFactory,
    AuthorFactory,
    ImageFactory,
    PageFactory,
    SectionFactory,
    TopicFactory,
)
from tests.donations.factories import PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/",
    "/world/",
    "/about/",
    "/2024/03/05/a-story/",
    "/topics/rivers/",
    "/authors/ada-marsh/",
    "/archive/",
    "/archive/2024/03/",
    "/search/?q=story",
    "/support/",
    "/support/later/",
    "/nothing/at/all/",
]


@pytest.fixture
def paper(transactional_db: None) -> None:
    world = SectionFactory(name="World", slug="world")
    author = AuthorFactory(name="Ada Marsh", slug="ada-marsh", portrait=ImageFactory())
    rivers = TopicFactory(name="Rivers", slug="rivers")
    PageFactory(title="About", slug="about")
    story = ArticleFactory(
        published=True, slug="a-story", section=world, authors=[author], topics=[rivers],
        lead_image=ImageFactory(), dateline="PARIS",
        body="<p>A paragraph.</p><h2>A heading</h2><table><tr><th>River</th><td>Long</td></tr></table>",
        related=[ArticleFactory(published=True, topics=[rivers])],
    )  # fmt: skip
    Correction.objects.create(article=story, text="It was Tuesday.", made_at=LONG_AGO)
    ArticleFactory.create_batch(8, published=True, section=world, authors=[author])
    for placement in ("banner", "article-end", "front-strip", "section-strip", "footer"):
        PromptFactory(placement=placement)


# Colours are the same on every screen, and shapes in every light.
@pytest.fixture(params=[(360, "light"), (1280, "dark")], ids=["phone by day", "desk by night"])
def screen(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=live_server.url
    )
    yield context.new_page()
    context.close()


@pytest.mark.usefixtures("paper")
def test_every_page_can_be_read_by_everybody(screen: Page) -> None:
    found = []
    for address in PAGES:
        screen.goto(address)
        for violation in Axe().run(screen).response["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{address}: {violation['id']}: {violation['help']} {places}")
        wide = screen.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{address}: {wide} px wider than the screen")
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("paper")
def test_a_word_without_an_end_fits_a_window_of_any_width(
    page: Page, live_server: LiveServer
) -> None:
    Paper.objects.update_or_create(
        pk=1, defaults={"social_links": "https://social.example/@apaperwithalongname"}
    )
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    Article.objects.update(headline=word)
    for address in ("/", "/world/", "/2024/03/05/a-story/"):
        page.goto(live_server.url + address)
        for width in (320, 480, 600, 640, 720, 960, 1024, 1280):
            page.set_viewport_size({"width": width, "height": 600})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{address} at {width}"


@pytest.mark.usefixtures("paper")
def test_nothing_is_kept_sent_elsewhere_or_refused(page: Page, live_server: LiveServer) -> None:
    asked: list[Request] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    for address in PAGES:
        response = page.goto(live_server.url + address)
        assert response is not None
        assert "set-cookie" not in response.all_headers(), address
        assert page.evaluate("sessionStorage.length") == 0
    assert page.context.cookies() == []
    assert {request.url.removeprefix(live_server.url)[0] for request in asked} == {"/"}
    # The browser itself complains of a page that is not found.
    assert [each for each in said if "404" not in each] == []
