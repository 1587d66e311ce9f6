"""What stands on a page for everybody: banner, panel, goal; and where nothing does."""

from datetime import timedelta
from typing import Any

import html5lib
import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils.timezone import now

from donations.models import Campaign, GoalKind, Placement, Prompt
from newsroom.models import Paper
from newsroom.page import PageFacts
from tests.articles.factories import ArticleFactory, PageFactory, SectionFactory
from tests.donations.factories import CampaignFactory, PromptFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db

STORY = "/2024/03/05/a-story/"


@pytest.fixture
def campaign() -> Campaign:
    """One campaign with a prompt in every placement."""
    campaign: Campaign = CampaignFactory(monthly_amounts=[5_00, 10_00, 25_00, 50_00])
    for placement in Placement:
        PromptFactory(
            campaign=campaign, placement=placement, headline=f"Will you help, {placement.value}?"
        )
    return campaign


@pytest.fixture
def story() -> None:
    ArticleFactory(published=True, slug="a-story", section=SectionFactory(slug="world"))


def page(address: str = STORY) -> str:
    response = Client().get(address)
    assert not response.cookies
    text: str = response.text
    html5lib.HTMLParser(strict=True).parse(text)
    return text


def rendered(facts: PageFacts, placement: str = "article-end") -> str:
    template = Template("{% load asking %}{% support_prompt placement %}")
    values = {"page": facts, "paper": Paper.load(), "placement": placement}
    return str(template.render(Context(values)))


def asks_on(text: str) -> set[str]:
    return {each.value for each in Placement if f'data-placement="{each.value}"' in text}


@pytest.mark.usefixtures("campaign", "story")
class TestWhere:
    @pytest.mark.parametrize(
        ("address", "placements"),
        [
            (STORY, {"banner", "article-end"}),
            ("/", {"banner", "front-strip"}),
            ("/world/", {"banner", "section-strip"}),
            ("/about/", {"banner", "footer"}),
            ("/archive/", {"banner", "footer"}),
            ("/nothing/at/all/", set()),
            ("/support/", set()),
            ("/support/later/", set()),
        ],
    )
    def test_every_page_has_one_ask_at_most(self, address: str, placements: set[str]) -> None:
        PageFactory(title="About", slug="about")
        assert asks_on(page(address)) == placements

    def test_a_sensitive_story_asks_for_nothing(self) -> None:
        ArticleFactory(published=True, slug="grief", is_sensitive=True)
        text = page("/2024/03/05/grief/")
        assert asks_on(text) == set()
        assert "Will you help" not in text

    def test_a_page_says_that_it_stands_on_the_ask_and_the_goal(self) -> None:
        keys = Client().get(STORY)["Surrogate-Key"].split()
        assert {"support", "goal"} <= set(keys)

    def test_what_the_ask_costs_in_queries_does_not_grow(
        self, django_assert_max_num_queries: Any
    ) -> None:
        PromptFactory.create_batch(10, placement=Placement.BANNER)
        facts = PageFacts(kind="article", language="en")
        paper = Paper.load()
        template = Template('{% load asking %}{% support_prompt "banner" %}')
        with django_assert_max_num_queries(5):
            template.render(Context({"page": facts, "paper": paper}))


@pytest.mark.usefixtures("story")
class TestWhen:
    @pytest.mark.parametrize(
        "changes",
        [
            {"is_paused": True},
            {"starts_at": now() + timedelta(days=1)},
            {"ends_at": now() - timedelta(days=1)},
        ],
        ids=["paused", "not yet", "over"],
    )
    def test_a_campaign_that_is_not_live_asks_for_nothing(
        self, campaign: Campaign, changes: dict[str, Any]
    ) -> None:
        Campaign.objects.filter(pk=campaign.pk).update(**changes)
        response = Client().get(STORY)
        assert asks_on(response.text) == set()
        # It may begin any moment, and the page must hear of it.
        assert "support" in response["Surrogate-Key"].split()

    def test_a_prompt_that_is_off_is_not_shown(self, campaign: Campaign) -> None:
        Prompt.objects.filter(placement=Placement.BANNER).update(is_live=False)
        assert asks_on(page()) == {"article-end"}

    def test_a_page_is_kept_no_longer_than_its_campaign_lasts(self, campaign: Campaign) -> None:
        Campaign.objects.update(ends_at=now() + timedelta(seconds=20))
        max_age = [
            int(part.removeprefix("max-age="))
            for part in Client().get(STORY)["Cache-Control"].split(", ")
            if part.startswith("max-age=")
        ]
        assert 0 < max_age[0] <= 20


@pytest.mark.usefixtures("campaign", "story")
class TestThePanel:
    def test_it_is_a_form_that_asks_by_its_address(self) -> None:
        text = page()
        assert f'action="{settings.SITE_URL}/support/" method="get"' in text
        assert 'name="every" value="month" checked' in text
        assert 'name="amount" value="10" checked' in text
        assert text.count('name="amount"') == 3

    def test_later_is_one_press_of_a_form(self) -> None:
        text = page()
        assert text.count('<form method="post" action="/support/later/">') == 2
        assert text.count(f'name="back" value="{STORY}"') == 2
        assert "csrf" not in text

    def test_the_way_back_is_a_path_and_carries_no_parameters(self) -> None:
        assert f'name="back" value="{STORY}"' in page(f"{STORY}?utm_source=x")

    def test_a_frequency_without_amounts_is_not_offered(self) -> None:
        Campaign.objects.update(yearly_amounts=[], once_amounts=[])
        text = page()
        assert '<input type="hidden" name="every" value="month">' in text
        assert 'type="radio" name="every"' not in text

    def test_words_never_become_markup(self) -> None:
        Prompt.objects.update(
            headline="<img src=x onerror=alert(1)>",
            text="<script>alert(1)</script>\n\nhttp://evil.example <b>bold</b>",
            more="</details><iframe>",
            second_line="{{ paper }} <i>",
            button="<u>Give</u>",
        )
        text = page()
        for markup in ("<img src=x", "<script>alert", "<b>bold", "<iframe", "<i>", "<u>"):
            assert markup not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text

    def test_in_a_preview_nothing_can_be_pressed(self) -> None:
        facts = PageFacts(kind="article", language="en", is_preview=True)
        for placement in ("banner", "article-end"):
            text = rendered(facts, placement)
            assert "Will you help" in text
            ask = html5lib.parse(text, namespaceHTMLElements=False)
            assert not ask.findall(".//a")
            pressable = [*ask.findall(".//button"), *ask.findall(".//fieldset")]
            assert pressable
            for each in pressable:
                assert {"disabled", "hidden"} & set(each.attrib)

    def test_a_page_in_arabic_with_words_of_its_own(self, campaign: Campaign) -> None:
        PromptFactory(campaign=campaign, languages=["ar"], headline="ادعمونا", priority=1)
        arabic = rendered(PageFacts(kind="article", language="ar"))
        assert 'lang="ar" dir="rtl"' in arabic
        assert "ادعمونا" in arabic
        assert 'name="language" value="ar"' in arabic

    def test_words_for_every_page_keep_the_papers_language(self) -> None:
        russian = rendered(PageFacts(kind="article", language="ru"))
        assert 'lang="en" dir="ltr"' in russian
        assert 'name="language" value="ru"' in russian


@pytest.mark.usefixtures("campaign", "story")
class TestTheGoal:
    def test_money_of_this_month(self) -> None:
        SubscriptionFactory(amount_minor=7_420_99)
        text = " ".join(page().split())
        assert "<strong><bdi>$7,420</bdi></strong> of <bdi>$10,000</bdi> this month" in text
        assert '<meter min="0" max="1000000" value="742099"' in text

    def test_people(self) -> None:
        Campaign.objects.update(
            goal_kind=GoalKind.SUPPORTERS, goal_minor=None, goal_supporters=1_000
        )
        SubscriptionFactory()
        assert "<strong>1</strong> of 1,000 supporters" in " ".join(page().split())

    def test_reached(self) -> None:
        SubscriptionFactory(amount_minor=12_000_00)
        text = " ".join(page().split())
        assert "We made it, thank you: <strong><bdi>$12,000</bdi></strong>" in text
        assert 'value="1000000"' in text

    def test_a_prompt_may_leave_it_out(self) -> None:
        Prompt.objects.update(shows_goal=False)
        response = Client().get(STORY)
        assert "<meter" not in response.text
        assert "goal" not in response["Surrogate-Key"].split()
