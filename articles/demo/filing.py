"""A manuscript becomes a story of the paper, through the verbs that editors use."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils.html import format_html

from articles import publishing
from articles.demo import prints
from articles.demo.manuscripts import Manuscript, moment
from articles.models import Article, Author, Byline, Correction, Section, Topic


@transaction.atomic
def file(story: Manuscript, edition: datetime, zone: ZoneInfo) -> None:
    """Whole or not at all; a story that is there already is left as it is."""
    if Article.objects.filter(slug=story.slug).exists():
        return
    article = Article(
        slug=story.slug,
        headline=story["Headline"],
        standfirst=story["Standfirst"],
        kicker=story["Kicker"],
        section=Section.objects.get(slug=story["Section"]),
        dateline=story["Dateline"],
        wire_credit=story["Wire"],
        language=story["Language"] or "en",
        is_sensitive=story["Sensitive"] == "yes",
        lead_image=prints.picture(story["Picture"]),
        lead_caption=story["Caption"],
        body=html(story),
        published_at=moment(story["Published"], edition, zone),
        updated_at=moment(story["Updated"], edition, zone),
    )
    _release(article, story["Status"], edition)
    article.topics.set(Topic.objects.filter(slug__in=story.names("Topics")))
    for role, line in (("", "Authors"), ("Photographs", "Photographs")):
        for position, slug in enumerate(story.names(line)):
            Byline.objects.create(
                article=article,
                author=Author.objects.get(slug=slug),
                role=role,
                position=position + 10 * bool(role),
            )
    if correction := story["Correction"]:
        when, text = _dated(correction)
        made_at = moment(when, edition, zone)
        assert made_at is not None
        Correction.objects.create(article=article, text=text, made_at=made_at)


def html(manuscript: Manuscript) -> str:
    """The text with the addresses and the pictures that it points to."""

    def address(kind: str, slug: str) -> str:
        if kind == "story":
            return Article.objects.get(slug=slug).get_absolute_url()
        return reverse("articles:section_or_page", args=[slug])

    def figure(name: str) -> str:
        image = prints.picture(name)
        assert image is not None, name
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}">',
            image.file.jpg_800,
            image.alt,
            image.width,
            image.height,
        )

    return manuscript.html(address, figure)


def _release(article: Article, status: str, edition: datetime) -> None:
    if status == "draft":
        publishing.save(article, edition)
    elif article.published_at is not None and article.published_at > edition:
        publishing.schedule(article, article.published_at, edition)
    else:
        publishing.publish(article, edition)
    if status == "withdrawn":
        publishing.withdraw(article)


def _dated(correction: str) -> tuple[str, str]:
    """`2023-03-30 11:00 The limit was…` or `-2h The table…`: when, and what was wrong."""
    words = correction.split(" ")
    # A moment is written in one word or two: "-2h", "-5d 2h", "2023-03-30 11:00".
    length = 2 if words[1][0].isdigit() else 1
    return " ".join(words[:length]), " ".join(words[length:])
