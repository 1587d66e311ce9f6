"""What to read beside a story and after it."""

from datetime import datetime

from articles.models import Article

BESIDE = 4


def beside(article: Article, at: datetime) -> list[Article]:
    """What editors chose, filled up with the newest on the same topics in the same language."""
    chosen = list(
        Article.objects.published(at)
        .listed()
        .filter(related_from__article=article)
        .order_by("related_from__position", "related_from__pk")[:BESIDE]
    )
    if len(chosen) == BESIDE:
        return chosen
    on_topic = Article.topics.through.objects.filter(
        topic_id__in=[topic.pk for topic in article.topics.all()]
    )
    filled = (
        Article.objects.published(at)
        .listed()
        .newest_first()
        .filter(pk__in=on_topic.values("article_id"), language=article.language)
        .exclude(pk__in=[article.pk, *(each.pk for each in chosen)])
    )
    return [*chosen, *filled[: BESIDE - len(chosen)]]


def read_next(article: Article, at: datetime, besides: list[Article]) -> Article | None:
    """The newest story of the section that is not on the page already."""
    return (
        Article.objects.published(at)
        .listed()
        .newest_first()
        .filter(section_id=article.section_id, language=article.language)
        .exclude(pk__in=[article.pk, *(each.pk for each in besides)])
        .first()
    )
