"""A story's life: draft, scheduled or published, withdrawn. Every change of address is remembered.

Each verb saves the story as it is given, with whatever else was changed on it. All run in one
transaction and raise `RecordModifiedError` when somebody saved the story meanwhile.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles.models import Article, Status
from articles.old_addresses import leave_redirect
from newsroom.paper import date_in_paper

LONGEST_MADE_SLUG = 80
# Of a headline without a letter or a number.
NAMELESS = "story"


@transaction.atomic
def publish(article: Article, at: datetime) -> None:
    """Open to readers from now on. A time in the past that was set before is kept."""
    if article.published_at is None or article.published_at > at:
        article.published_at = at
    _release(article, at)


@transaction.atomic
def schedule(article: Article, due: datetime, at: datetime) -> None:
    """Open to readers at `due` (aware), to the second; nothing needs to happen then."""
    if due <= at:
        raise ValidationError(
            {"published_at": _("This time has passed. Set one to come, or publish now.")}
        )
    article.published_at = due
    _release(article, at)


@transaction.atomic
def withdraw(article: Article) -> None:
    """Readers are told that the story was withdrawn; its address stays taken."""
    article.status = Status.WITHDRAWN
    _save(article)


@transaction.atomic
def back_to_draft(article: Article, at: datetime, status: str = Status.DRAFT) -> None:
    """Not for readers any more, or not yet. What never appeared is free to take another date."""
    if not has_appeared(article, at):
        article.published_on = None
        if article.status == Status.PUBLISHED:
            article.published_at = None
    article.status = status
    _save(article)


@transaction.atomic
def save(article: Article, at: datetime) -> None:
    """Keep the changes, and the story where it is in its life."""
    if article.status == Status.PUBLISHED:
        _release(article, at)
    else:
        if article.status != Status.WITHDRAWN and not has_appeared(article, at):
            article.published_on = None
        _save(article)


def slug_from(headline: str) -> str:
    """The headline as an address, in its own letters, cut between words."""
    slug = slugify(headline, allow_unicode=True)
    if len(slug) > LONGEST_MADE_SLUG:
        slug = slug[: LONGEST_MADE_SLUG + 1].rpartition("-")[0] or slug[:LONGEST_MADE_SLUG]
    return slug.strip("-_") or NAMELESS


def is_open(article: Article, at: datetime) -> bool:
    """Readers can open it, as it is kept now; changes not saved yet do not count."""
    kept = _kept(article)
    return kept is not None and kept.is_visible(at)


def has_appeared(article: Article, at: datetime) -> bool:
    """Readers could open it once, so that its date, and with it its address, is frozen."""
    kept = _kept(article)
    if kept is None or kept.published_on is None:
        return False
    return kept.status != Status.PUBLISHED or kept.is_visible(at)


def day_of(article: Article, due: datetime, at: datetime) -> date:
    """The date that the story has in its address when it is published at `due`."""
    kept = _kept(article)
    if kept is not None and kept.published_on is not None and has_appeared(article, at):
        return kept.published_on
    return date_in_paper(due)


def is_taken(slug: str, on: date, article: Article) -> bool:
    """Another story of that day has this address. Nobody else takes it until we commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('articles.day'), %s)", [on.toordinal()]
        )
    return Article.objects.dated(on).filter(slug=slug).exclude(pk=article.pk).exists()


def free_slug(slug: str, on: date, article: Article) -> str:
    """The slug, or the first of slug-2, slug-3 … that no other story of that day has."""
    number, free = 1, slug
    while is_taken(free, on, article):
        number += 1
        free = f"{slug}-{number}"
    return free


def _kept(article: Article) -> Article | None:
    if article.pk is None:
        return None
    return (
        Article.objects.filter(pk=article.pk)
        .only("slug", "status", "published_at", "published_on")
        .first()
    )


def _release(article: Article, at: datetime) -> None:
    assert article.published_at is not None
    if not article.headline.strip():
        raise ValidationError({"headline": _("A story needs a headline before readers see it.")})
    if article.published_at > at and is_open(article, at):
        raise ValidationError(
            {"published_at": _("Readers have this story already. Withdraw it to take it down.")}
        )
    article.published_on = day_of(article, article.published_at, at)
    article.status = Status.PUBLISHED
    if not article.slug:
        article.slug = free_slug(slug_from(article.headline), article.published_on, article)
    _save(article)


def _save(article: Article) -> None:
    if not article.slug:
        article.slug = slug_from(article.headline)
    before = _kept(article)
    article.save()
    if before is not None:
        leave_redirect(article, before.get_absolute_url())
