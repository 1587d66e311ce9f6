"""The paper by month, as its calendar on the wall has it."""

from datetime import date, datetime, tzinfo
from typing import TypedDict

from django.db.models import Count
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
    moments = Article.objects.published(at).values_list("published_at", flat=True)
    last_before = moments.filter(published_at__lt=begin).order_by("-published_at")[:1]
    first_after = moments.filter(published_at__gte=end).order_by("published_at")[:1]
    # Two looks into the index in one query; both ends as an aggregate would read the archive.
    found = [moment for moment in last_before.union(first_after, all=True) if moment]
    before = next((moment for moment in found if moment < begin), None)
    after = next((moment for moment in found if moment >= end), None)
    return _month_of(before, zone), _month_of(after, zone)


def _month_of(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date().replace(day=1) if moment else None
