"""A story's whole way, in a browser: written, previewed, published, moved, withdrawn."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from pytest_django.live_server_helper import LiveServer
from pytest_playwright.pytest_playwright import CreateContextCallback

from articles.models import Article, Image
from newsroom.models import Paper
from tests.articles.factories import (
    ArticleFactory,
    AuthorFactory,
    SectionFactory,
    TopicFactory,
    drawn_picture,
)
from tests.browser.desk import sign_in, watch
from tests.desks import changing, somebody

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Page:
    """An editor, signed in, on a phone."""
    Paper(name="The Evening Post", time_zone="Asia/Tbilisi").save()
    somebody("Editors", "ana")
    sign_in(page, live_server.url, "ana")
    return page


def test_from_an_empty_page_to_readers_and_back(
    desk: Page, live_server: LiveServer, new_context: CreateContextCallback
) -> None:
    page, site = desk, live_server.url
    complaints = watch(page)
    SectionFactory(name="World", slug="world")
    AuthorFactory(name="Ana Kova")
    TopicFactory(name="Floods")

    page.goto(f"{site}/admin/articles/article/add/")
    page.get_by_label("Headline").fill("The river rose overnight")
    page.get_by_label("Standfirst").fill("And fell by noon.")
    text = page.locator(".tiptap")
    text.click()
    page.keyboard.type("It rained on the ")
    page.keyboard.press("Control+b")
    page.keyboard.type("lower market")
    page.keyboard.press("Control+b")
    page.keyboard.type(" all night.")
    page.keyboard.press("Enter")
    page.keyboard.type("The figures")
    page.keyboard.press("Shift+Home")
    _ask_for_a_link(page, "The figures")
    page.get_by_role("textbox", name="URL").fill("https://harbour.example/figures")
    page.get_by_role("dialog").get_by_role("button", name="Update").click()
    page.get_by_label("Section", exact=False).first.select_option("World")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()

    article = Article.objects.get()
    assert article.body == (
        "<p>It rained on the <strong>lower market</strong> all night.</p>"
        '<p><a href="https://harbour.example/figures" title="">The figures</a></p>'
    )
    assert article.status == "draft"

    # Somebody without an account reads it by its link; what they see asks for nothing.
    link = page.get_by_role("link", name="Preview", exact=True).get_attribute("href")
    assert link is not None
    assert link.startswith(settings.SITE_URL)
    outsider = new_context().new_page()
    complaints_outside = watch(outsider)
    outsider.goto(link.replace(settings.SITE_URL, site))
    expect(outsider.get_by_role("heading", level=1)).to_have_text("The river rose overnight")
    expect(outsider.get_by_text("lower market")).to_be_visible()
    expect(outsider.get_by_text("Preview.", exact=False)).to_be_visible()
    assert not complaints_outside

    # An author and a topic are found by typing a few letters.
    page.get_by_text("Add another Byline").click()
    page.locator("#bylines-0 .select2-selection").click()
    page.keyboard.type("kov")
    page.get_by_role("option", name="Ana Kova").click()
    page.locator(".field-topics .select2-selection").click()
    page.keyboard.type("floo")
    page.get_by_role("option", name="Floods").click()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Readers see it now")).to_be_visible()

    outsider.goto(f"{site}/")
    outsider.get_by_role("link", name="The river rose overnight").first.click()
    expect(outsider.get_by_role("link", name="Ana Kova")).to_be_visible()
    expect(outsider.get_by_role("link", name="Floods")).to_be_visible()
    expect(outsider.locator("strong", has_text="lower market")).to_be_visible()
    old = outsider.url

    page.goto(f"{site}{changing(article)}")
    page.get_by_label("Address").fill("the-night-of-the-river")
    page.get_by_role("button", name="Save for readers").click()
    expect(page.get_by_text("Readers see it now")).to_be_visible()
    assert not complaints
    # A reader of tomorrow: this one's browser keeps the page for a minute.
    outsider = new_context().new_page()
    outsider.goto(old)
    assert outsider.url.endswith("/the-night-of-the-river/")
    expect(outsider.get_by_role("heading", level=1)).to_have_text("The river rose overnight")

    page.goto(f"{site}{changing(article)}")
    page.get_by_role("link", name="Withdraw…").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("The story is withdrawn", exact=False)).to_be_visible()
    assert not complaints
    outsider = new_context().new_page()
    for address in (old, f"{site}{Article.objects.get().get_absolute_url()}"):
        response = outsider.goto(address)
        assert response is not None
        assert response.status == 410
    outsider.goto(f"{site}/")
    expect(outsider.get_by_text("The river rose overnight")).to_have_count(0)


def test_the_button_says_what_will_happen(desk: Page, live_server: LiveServer) -> None:
    page = desk
    complaints = watch(page)
    SectionFactory(name="World", slug="world")
    page.goto(f"{live_server.url}/admin/articles/article/add/")
    publish = page.locator("[name=_publish]")
    schedule = page.locator("[name=_schedule]")
    expect(publish).to_have_value("Publish now")
    expect(schedule).to_be_hidden()

    tomorrow = datetime.now(UTC) + timedelta(days=2)
    page.locator("#id_published_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    page.locator("#id_published_at_1").fill("06:00")
    expect(publish).to_be_hidden()
    label = schedule.input_value()
    assert label.startswith("Schedule for ")
    assert "6:00" in label
    assert "(Asia/Tbilisi)" in label

    page.locator("#id_published_at_0").fill("2019-05-06")
    expect(schedule).to_be_hidden()
    assert publish.input_value().startswith("Publish, dated May 6, 2019")

    page.locator("#id_published_at_0").fill(f"{tomorrow:%Y-%m-%d}")
    page.get_by_label("Headline").fill("For the morning")
    page.get_by_label("Section", exact=False).first.select_option("World")
    schedule.click()
    expect(page.get_by_text("Readers will see it from", exact=False)).to_be_visible()
    article = Article.objects.get()
    assert article.published_at is not None
    assert f"{article.published_at:%H:%M}" == "02:00"  # where the clocks are four hours behind
    assert not complaints


def test_a_picture_is_uploaded_from_the_storys_own_page(
    desk: Page, live_server: LiveServer
) -> None:
    page = desk
    complaints = watch(page)
    article = ArticleFactory()
    page.goto(f"{live_server.url}{changing(article)}")
    with page.expect_popup() as opened:
        page.locator("#add_id_lead_image").click()
    popup = opened.value
    complaints_there = watch(popup)
    popup.get_by_label("Picture").set_input_files(
        {"name": "quay.jpg", "mimeType": "image/jpeg", "buffer": drawn_picture(900, 600)}
    )
    popup.get_by_label("What it shows").fill("A quay under water")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-lead_image .select2-selection")).to_contain_text("A quay")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".field-lead_picture img")).to_be_visible()
    article.refresh_from_db()
    image = Image.objects.get()
    assert article.lead_image == image

    # Where one clicks is what stays in sight.
    page.goto(f"{live_server.url}{changing(image)}")
    page.locator(".imagefield-preview-image").click(position={"x": 30, "y": 20})
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    image.refresh_from_db()
    assert image.focal_point == "0.100x0.100"
    assert not complaints
    assert not complaints_there


BODY = (
    "<h2>Rise</h2><p>One <em>two</em> <s>three</s> H<sub>2</sub>O m<sup>2</sup><br>four</p>"
    "<blockquote><p>Said.</p></blockquote><ul><li><p>a</p></li><li><p>b</p></li></ul>"
    '<ol start="3"><li><p>c</p></li></ol><hr>'
    '<figure><img src="/media/none.jpg" alt="A quay"><figcaption>The quay</figcaption></figure>'
    "<table><tbody><tr><th><p>h</p></th></tr>"
    "<tr><td><p>d</p></td></tr></tbody></table><h3>Fall</h3>"
)


def test_what_the_editor_makes_is_kept_whole(desk: Page, live_server: LiveServer) -> None:
    page = desk
    page.route("**/media/none.jpg", lambda route: route.fulfill(body=drawn_picture()))
    complaints = watch(page)
    article = ArticleFactory(body=BODY)
    page.goto(f"{live_server.url}{changing(article)}")
    text = page.locator(".tiptap")
    text.get_by_text("Fall").click()
    page.keyboard.press("End")
    page.keyboard.type(" again")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    article.refresh_from_db()
    assert article.body == BODY.replace("Fall", "Fall again")
    assert not complaints


def test_a_text_beyond_the_editor_is_edited_as_html(desk: Page, live_server: LiveServer) -> None:
    page = desk
    body = '<p id="note-1">A note.</p><dl><dt>Term</dt><dd>Meaning</dd></dl>'
    article = ArticleFactory(body=body)
    page.goto(f"{live_server.url}{changing(article)}")
    expect(page.get_by_text("is shown as HTML", exact=False)).to_be_visible()
    page.locator("#id_body").fill(body.replace("Meaning", "Sense<script>x()</script>"))
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    article.refresh_from_db()
    assert article.body == body.replace("Meaning", "Sense")


def _ask_for_a_link(page: Page, words: str) -> None:
    """The editor hears of a selection a moment after the browser made it; until then the key does
    nothing, and a person would press it again.
    """
    page.wait_for_function("words => getSelection().toString() === words", arg=words)
    address = page.get_by_role("textbox", name="URL")
    for _ in range(10):
        page.keyboard.press("Control+k")
        try:
            address.wait_for(timeout=1_000)
        except PlaywrightTimeout:
            continue
        return
    raise AssertionError("The editor offers no link.")
