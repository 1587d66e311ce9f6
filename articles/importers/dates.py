"""When something was published, from the four dates that an export may or may not hold."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

EARLIEST = 1970
LATEST = 2200
QUARTER = timedelta(minutes=15)
FARTHEST = timedelta(hours=14)


def parse(value: str) -> datetime | None:
    """`2014-05-01 12:00:00` or ISO 8601. Naive as it stands; None for 0000-00-00 and nonsense."""
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return at if EARLIEST <= at.year <= LATEST else None


def parse_utc(value: str) -> datetime | None:
    at = parse(value)
    if at is None:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def parse_feed_date(value: str) -> datetime | None:
    """The date of RSS. A draft's is of the year -0001."""
    if " -0" in value:
        return None
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    if not EARLIEST <= at.year <= LATEST:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


class Clock:
    """What the old site's clock showed, learned from items that tell both times."""

    def __init__(self, zone: tzinfo | None, otherwise: tzinfo) -> None:
        """`zone` when somebody knows it; `otherwise` when nothing can be learned either."""
        self._zone = zone
        self._otherwise = otherwise
        self._offsets: Counter[timedelta] = Counter()
        # Summer time: the same month of another year is the best witness.
        self._by_month: defaultdict[int, Counter[timedelta]] = defaultdict(Counter)

    def learn(self, date: str, date_gmt: str) -> None:
        local, gmt = parse(date), parse(date_gmt)
        if local is None or gmt is None or local.tzinfo or gmt.tzinfo:
            return
        offset = round((local - gmt) / QUARTER) * QUARTER
        if abs(offset) <= FARTHEST:
            self._offsets[offset] += 1
            self._by_month[local.month][offset] += 1

    def moment(self, date: str, date_gmt: str, feed_date: str) -> tuple[datetime | None, bool]:
        """In UTC, and whether it had to be estimated. None when there is no date at all."""
        if at := parse_utc(date_gmt):
            return at, False
        if local := parse(date):
            if local.tzinfo:
                return local.astimezone(UTC), False
            if self._zone:
                return local.replace(tzinfo=self._zone).astimezone(UTC), False
            known = self._by_month.get(local.month) or self._offsets
            if known:
                return (local - _commonest(known)).replace(tzinfo=UTC), True
            return local.replace(tzinfo=self._otherwise).astimezone(UTC), True
        return parse_feed_date(feed_date), False


def _commonest(offsets: Counter[timedelta]) -> timedelta:
    """Ties go to the smaller offset, so that two runs agree."""
    return min(offsets, key=lambda offset: (-offsets[offset], offset))
