"""What to read beside a story and after it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, IntegerField, Value, Window
from django.db.models.functions import RowNumber

from articles.models import Article, ArticleQuerySet

BESIDE = 4
CHOSEN, ON_TOPIC, IN_SECTION = range(3)


@dataclass(frozen=True)
class Onward:
    """Where a reader may go from a story, to none twice."""

    beside: list[Article]
    read_next: Article | None

    @property
    def articles(self) -> list[Article]:
        return [*self.beside, *([self.read_next] if self.read_next else [])]


def onward(article: Article, at: datetime) -> Onward:
    """Beside: what editors chose, filled up with the newest on the same topics in the same
    language. Next: the newest of the section that is not beside already.
    """
    # One query. Of each part as many as it may need: those before it may have its first ones.
    found = (
        chosen(article, at)[:BESIDE]
        .union(on_topic(article, at)[: 2 * BESIDE], in_section(article, at)[: BESIDE + 1], all=True)
        .order_by(F("part"), F("place"), "-published_at", "-pk")
    )
    parts: dict[int, list[Article]] = {CHOSEN: [], ON_TOPIC: [], IN_SECTION: []}
    for each in found:
        parts[vars(each)["part"]].append(each)
    once = {each.pk: each for each in parts[CHOSEN] + parts[ON_TOPIC]}
    beside = [*once.values()][:BESIDE]
    following = (each for each in parts[IN_SECTION] if each not in beside)
    return Onward(beside, next(following, None))


def chosen(article: Article, at: datetime) -> ArticleQuerySet:
    """What editors put beside it, in their order."""
    order = Window(RowNumber(), order_by=["related_from__position", "related_from__pk"])
    published = Article.objects.published(at).listed()
    return (
        published.filter(related_from__article=article)
        .annotate(part=_number(CHOSEN), place=order)
        .order_by(F("place"))
    )


def on_topic(article: Article, at: datetime) -> ArticleQuerySet:
    topics = [topic.pk for topic in article.topics.all()]
    filed = Article.topics.through.objects.filter(topic_id__in=topics)
    return _others(article, at, ON_TOPIC).filter(pk__in=filed.values("article_id"))


def in_section(article: Article, at: datetime) -> ArticleQuerySet:
    return _others(article, at, IN_SECTION).filter(section_id=article.section_id)


def _others(article: Article, at: datetime, part: int) -> ArticleQuerySet:
    published = Article.objects.published(at).listed().newest_first()
    others = published.filter(language=article.language).exclude(pk=article.pk)
    return others.annotate(part=_number(part), place=_number(0))


def _number(number: int) -> Value:
    return Value(number, IntegerField())
