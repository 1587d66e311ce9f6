"""Time passing: a little, much, or exactly to the second at which something changes by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.utils.timezone import localtime, now

from articles.models import Article, Status
from articles.sitemaps import NEWS_FOR
from donations.models import Campaign, Prompt
from newsroom.models import Paper
from newsroom.paper import zone_of

SECOND = timedelta(seconds=1)
WHILES = (1, 1, 20, 59, 300, 601, 3_600, 86_400, 9 * 86_400)


def later(chance: Random) -> datetime:
    at = now()
    if chance.random() < 0.35:
        return at + SECOND * chance.choice(WHILES)
    moments = sorted(each for each in _moments(at) if each > at)
    moment = moments[0] if chance.random() < 0.5 else chance.choice(moments)
    return max(at + SECOND, moment + SECOND * chance.choice((-1, 0, 0, 0, 1)))


def _moments(at: datetime) -> Iterator[datetime]:
    midnight = localtime(at, zone_of(Paper.load())).replace(hour=0, minute=0, second=0)
    yield midnight + timedelta(days=1)
    yield (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    published = Article.objects.filter(status=Status.PUBLISHED, published_at__gt=at - NEWS_FOR)
    for moment in published.values_list("published_at", flat=True):
        if moment is not None:
            yield moment
            yield moment + NEWS_FOR
    for asking in (Campaign, Prompt):
        for begin, end in asking.objects.values_list("starts_at", "ends_at"):
            yield from (each for each in (begin, end) if each is not None)
