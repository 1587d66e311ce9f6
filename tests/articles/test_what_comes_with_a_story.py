"""What belongs to a story comes in its own query, and is what the tables have."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from articles.models import Article, Byline, Correction
from tests.articles.factories import LONG_AGO, ArticleFactory, AuthorFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Article:
    story: Article = ArticleFactory(
        published=True,
        authors=[AuthorFactory(name="Ünal “Ü” O'Neill"), AuthorFactory(name="Ada")],
        topics=[TopicFactory(name="Rivers"), TopicFactory(name="Bridges")],
    )
    Byline.objects.create(article=story, author=AuthorFactory(), role="Photographs", position=0)
    later = LONG_AGO + timedelta(days=1, microseconds=7)
    Correction.objects.create(
        article=story, text='It was <b>"two"</b>\n\\ not three.', made_at=later
    )
    Correction.objects.create(article=story, text="", made_at=LONG_AGO)
    return story


def test_all_of_it_in_one_query(
    story: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kept = (
        [(each, each.role, each.position, each.author, each.author.name, each.author.slug)
         for each in story.bylines.select_related("author")],
        [(each, each.name, each.slug) for each in story.topics.all()],
        [(each, each.text, each.made_at) for each in story.corrections.all()],
    )  # fmt: skip
    assert [len(part) for part in kept] == [3, 2, 2]
    with django_assert_num_queries(1):
        came = Article.objects.whole().get(pk=story.pk)
        assert kept == (
            [(each, each.role, each.position, each.author, each.author.name, each.author.slug)
             for each in came.bylines.all()],
            [(each, each.name, each.slug) for each in came.topics.all()],
            [(each, each.text, each.made_at) for each in came.corrections.all()],
        )  # fmt: skip
        assert came.bylines.all()[0].article == came


def test_a_story_that_nothing_belongs_to() -> None:
    came = Article.objects.whole().get(pk=ArticleFactory().pk)
    assert not any((came.bylines.all(), came.topics.all(), came.corrections.all()))


def test_more_is_asked_for_when_somebody_wants_it(story: Article) -> None:
    came = Article.objects.whole().get(pk=story.pk)
    assert came.bylines.all()[0].author.role == "Correspondent"
    assert [each.role for each in came.bylines.exclude(role="")] == ["Photographs"]
    other = ArticleFactory(authors=[AuthorFactory()])
    assert not set(came.bylines.filter(role="")) & set(other.bylines.all())
