"""The stand-in's control page in a real browser: its forms are taken, and read well."""

import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import StandIn

Screen = tuple[int, str]


@pytest.fixture
def hand(browser: Browser) -> Iterator[Page]:
    """Somebody at the controls, without JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def customer(stand_in: StandIn) -> str:
    made = urllib.request.Request(
        f"{stand_in.url}/v1/customers",
        urllib.parse.urlencode({"email": "ada@example.com"}).encode(),
        {"Authorization": "Bearer sk_test_1"},
    )
    with urllib.request.urlopen(made) as answer:
        return str(answer.read().decode().split('"')[3])


def test_its_buttons_work_in_a_browser(hand: Page, stand_in: StandIn) -> None:
    identifier = customer(stand_in)
    hand.goto(stand_in.url)
    hand.get_by_role("button", name="A month on").click()
    expect(hand.get_by_role("status")).to_have_text("The clock is set.")
    hand.get_by_label("Copies").fill("3")
    hand.get_by_label("Cut bodies in half").check()
    hand.get_by_role("button", name="Set these switches").click()
    expect(hand.get_by_label("Copies")).to_have_value("3")
    expect(hand.get_by_label("Cut bodies in half")).to_be_checked()
    hand.get_by_label("Cut bodies in half").uncheck()
    hand.get_by_role("button", name="Set these switches").click()
    expect(hand.get_by_label("Cut bodies in half")).not_to_be_checked()
    hand.get_by_role("link", name=identifier[:14]).first.click()
    hand.get_by_role("button", name="Delete").click()
    expect(hand.get_by_role("status")).to_have_text("Delete: done.")


@pytest.mark.parametrize("screen", [(360, "light"), (1280, "dark")])
def test_its_pages_are_accessible(browser: Browser, stand_in: StandIn, screen: Screen) -> None:
    identifier = customer(stand_in)
    context = browser.new_context(
        viewport={"width": screen[0], "height": 900},
        color_scheme="dark" if screen[1] == "dark" else "light",
        bypass_csp=True,  # for axe
    )
    page = context.new_page()
    for path in ("/", f"/objects/{identifier}"):
        page.goto(f"{stand_in.url}{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0]
    context.close()
