"""The page that this product descends from, put in by an editor and read by a reader."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from articles.models import Article
from donations.models import Campaign, Prompt
from tests.articles.factories import ArticleFactory, SectionFactory
from tests.browser.desk import sign_in, watch
from tests.desks import somebody

SEED_PAGE = Path(__file__).parents[3] / "shared" / "data" / "seed-page.txt"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not SEED_PAGE.is_file(), reason="The seed page is not beside this checkout."
    ),
]


@dataclass(frozen=True)
class SeedPage:
    question: str
    banner: str
    button: str
    second_line: str
    headline: str
    dateline: str
    paragraphs: list[str]
    favour: str
    ask: str
    more: str


def read() -> SeedPage:
    """The parts of the page, in its order: banner, article, related articles, ask."""
    text = SEED_PAGE.read_text("utf-8")
    above, below = text.split("Related articles:")
    banner, headline, first, *others = [each.strip() for each in above.strip().split("\n\n")]
    question, reason, cost, button, second_line = banner.splitlines()
    dateline, _dash, opening = first.partition(" — ")
    ask, mission, more, *_rest = below.strip().split("\n\n")
    favour, _stop, reasons = ask.partition(". ")
    return SeedPage(
        question,
        f"{reason} {cost}",
        button,
        second_line,
        headline,
        dateline,
        [opening, *others],
        f"{favour}.",
        f"{reasons}\n\n{mission}",
        more,
    )


def ask_as(seed: SeedPage) -> None:
    campaign = Campaign.objects.create(
        name="Without ads",
        goal_minor=1_000_000,
        monthly_amounts=[500, 1000, 2000],
        yearly_amounts=[5000, 10_000, 20_000],
        once_amounts=[1000, 2500, 5000],
        starts_at=now() - timedelta(days=1),
    )
    Prompt.objects.create(
        campaign=campaign,
        placement="banner",
        headline=seed.question,
        text=seed.banner,
        second_line=seed.second_line,
        button=seed.button,
        is_live=True,
    )
    Prompt.objects.create(
        campaign=campaign,
        placement="article-end",
        headline=seed.favour,
        text=seed.ask,
        more=seed.more,
        button=seed.button,
        is_live=True,
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_the_seed_page_is_put_in_and_read(width: int, page: Page, live_server: LiveServer) -> None:
    seed, site = read(), live_server.url
    ask_as(seed)
    section = SectionFactory(name="World", slug="world")
    ArticleFactory(published=True, section=section, headline="Minsk Group to Meet Again")
    somebody("Editors", "ana")
    page.set_viewport_size({"width": width, "height": 900})
    complaints = watch(page)
    sign_in(page, site, "ana")

    page.goto(f"{site}/admin/articles/article/add/")
    page.get_by_label("Headline").fill(seed.headline)
    page.locator(".tiptap").click()
    for number, paragraph in enumerate(seed.paragraphs):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.insert_text(paragraph)
    page.get_by_label("Dateline").fill(seed.dateline)
    page.get_by_label("Section", exact=False).first.select_option("World")
    page.get_by_text("Add another Related article").click()
    page.locator("#related_links-0 .select2-selection").click()
    page.keyboard.type("minsk")
    page.get_by_role("option", name="Minsk Group to Meet Again").click()
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("link", name="Read it on the site").click()

    article = Article.objects.get(headline=seed.headline)
    assert article.body == "".join(f"<p>{paragraph}</p>" for paragraph in seed.paragraphs)

    # What was written is read, to the letter.
    expect(page.get_by_role("heading", level=1)).to_have_text(seed.headline)
    body = page.locator(".body p")
    expect(body.first).to_have_text(f"{seed.dateline} — {seed.paragraphs[0]}")
    assert body.all_inner_texts()[1:] == seed.paragraphs[1:]

    # Every part is where that page has it.
    banner = page.locator("[data-placement=banner]")
    ask = page.locator("[data-placement=article-end]")
    related = page.get_by_role("region", name="Related articles")
    parts = [
        banner,
        page.get_by_role("banner"),
        page.get_by_role("heading", level=1),
        body.first,
        body.last,
        related,
        ask,
    ]
    for part in parts:
        expect(part).to_be_visible()
    boxes = [part.bounding_box() for part in parts]
    assert all(boxes)
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops), tops
    expect(related.get_by_role("link", name="Minsk Group to Meet Again")).to_be_visible()

    # And says what that page says.
    expect(banner).to_contain_text(seed.question)
    expect(banner).to_contain_text(seed.second_line)
    expect(banner).to_contain_text("$10,000")
    expect(banner.get_by_text(seed.button).first).to_be_visible()
    expect(ask).to_contain_text(seed.favour)
    expect(ask.get_by_text(seed.ask[:40])).to_be_visible()
    more = ask.get_by_text(seed.more[:40])
    expect(more).to_be_hidden()
    ask.get_by_text("Read more").click()
    expect(more).to_be_visible()
    for placement in (banner, ask):
        expect(placement.get_by_role("button", name="Remind me later")).to_be_visible()
    assert not complaints
