"""A page on a phone stands still from its first paint on, whatever arrives after it."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests import whole_paper
from tests.articles.factories import ImageFactory

pytestmark = pytest.mark.django_db(transaction=True)

# Whatever moved without anybody touching the page, and by how much.
WATCH = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      moved.push([entry.value, ...entry.sources.map((each) => each.node?.className || each.node?.nodeName)]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("address", ["/", "/velmora/", whole_paper.STORY, "/support/"])
def test_nothing_moves(page: Page, live_server: LiveServer, address: str) -> None:
    story = whole_paper.set_paper()
    story.lead_image = ImageFactory()
    story.save()
    page.add_init_script(WATCH)
    page.goto(live_server.url + address, wait_until="load")
    # Down to the foot, so that whatever loads late is asked for.
    page.evaluate(
        """async () => {
          for (let at = 0; at < document.body.scrollHeight; at += 600) {
            scrollTo(0, at);
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    page.wait_for_load_state("networkidle")
    moved = page.evaluate("moved")
    # A page may be painted while it is still being parsed; what that moves counts as nothing.
    assert sum(each[0] for each in moved) < 0.005, moved


def test_it_would_be_seen(page: Page, live_server: LiveServer) -> None:
    whole_paper.set_paper()
    page.add_init_script(WATCH)
    page.goto(live_server.url + whole_paper.STORY, wait_until="load")
    page.evaluate("document.getElementById('main').style.paddingTop = '9rem'")
    page.wait_for_function("moved.length > 0")
