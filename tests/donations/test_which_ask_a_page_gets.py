"""The page alone decides: no database, no reader."""

from datetime import UTC, datetime
from typing import Any

import pytest

from donations import asking
from donations.models import Campaign, Placement, Prompt
from newsroom.page import PageFacts

BANNER, END, FOOTER = Placement.BANNER, Placement.ARTICLE_END, Placement.FOOTER
AUTUMN = Campaign(pk=1, name="Autumn", starts_at=datetime(2026, 9, 1, tzinfo=UTC))
WINTER = Campaign(pk=2, name="Winter", starts_at=datetime(2026, 12, 1, tzinfo=UTC))


def prompt(placement: Placement, campaign: Campaign = AUTUMN, **fields: Any) -> Prompt:
    return Prompt(campaign=campaign, placement=placement, headline="Will you?", **fields)


def story(**facts: Any) -> PageFacts:
    return PageFacts(**{"kind": "article", "language": "en", "section": "world", **facts})


def placements(page: PageFacts, *live: Prompt) -> set[str]:
    ask = asking.choose(page, live)
    return set(ask.candidates) if ask else set()


def test_a_story_has_a_banner_and_one_panel() -> None:
    live = [prompt(each) for each in Placement]
    assert placements(story(), *live) == {BANNER, END}


@pytest.mark.parametrize(
    ("kind", "panel"),
    [
        ("front", Placement.FRONT_STRIP),
        ("section", Placement.SECTION_STRIP),
        ("topic", FOOTER),
        ("page", FOOTER),
        ("search", FOOTER),
    ],
)
def test_every_kind_of_page_has_its_own_panel(kind: Any, panel: Placement) -> None:
    live = [prompt(each) for each in Placement]
    assert placements(story(kind=kind), *live) == {BANNER, panel}


def test_the_footer_asks_where_there_is_no_other_panel() -> None:
    assert placements(story(), prompt(FOOTER), prompt(BANNER)) == {BANNER, FOOTER}


def test_one_page_never_mixes_two_campaigns() -> None:
    first, second = prompt(END, WINTER), prompt(BANNER, AUTUMN)
    ask = asking.choose(story(), [first, second])
    assert ask is not None
    assert (ask.campaign, ask.first(END), ask.first(BANNER)) == (WINTER, first, None)


def test_the_first_wins_and_the_others_stay_candidates() -> None:
    first, second = prompt(END), prompt(END)
    ask = asking.choose(story(), [first, second])
    assert ask is not None
    assert ask.first(END) is first
    assert ask.candidates[END] == [first, second]


@pytest.mark.parametrize(
    "page",
    [story(is_sensitive=True), story(kind="support"), story(kind="error")],
    ids=["sensitive", "support", "error"],
)
def test_some_pages_ask_for_nothing(page: PageFacts) -> None:
    assert asking.choose(page, [prompt(each) for each in Placement]) is None


def test_nothing_live_is_nothing_asked() -> None:
    assert asking.choose(story(), []) is None


@pytest.mark.parametrize(
    ("named", "facts", "fits"),
    [
        ({"languages": ["ru"]}, {"language": "ru"}, True),
        ({"languages": ["ru", "uk"]}, {"language": "en"}, False),
        ({"sections": ["world"]}, {"section": "world"}, True),
        ({"sections": ["world"]}, {"section": "culture"}, False),
        ({"sections": ["world"]}, {"section": None}, False),
        ({"topics": ["rivers", "dams"]}, {"topics": ("dams",)}, True),
        ({"topics": ["rivers"]}, {"topics": ()}, False),
        ({"sections": ["world"], "languages": ["ru"]}, {"section": "world"}, False),
        ({}, {"language": "ar", "section": None}, True),
    ],
)
def test_what_a_prompt_names_must_be_true_of_the_page(
    named: dict[str, Any], facts: dict[str, Any], fits: bool
) -> None:
    assert asking.fits(prompt(END, **named), story(**facts)) is fits


def test_a_prompt_speaks_the_pages_language_only_when_written_in_it() -> None:
    russian = story(language="ru")
    assert asking.language_of(prompt(END, languages=["ru"]), russian, "en") == "ru"
    assert asking.language_of(prompt(END), russian, "en") == "en"


@pytest.mark.parametrize(
    ("monthly", "position", "offered", "suggested"),
    [
        ([2_00, 5_00, 10_00], 1, [2_00, 5_00, 10_00], 5_00),
        ([2_00, 5_00, 10_00, 20_00, 50_00], 3, [10_00, 20_00, 50_00], 20_00),
        ([2_00, 5_00, 10_00, 20_00], 0, [2_00, 5_00, 10_00], 2_00),
        ([2_00, 5_00, 10_00, 20_00], 9, [5_00, 10_00, 20_00], 20_00),
        ([2_00, 5_00], 1, [2_00, 5_00], 5_00),
    ],
)
def test_three_amounts_are_offered_around_the_suggested_one(
    monthly: list[int], position: int, offered: list[int], suggested: int
) -> None:
    campaign = Campaign(
        monthly_amounts=monthly, yearly_amounts=[], once_amounts=[], suggested_position=position
    )
    rows = asking.offers(campaign)
    assert [row.amounts["month"] for row in rows] == offered
    assert [row.amounts["month"] for row in rows if row.is_suggested] == [suggested]


def test_every_frequency_has_amounts_of_its_own() -> None:
    campaign = Campaign(
        monthly_amounts=[2_00, 5_00], yearly_amounts=[60_00], once_amounts=[5_00, 20_00, 50_00]
    )
    assert [dict(row.amounts) for row in asking.offers(campaign)] == [
        {"month": 2_00, "year": 60_00, "once": 5_00},
        {"month": 5_00, "once": 20_00},
    ]


def test_a_campaign_without_amounts_offers_none() -> None:
    assert asking.offers(Campaign(monthly_amounts=[], yearly_amounts=[], once_amounts=[])) == []
