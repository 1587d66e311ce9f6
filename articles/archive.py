"""The paper by month, as its calendar on the wall has it."""

from datetime import date, datetime, tzinfo
from typing import TypedDict

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncMonth

from articles.models import Article


class Month(TypedDict):
    month: date
    count: int


def months(at: datetime, zone: tzinfo) -> list[Month]:
    """Each month with stories and how many, newest first."""
    counted = (
        Article.objects.published(at)
        .order_by()
        .annotate(first=TruncMonth("published_at", tzinfo=zone))
        .values_list("first")
        .annotate(count=Count("pk"))
        .order_by("-first")
    )
    return [{"month": first.date(), "count": count} for first, count in counted]


def bounds(month: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """First moment of the month, and of the one after it."""
    return (
        datetime(month.year, month.month, 1, tzinfo=zone),
        datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone),
    )


def neighbours(month: date, at: datetime, zone: tzinfo) -> tuple[date | None, date | None]:
    """The nearest months before and after that have stories."""
    begin, end = bounds(month, zone)
    published = Article.objects.published(at)
    before = published.filter(published_at__lt=begin).aggregate(at=Max("published_at"))["at"]
    after = published.filter(published_at__gte=end).aggregate(at=Min("published_at"))["at"]
    return _month_of(before, zone), _month_of(after, zone)


def _month_of(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date().replace(day=1) if moment else None
