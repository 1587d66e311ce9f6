"""The ask as a reader sees it on a phone, before doing anything."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from donations.models import Placement
from tests.articles.factories import ArticleFactory
from tests.browser.desk import watch
from tests.donations.factories import CampaignFactory, PromptFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db(transaction=True)

STORY = "/2024/03/05/a-story/"


@pytest.fixture(autouse=True)
def paper(transactional_db: None) -> None:
    ArticleFactory(published=True, slug="a-story")
    campaign = CampaignFactory(
        monthly_amounts=[5_00, 10_00, 25_00], yearly_amounts=[60_00, 120_00], once_amounts=[20_00]
    )
    SubscriptionFactory(amount_minor=7_420_00)
    for placement in Placement:
        PromptFactory(
            campaign=campaign,
            placement=placement,
            headline="Will you help?",
            text="Nobody owns this paper. <b>Readers pay for it.</b>",
            more="Here is the long story." if placement == Placement.ARTICLE_END else "",
            second_line="Our journalism is banned at home.",
        )


@pytest.fixture
def story(page: Page, live_server: LiveServer) -> Page:
    page.goto(live_server.url + STORY)
    return page


def test_the_banner_is_slim_and_says_how_far_it_is(story: Page) -> None:
    banner = story.get_by_role("region", name="Will you help?").first
    expect(banner.get_by_text("Our journalism is banned at home.")).to_be_visible()
    expect(banner.get_by_text("$7,420 of $10,000 this month")).to_be_visible()
    expect(banner.get_by_role("meter")).to_have_attribute("value", "742000")
    words = banner.get_by_text("Nobody owns this paper.")
    expect(words).to_be_hidden()
    box = banner.bounding_box()
    assert box is not None
    assert box["height"] < 300
    banner.get_by_text("Read more").click()
    expect(words).to_be_visible()
    expect(words).to_contain_text("<b>Readers pay for it.</b>")


def test_on_a_wide_screen_nothing_is_folded(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(live_server.url + STORY)
    banner = page.locator("[data-placement=banner]")
    expect(banner.get_by_text("Nobody owns this paper.")).to_be_visible()
    expect(banner.get_by_text("Read more")).to_be_hidden()
    box = banner.bounding_box()
    assert box is not None
    assert box["height"] < 180
    page.close()


def test_the_panel_leads_to_the_support_page_with_its_choice(
    story: Page, live_server: LiveServer
) -> None:
    complaints = watch(story)
    ask = story.locator("[data-placement=article-end]")
    expect(ask.get_by_role("radio", name="Monthly", exact=True)).to_be_checked()
    expect(ask.get_by_role("radio", name="$10", exact=True)).to_be_checked()
    ask.get_by_role("radio", name="Yearly", exact=True).check()
    expect(ask.get_by_role("radio")).to_have_count(3 + 2)
    ask.get_by_role("radio", name="$60", exact=True).check()
    ask.get_by_role("radio", name="Once", exact=True).check()
    ask.get_by_role("radio", name="$20", exact=True).check()
    ask.get_by_role("radio", name="Monthly", exact=True).check()
    expect(ask.get_by_role("radio", name="$25", exact=True)).to_be_visible()
    ask.get_by_role("radio", name="$25", exact=True).check()
    ask.get_by_role("button", name="Support us").click()
    story.wait_for_url(f"{live_server.url}/support/?*")
    assert {"every=month", "amount=25", "placement=article-end"} <= set(
        story.url.partition("?")[2].split("&")
    )
    assert complaints == []


def test_the_choice_works_without_a_script(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + STORY)
    ask = page.locator("[data-placement=article-end]")
    ask.get_by_role("radio", name="Once", exact=True).check()
    ask.get_by_role("radio", name="$5", exact=True).check()
    ask.get_by_role("button", name="Support us").click()
    page.wait_for_url(f"{live_server.url}/support/?*")
    assert {"every=once", "amount=5"} <= set(page.url.partition("?")[2].split("&"))
    context.close()


def test_later_is_as_plain_to_see_as_support(story: Page) -> None:
    for placement in ("banner", "article-end"):
        actions = story.locator(f"[data-placement={placement}] .ask__actions")
        boxes = [each.bounding_box() for each in actions.locator(".button").all()]
        assert len(boxes) == 2
        support, later = boxes
        assert support is not None
        assert later is not None
        assert later["height"] == support["height"] >= 44
        assert later["width"] >= 0.8 * support["width"]


def test_the_keyboard_reaches_everything_in_order(story: Page) -> None:
    reached = []
    for _press in range(7):
        story.keyboard.press("Tab")
        reached.append(story.evaluate("document.activeElement.textContent.trim()"))
    assert reached[:5] == ["Skip to the text", "Read more", "Support us", "Remind me later", "×"]


def test_nothing_moves_while_the_page_loads(page: Page, live_server: LiveServer) -> None:
    page.add_init_script("""
        window.moved = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) window.moved += shift.value;
        }).observe({ type: "layout-shift", buffered: true });
    """)
    page.goto(live_server.url + STORY)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.moved") == 0
