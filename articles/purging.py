"""What the caches are told of a change to the paper, in the transaction that makes it.

The keys are those that reader pages name with `depends_on`. A story that readers have, had or
will have stands in lists, beside others, in feeds and maps; one that is being written stands
nowhere yet, and saving it disturbs nobody.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_save,
)

from articles.models import (
    Article,
    Author,
    Byline,
    Correction,
    FrontPageSlot,
    Image,
    Page,
    Redirect,
    RelatedArticle,
    Section,
    Status,
    Topic,
)
from newsroom.pagecache import purge
from newsroom.pagecache.purging import EVERYTHING
from newsroom.purging import spoil_everything

# What a withdrawn story has is its address, where readers are told so.
PRINTED = (Status.PUBLISHED, Status.WITHDRAWN)
LISTS = frozenset({"front", "archive", "search", "sitemap", "redirects"})
PARTS: tuple[type[Byline | Correction | RelatedArticle], ...] = (
    Byline,
    Correction,
    RelatedArticle,
)


def purge_articles(articles: Iterable[int]) -> None:
    """Spoil the pages on which these stories stand, as they are now in this transaction.

    Told before a change and after it: the story leaves some pages and comes to others.
    """
    if keys := _keys_of(articles):
        purge(*keys)


def connect() -> None:
    """From now on, in this process, whoever writes a row tells the caches."""
    for model in (Section, Page, Topic, Author, Image):
        _tell(model, spoil_everything, post_delete)
    for address in (Section, Page):
        _tell(address, spoil_everything, post_save)
    # A new one of these stands nowhere but at its own address.
    for named in (Topic, Author):
        _tell(named, _spoil_named, post_save)
    _tell(Image, _spoil_known, post_save)
    _tell(Article, _spoil_article, pre_save, post_save, pre_delete)
    for part in PARTS:
        _tell(part, _spoil_before, pre_save, pre_delete)
        _tell(part, _spoil_after, post_save)
    for through in (Article.topics.through, Byline, RelatedArticle):
        _tell(through, _spoil_gathered, m2m_changed)
    _tell(FrontPageSlot, _spoil_front, post_save, post_delete)
    _tell(Redirect, _spoil_redirects, post_save, post_delete)


def _tell(model: type[Model], receiver: Any, *signals: Any) -> None:
    for signal in signals:
        signal.connect(receiver, sender=model)


def _keys_of(articles: Iterable[int]) -> set[str]:
    """One query, however many."""
    kept = (
        Article.objects.filter(pk__in={*articles})
        .order_by()
        .values_list(
            "pk",
            "status",
            "section__slug",
            ArraySubquery(Topic.objects.filter(articles=OuterRef("pk")).values("slug")),
            ArraySubquery(Byline.objects.filter(article=OuterRef("pk")).values("author__slug")),
            # Editors may have put it beside a story before it could be seen there.
            ArraySubquery(RelatedArticle.objects.filter(other=OuterRef("pk")).values("article")),
        )
    )
    keys: set[str] = set()
    for pk, status, section, topics, authors, beside in kept:
        keys.add(f"article:{pk}")
        if status in PRINTED:
            keys |= LISTS
            keys.add(f"section:{section}")
            keys.update(f"topic:{slug}" for slug in topics)
            keys.update(f"author:{slug}" for slug in authors)
            keys.update(f"article:{other}" for other in beside)
    return keys


def _spoil_article(instance: Article, **_: object) -> None:
    if instance.pk is not None:
        purge_articles([instance.pk])


def _spoil_before(sender: type[Model], instance: Model, **_: object) -> None:
    """A part of a story, as it is kept."""
    kept = sender._default_manager.filter(pk=instance.pk).values_list("article_id", flat=True)
    purge_articles(kept)


def _spoil_after(instance: Byline | Correction | RelatedArticle, **_: object) -> None:
    purge_articles([instance.article_id])


def _spoil_gathered(
    instance: Model, action: str, reverse: bool, pk_set: set[int] | None, **_: object
) -> None:
    """Topics, authors or related stories of stories: before they are taken, after they are given."""
    if action not in {"post_add", "pre_remove", "pre_clear"}:
        return
    if not reverse:
        purge_articles([instance.pk])
    elif pk_set is not None:
        purge_articles(pk_set)
    else:
        purge(EVERYTHING)


def _spoil_named(sender: type[Model], instance: Topic | Author, created: bool, **_: object) -> None:
    purge(f"{sender._meta.model_name}:{instance.slug}" if created else EVERYTHING)


def _spoil_known(created: bool, **_: object) -> None:
    if not created:
        purge(EVERYTHING)


def _spoil_front(**_: object) -> None:
    purge("front")


def _spoil_redirects(**_: object) -> None:
    purge("redirects")
