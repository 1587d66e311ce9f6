"""The demo paper: everything that readers of `make run` find on the first morning."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.timezone import now

from articles.demo import filing, manuscripts, paper, prints
from articles.demo.manuscripts import Manuscript
from articles.models import (
    Article,
    Author,
    FrontPageSlot,
    ImportedItem,
    Page,
    RelatedArticle,
    Section,
    Topic,
)
from newsroom.models import Paper
from newsroom.paper import zone_of

PICTURE_WIDTH = 1024


def seed(*, picture_width: int = PICTURE_WIDTH) -> None:
    """Bring the demo paper out, once. Broken off, it goes on where it stopped.

    `picture_width` in pixels.
    """
    out = {"source": prints.SOURCE, "kind": "edition", "key": "1"}
    if ImportedItem.objects.filter(**out).exists():
        return
    edition = now()
    _divide_the_paper()
    prints.print_all(picture_width)
    _hire()
    zone = zone_of(Paper.load())
    # Oldest first: a story may only point to what was there before it.
    stories = sorted(manuscripts.read("stories"), key=lambda each: _when(each, edition, zone))
    for story in stories:
        filing.file(story, edition, zone)
    _write_pages()
    with transaction.atomic():
        for story in stories:
            _relate(story)
            _place(story)
        ImportedItem.objects.create(**out)


@transaction.atomic
def _divide_the_paper() -> None:
    Paper.objects.get_or_create(pk=1, defaults=paper.SETTINGS)
    for position, (slug, name, description) in enumerate(paper.SECTIONS):
        Section.objects.get_or_create(
            slug=slug, defaults={"name": name, "description": description, "position": position}
        )
    for slug, (name, description) in paper.TOPICS.items():
        Topic.objects.get_or_create(slug=slug, defaults={"name": name, "description": description})


def _hire() -> None:
    for slug, person in paper.AUTHORS.items():
        Author.objects.get_or_create(
            slug=slug,
            defaults={
                "name": person.name,
                "role": person.role,
                "bio": person.bio,
                "portrait": prints.picture(slug),
            },
        )


def _when(story: Manuscript, edition: datetime, zone: ZoneInfo) -> datetime:
    """A draft comes last."""
    latest = datetime.max.replace(tzinfo=zone)
    return manuscripts.moment(story["Published"], edition, zone) or latest


def _write_pages() -> None:
    for page in manuscripts.read("pages"):
        Page.objects.get_or_create(
            slug=page.slug,
            defaults={
                "title": page["Title"],
                "position": int(page["Position"]),
                "body": filing.html(page),
                "is_published": True,
            },
        )


def _relate(story: Manuscript) -> None:
    """To what the editors put beside it."""
    article = Article.objects.get(slug=story.slug)
    for position, slug in enumerate(story.names("Related")):
        RelatedArticle.objects.get_or_create(
            article=article,
            other=Article.objects.get(slug=slug),
            defaults={"position": position},
        )


def _place(story: Manuscript) -> None:
    """On the front page, where an editor wants it: `lead 1`, `second 2`."""
    if story["Front"]:
        place, position = story["Front"].split()
        FrontPageSlot.objects.get_or_create(
            article=Article.objects.get(slug=story.slug),
            defaults={"place": place, "position": int(position)},
        )
