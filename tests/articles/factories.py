"""Rows of the paper for tests. `ArticleFactory(published=True)` is a story readers can open."""

import io
from datetime import UTC, datetime
from functools import cache
from typing import Any

import factory
from django.core.files.base import ContentFile
from PIL import Image as Drawing

from articles.models import Article, Author, Byline, Image, Page, Section, Status, Topic
from newsroom.paper import date_in_paper

# Long before any test runs, so that a published story is one for readers.
LONG_AGO = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)


@cache
def drawn_picture(width: int = 64, height: int = 40) -> bytes:
    """A small JPEG."""
    written = io.BytesIO()
    Drawing.new("RGB", (width, height), "#8a1c1c").save(written, "JPEG")
    return written.getvalue()


class SectionFactory(factory.django.DjangoModelFactory[Section]):
    class Meta:
        model = Section
        django_get_or_create = ("slug",)

    name = factory.Sequence(lambda n: f"Section {n}")
    slug = factory.Sequence(lambda n: f"section-{n}")
    position = factory.Sequence(lambda n: n)


class TopicFactory(factory.django.DjangoModelFactory[Topic]):
    class Meta:
        model = Topic
        django_get_or_create = ("slug",)

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


class AuthorFactory(factory.django.DjangoModelFactory[Author]):
    class Meta:
        model = Author
        django_get_or_create = ("slug",)

    name = factory.Sequence(lambda n: f"Author {n}")
    slug = factory.Sequence(lambda n: f"author-{n}")
    role = "Correspondent"


class ImageFactory(factory.django.DjangoModelFactory[Image]):
    class Meta:
        model = Image

    file = factory.LazyFunction(lambda: ContentFile(drawn_picture(), name="picture.jpg"))
    alt = "A red field"
    caption = "The field in March."
    credit = "Newsroom"


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """A draft. `published=True` gives it a date of long ago; `published_at=` any other.

    `authors=[…]` and `topics=[…]` take rows; `related=[…]` what editors put beside the story.
    """

    class Meta:
        model = Article
        skip_postgeneration_save = True

    class Params:
        published = factory.Trait(status=Status.PUBLISHED, published_at=LONG_AGO)

    headline = factory.Sequence(lambda n: f"Headline {n}")
    standfirst = "Why this matters, in a sentence."
    slug = factory.Sequence(lambda n: f"story-{n}")
    section = factory.SubFactory(SectionFactory)
    body = "<p>The first paragraph.</p><p>The second paragraph.</p>"
    published_on = factory.LazyAttribute(
        lambda story: (
            date_in_paper(published_at)
            if (published_at := getattr(story, "published_at", None))
            else None
        )
    )

    @factory.post_generation
    def authors(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for position, author in enumerate(extracted or []):
            Byline.objects.create(article=self, author=author, position=position)

    @factory.post_generation
    def topics(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.topics.set(extracted)

    @factory.post_generation
    def related(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for position, other in enumerate(extracted or []):
            self.related_links.create(other=other, position=position)


class PageFactory(factory.django.DjangoModelFactory[Page]):
    class Meta:
        model = Page
        django_get_or_create = ("slug",)

    title = factory.Sequence(lambda n: f"Page {n}")
    slug = factory.Sequence(lambda n: f"page-{n}")
    body = "<p>What this page is for.</p>"
    is_published = True
