"""Billing dates: the same day every month, or the last one where a month is too short."""

import calendar
from datetime import UTC, datetime, timedelta


def period_end(anchor: int, start: int, interval: str, count: int) -> int:
    """When the period ends that begins at `start`, in seconds; `anchor` keeps a 31st a 31st."""
    if interval in ("day", "week"):
        days = count * (7 if interval == "week" else 1)
        return int((_utc(start) + timedelta(days=days)).timestamp())
    months = count * (12 if interval == "year" else 1)
    first, began = _utc(anchor), _utc(start)
    passed = (began.year - first.year) * 12 + began.month - first.month
    return int(_months_after(first, passed + months).timestamp())


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _months_after(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
