"""A reader is asked, says later, and is left in peace: with a script and without."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.db import connection
from playwright.sync_api import Locator, Page, Route, expect

from donations.models import Placement, Reminder
from donations.tasks import send_due_reminders
from tests.articles.factories import ArticleFactory, SectionFactory
from tests.browser.conftest import NewReader
from tests.browser.desk import watch
from tests.conftest import RunJobs
from tests.donations.factories import CampaignFactory, PromptFactory

pytestmark = pytest.mark.django_db(transaction=True)

STORY = "/2024/03/05/a-story/"
ADDRESS = "reader@example.com"
BODY = "<p>It went on like this for longer than anyone could say.</p>" * 30


@pytest.fixture(autouse=True)
def paper(transactional_db: None) -> None:
    world = SectionFactory(slug="world")
    ArticleFactory(published=True, slug="a-story", section=world, body=BODY)
    campaign = CampaignFactory()
    for placement in Placement:
        PromptFactory(campaign=campaign, placement=placement, text="We ask. " * 20)


def asks(page: Page) -> Locator:
    return page.locator("[data-placement]")


def later(page: Page, placement: str) -> Locator:
    return page.locator(f"[data-placement={placement}] form[method=post] button[type=submit]")


def expect_no_ask(page: Page) -> None:
    expect(asks(page)).not_to_have_count(0)
    for each in asks(page).all():
        expect(each).to_be_hidden()


def assert_forgotten(address: str) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s',  # noqa: S608
                [f"%{address}%"],
            )
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("placement", ["article-end", "banner"])
def test_a_reader_is_left_in_peace_and_reminded_once(
    reader: Page, placement: str, run_jobs: RunJobs
) -> None:
    reader.goto(STORY)
    for each in asks(reader).all():
        expect(each).to_be_visible()
    assert reader.context.cookies() == []

    later(reader, placement).click()
    expect(reader.get_by_text("We will not ask before")).to_be_visible()
    (cookie,) = reader.context.cookies()
    assert cookie["name"] == "newsroom_reader"

    # An address may be left now; nothing had to be.
    if (fold := reader.get_by_text("Another day, or a letter")).is_visible():
        fold.click()
    reader.get_by_label("A week").check()
    reader.get_by_label("Your e-mail address").fill(ADDRESS)
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_text("One letter will reach you on that day")).to_be_visible()

    for address in (STORY, "/", "/world/", "/archive/"):
        reader.goto(address)
        expect_no_ask(reader)
    reader.reload()
    expect_no_ask(reader)

    due = Reminder.objects.get().due_at
    assert timedelta(days=6) < due - datetime.now(UTC) < timedelta(days=8)
    send_due_reminders(0)
    run_jobs()
    assert mail.outbox == []
    with time_machine.travel(due, tick=False):
        send_due_reminders(0)
        send_due_reminders(0)
        run_jobs()
        send_due_reminders(0)
        run_jobs()
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert_forgotten(ADDRESS)


def test_a_wrong_date_and_a_wrong_address_are_said_where_they_are(reader: Page) -> None:
    reader.goto(STORY)
    later(reader, "article-end").click()
    reader.get_by_label("Your e-mail address").fill("no address")
    reader.get_by_label("Until a date").check()
    reader.get_by_label("Which date").fill("2020-01-01")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_text("Choose a date between tomorrow")).to_be_visible()
    expect(reader.get_by_text("This is no e-mail address")).to_be_visible()
    expect(reader.get_by_label("Your e-mail address")).to_have_value("no address")
    reader.goto("/")
    expect_no_ask(reader)


def test_without_a_script_there_is_a_way_back(new_reader: NewReader) -> None:
    reader = new_reader(java_script_enabled=False)
    reader.goto(STORY)
    later(reader, "banner").click()
    reader.get_by_role("link", name="Back to where you were").click()
    reader.wait_for_url(f"**{STORY}")
    expect_no_ask(reader)


def test_with_a_script_the_page_stays_and_so_does_what_is_being_read(
    new_reader: NewReader,
) -> None:
    reader = new_reader()
    complaints = watch(reader)
    reader.goto(STORY)
    button = later(reader, "article-end")
    button.scroll_into_view_if_needed()
    button.click()
    panel = reader.locator("[data-later]")
    expect(panel).to_be_focused()
    expect(panel).to_be_in_viewport(ratio=0.9)
    expect(panel.get_by_role("status")).to_have_count(1)
    assert reader.url.endswith(STORY)
    expect_no_ask(reader)
    assert complaints == []


def test_a_double_click_gets_one_answer(new_reader: NewReader) -> None:
    reader = new_reader()
    sent: list[str] = []
    reader.on("request", lambda request: sent.append(request.method))
    reader.goto(STORY)
    later(reader, "article-end").dblclick()
    expect(reader.locator("[data-later]")).to_be_focused()
    reader.wait_for_load_state("networkidle")
    expect(reader.locator("[data-later]")).to_have_count(1)
    assert sent.count("POST") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answer_can_be_read_by_everybody(new_reader: NewReader, scheme: str) -> None:
    reader = new_reader(color_scheme=scheme)
    for placement in ("banner", "article-end"):
        reader.context.clear_cookies()
        reader.goto(STORY)
        later(reader, placement).click()
        expect(reader.locator("[data-later]")).to_be_visible()
        found = Axe().run(reader).response["violations"]
        assert [(each["id"], each["nodes"][0]["target"]) for each in found] == []


def test_closing_the_banner_hides_the_ask_for_a_week(new_reader: NewReader) -> None:
    reader = new_reader()
    reader.goto(STORY)
    with reader.expect_response("**/support/later/"):
        reader.get_by_role("button", name="Close").click()
    expect_no_ask(reader)
    reader.goto("/")
    expect_no_ask(reader)
    (cookie,) = reader.context.cookies()
    left = datetime.fromtimestamp(cookie["expires"], UTC) - datetime.now(UTC)
    assert timedelta(days=5) < left < timedelta(days=8)


def test_without_a_script_there_is_no_button_that_does_nothing(new_reader: NewReader) -> None:
    reader = new_reader(java_script_enabled=False)
    reader.goto(STORY)
    expect(reader.locator("[data-close]")).to_be_hidden()


def test_when_the_script_cannot_reach_us_the_browser_sends_the_form(
    new_reader: NewReader,
) -> None:
    reader = new_reader()

    def refuse(route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.abort()
        else:
            route.continue_()

    reader.route("**/support/later/", refuse)
    reader.goto(STORY)
    later(reader, "article-end").click()
    reader.wait_for_url("**/support/later/")
    expect(reader.get_by_role("heading", name="We will not ask before")).to_be_visible()
    reader.goto(STORY)
    expect_no_ask(reader)


def test_the_ask_comes_back_on_its_day(new_reader: NewReader) -> None:
    reader = new_reader()
    reader.goto(STORY)
    later(reader, "banner").click()
    expect(reader.locator("[data-later]")).to_be_visible()
    day = datetime.now(UTC) + timedelta(days=32)
    reader.clock.set_fixed_time(day - timedelta(days=5))
    reader.reload()
    expect_no_ask(reader)
    reader.clock.set_fixed_time(day)
    reader.reload()
    expect(asks(reader).first).to_be_visible()


def test_a_page_left_before_is_right_when_the_reader_comes_back_to_it(
    new_reader: NewReader,
) -> None:
    reader = new_reader()
    reader.goto("/")
    reader.goto(STORY)
    later(reader, "banner").click()
    expect(reader.locator("[data-later]")).to_be_visible()
    reader.go_back()
    expect_no_ask(reader)


def test_a_hidden_ask_never_flashes_and_moves_nothing(new_reader: NewReader) -> None:
    reader = new_reader()
    reader.goto(STORY)
    later(reader, "banner").click()
    expect(reader.locator("[data-later]")).to_be_visible()
    reader.add_init_script("""
        window.moved = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) window.moved += shift.value;
        }).observe({ type: "layout-shift", buffered: true });
        addEventListener("DOMContentLoaded", () => {
          window.wasHidden = document.documentElement.dataset.asks === "off"
            && document.querySelector("[data-placement]").offsetParent === null;
        });
    """)
    reader.goto(STORY)
    reader.wait_for_load_state("networkidle")
    assert reader.evaluate("window.wasHidden") is True
    assert reader.evaluate("window.moved") == 0
