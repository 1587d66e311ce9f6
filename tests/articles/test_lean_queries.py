"""How often a page asks the database: no more for sixty stories than for three."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import (
    Article,
    Author,
    Byline,
    Correction,
    FrontPageSlot,
    Image,
    Redirect,
    RelatedArticle,
    Section,
    Status,
    Topic,
)
from donations.models import Campaign, GoalKind, Placement
from newsroom.models import Paper
from tests.articles.factories import LONG_AGO, PageFactory, SectionFactory
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    PromptFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db

STORY = "/2024/03/05/story-0/"
# Of the page itself; beside them the paper, what every page leads to, and what is asked.
ON_EVERY_PAGE = 3
PAGES = {
    # The story with all that belongs to it; other stories.
    STORY: 2,
    # When the next story comes; editors' places; the newest; the newest of each section.
    "/": 4,
    # What it is a list of; its stories; when the next one comes.
    "/world/": 3,
    "/topics/topic-0/": 3,
    "/authors/author-0/": 3,
    "/about/": 2,
    "/archive/": 2,
    # Its stories; the months around it; when the next one comes.
    "/archive/2024/03/": 3,
    # Its stories; how many; when the next one comes.
    "/search/?q=story": 3,
}
# These ask for nothing, and are no pages: beside them only the paper.
FILES = {
    "/feed/": 2,
    "/feed.json": 2,
    "/world/feed/": 3,
    "/sitemap.xml": 2,
    "/sitemap-pages.xml": 5,
    "/sitemap-2024-03.xml": 3,
    "/news-sitemap.xml": 3,
    "/robots.txt": 0,
}
GOALS = {
    GoalKind.MONTHLY: {"goal_minor": 10_000_00, "goal_supporters": None},
    GoalKind.IN_ALL: {"goal_minor": 10_000_00, "goal_supporters": None},
    GoalKind.SUPPORTERS: {"goal_minor": None, "goal_supporters": 100},
}


def publish(number: int) -> None:
    """Stories with bylines, topics, corrections and stories beside them; and all that is asked."""
    Paper().save()
    sections = [SectionFactory(slug="world", name="World"), SectionFactory(slug="opinion")]
    sections += SectionFactory.create_batch(number // 10)
    PageFactory(slug="about")
    picture = Image(file="pictures/a.jpg", width=640, height=400, alt="A field")
    Image.objects.bulk_create([picture])
    stories = Article.objects.bulk_create(
        Article(
            headline=f"Story {n}", slug=f"story-{n}", body="<p>A story.</p>", status=Status.PUBLISHED,
            section=sections[n % len(sections)], lead_image=picture,
            published_at=LONG_AGO - timedelta(minutes=n), published_on=LONG_AGO.date(),
        )
        for n in range(number)
    )  # fmt: skip
    few = max(1, number // 4)
    topics = Topic.objects.bulk_create(Topic(name=f"T{n}", slug=f"topic-{n}") for n in range(few))
    authors = Author.objects.bulk_create(
        Author(name=f"A{n}", slug=f"author-{n}", portrait=picture) for n in range(few)
    )
    Article.topics.through.objects.bulk_create(
        Article.topics.through(article=story, topic=topic) for story in stories for topic in topics
    )
    Byline.objects.bulk_create(
        Byline(article=story, author=author, position=n)
        for story in stories
        for n, author in enumerate(authors)
    )
    first, *others = stories
    Correction.objects.bulk_create(
        Correction(article=first, text=f"It was {n}.", made_at=LONG_AGO) for n in range(few)
    )
    RelatedArticle.objects.bulk_create(
        RelatedArticle(article=first, other=other) for other in others[:few]
    )
    FrontPageSlot.objects.bulk_create(
        FrontPageSlot(place=place, position=n, article=story)
        for n, (story, place) in enumerate(
            zip(stories, list(FrontPageSlot.Place) * few, strict=False)
        )
    )
    for _ in range(max(1, number // 20)):
        campaign = CampaignFactory()
        for placement in Placement:
            PromptFactory.create_batch(few, campaign=campaign, placement=placement)
    SubscriptionFactory.create_batch(few)
    LedgerEntryFactory.create_batch(few)


def read(path: str) -> tuple[str, list[str]]:
    """The page, and the queries it took."""
    with CaptureQueriesContext(connection) as made:
        response = Client().get(path)
    assert response.status_code == 200
    return response.text, [each["sql"] for each in made.captured_queries]


@pytest.fixture(params=[3, 60], ids=["few", "many"])
def rows(request: pytest.FixtureRequest) -> Iterator[int]:
    publish(request.param)
    yield request.param


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_an_ask(path: str) -> None:
    for kind, goal in GOALS.items():
        Campaign.objects.update(goal_kind=kind, **goal)
        page, made = read(path)
        assert "<meter" in page
        assert len(made) == PAGES[path] + ON_EVERY_PAGE, (kind, made)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", FILES)
def test_a_file_of_the_paper(path: str) -> None:
    _page, made = read(path)
    assert len(made) == FILES[path] + 1, made


@pytest.mark.parametrize(
    "path", ["/world/", "/topics/topic-0/", "/authors/author-0/", "/archive/2024/03/"]
)
def test_the_pages_after_it(path: str) -> None:
    publish(60)
    older = Client().get(path).context["older_url"]
    if path == "/world/":
        # Of its own stories there are too few for another page.
        Article.objects.update(section=Section.objects.get(slug="world"))
        older = Client().get(path).context["older_url"]
    _page, made = read(older)
    assert len(made) == PAGES[path] + ON_EVERY_PAGE, made


@pytest.mark.usefixtures("rows")
def test_what_is_not_there() -> None:
    with CaptureQueriesContext(connection) as made:
        assert Client().get("/nothing/at/all/").status_code == 404
    # The paper; old addresses; the latest; when the next one comes; what every page leads to.
    assert len(made) == 5


@pytest.mark.usefixtures("rows")
def test_where_an_old_address_leads() -> None:
    Redirect.objects.create(old_address="/?p=12", article=Article.objects.get(slug="story-0"))
    with CaptureQueriesContext(connection) as made:
        assert Client().get("/?p=12")["Location"] == STORY
    assert len(made) == 2  # the paper, and where it leads
