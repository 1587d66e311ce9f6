"""Every rule of every style is for something on a page that carries it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from articles.models import Article, Author, FrontPageSlot
from articles.preview_links import preview_link
from newsroom.models import Paper
from newsroom.page import PageFacts
from tests import whole_paper
from tests.articles.factories import LONG_AGO, ArticleFactory

pytestmark = pytest.mark.django_db(transaction=True)

# Each selector of each rule, whatever the screen, and whether something on the page answers to
# it. What only shows while something is pointed at, or is drawn beside an element, counts as
# that element.
RULES = r"""() => {
  const found = [];
  const alone = (selector) => selector
    .replace(/:not\(:focus\)|:(hover|focus-visible|focus-within|focus)\b/g, "")
    .replace(/(^|[\s>+~])::[\w-]+/g, "$1*")
    .replace(/::[\w-]+/g, "");
  const apart = (list) => {
    const parts = [""];
    let depth = 0;
    for (const letter of list) {
      depth += (letter === "(") - (letter === ")");
      if (letter === "," && !depth) parts.push("");
      else parts[parts.length - 1] += letter;
    }
    return parts.map((part) => part.trim());
  };
  const walk = (rules, around) => {
    for (const rule of rules) {
      if (rule.selectorText)
        for (const selector of apart(rule.selectorText))
          found.push([`${around} ${selector}`, !!document.querySelector(alone(selector) || "*")]);
      else if (rule.cssRules) walk(rule.cssRules, `${around} ${rule.conditionText || ""}`);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules, "");
  return found;
}"""

# In browsers that cannot do something, before a script ran, in papers with more currencies.
ELSEWHERE = ("not selector(", "(-moz-appearance", "forced-colors", ".share[hidden]", "#currency-")


@pytest.fixture
def used() -> dict[str, bool]:
    return defaultdict(bool)


@pytest.fixture
def look(page: Page, used: dict[str, bool]) -> Callable[[], None]:
    def look() -> None:
        for rule, is_used in page.evaluate(RULES):
            used[rule] |= is_used

    return look


def test_no_rule_is_unused(
    page: Page, live_server: LiveServer, used: dict[str, bool], look: Callable[[], None]
) -> None:
    story = whole_paper.set_paper()
    arabic = ArticleFactory(
        published=True, slug="arabic", language="ar", section=story.section,
        body=whole_paper.ELABORATE, related=[story],
    )  # fmt: skip
    upright = ArticleFactory(published=True, slug="upright", lead_image=whole_paper.picture())
    upright.lead_image.__class__.objects.filter(pk=upright.lead_image.pk).update(height=2400)
    for language in ("ru", "uk", "fa"):
        ArticleFactory(published=True, slug=language, language=language, body=whole_paper.ELABORATE)
    ArticleFactory(published=True, published_at=LONG_AGO - timedelta(days=40), slug="earlier")
    draft = ArticleFactory(slug="draft", related=[story])
    author = Author.objects.get(slug="tobin-arkesh")

    numbers = count()

    def visit(address: str) -> None:
        # The browser keeps a page for a minute; this makes it another.
        parted = "&" if "?" in address else "?"
        response = page.goto(f"{live_server.url}{address}{parted}visit={next(numbers)}")
        assert response is not None
        assert response.status in {200, 404}, page.content()
        look()

    for address in (
        "/", "/velmora/", "/about/", "/topics/elections/", author.get_absolute_url(), "/archive/",
        "/archive/2024/03/", "/search/?q=voters", "/search/?q=nobodywrotethis", "/no/such/page/",
        arabic.get_absolute_url(), upright.get_absolute_url(), "/2024/03/05/ru/",
        "/2024/03/05/uk/", "/2024/03/05/fa/",
        preview_link(draft).removeprefix(live_server.url), "/support/later/", "/support/manage/",
    ):  # fmt: skip
        visit(address)

    # The ask, and what is there once somebody said “later”.
    visit(whole_paper.STORY)
    page.locator("[data-placement=article-end]").get_by_role("radio", name="Once").check()
    page.wait_for_selector(".choice--amounts label[hidden]", state="attached")
    look()
    for placement in ("banner", "article-end"):
        page.goto(live_server.url + whole_paper.STORY)
        page.locator(f"[data-placement={placement}]").get_by_role(
            "button", name="Remind me later"
        ).click()
        page.wait_for_selector("[data-later]")
        look()
        page.locator("[data-later] [name=email]").evaluate("each => each.value = 'nobody'")
        page.locator("[data-later] form").evaluate("each => each.requestSubmit()")
        page.wait_for_selector("[aria-invalid]")
        look()
        page.context.clear_cookies()

    # Where one gives.
    visit("/support/")
    for frequency in ("month", "year", "once"):
        page.locator(f"#every-{frequency}").check()
        look()
    for number in range(page.locator("#currency option").count()):
        page.locator("#currency").select_option(index=number)
        look()
    page.locator("#amount").fill("nothing")
    look()
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_selector("#amount-error")
    look()
    page.locator("[name=every]:checked").evaluate("each => each.value = 'never'")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_selector("#every-error")
    look()
    for template, state in (
        (
            "thanks",
            {
                "state": "paid",
                "is_own": True,
                "amount": "$5",
                "subscription": {"current_period_end": LONG_AGO},
            },
        ),
        ("manage_entry", {"state": "button"}),
        ("manage_manage", {"state": "list", "notice": "Said.", "support": [{"amount": "$5"}, {}]}),
        ("closed", {"refusal": {"kind": "paused"}}),
    ):
        facts = PageFacts(kind="support", language="en")
        values = {"page": facts, "paper": Paper.load(), "intent": None, **state}
        page.goto("about:blank")
        page.set_content(render_to_string(f"donations/{template}.html", values))
        look()

    # Papers that have less, or a logo.
    paper = Paper.load()
    paper.logo = "paper/logo.png"
    paper.save()
    visit("/")
    visit(whole_paper.STORY)
    paper.language = "ar"
    paper.save()
    visit("/archive/2024/03/")
    visit("/velmora/")
    FrontPageSlot.objects.all().delete()
    Article.objects.exclude(section__slug="world").delete()
    visit("/")
    Article.objects.all().delete()
    visit("/")
    visit("/archive/")

    unused = [rule for rule, is_used in used.items() if not is_used]
    unused = [rule for rule in unused if not any(each in rule for each in ELSEWHERE)]
    assert not unused, "\n".join(unused)
    assert len(used) > 400
