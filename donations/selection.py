"""Which entries of the ledger are meant: real or test money, of when, of what."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from donations.models import LedgerEntry

# A campaign's key that means: of no campaign.
NONE = 0
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True)
class Selection:
    """Days are the paper's, both included; None and the empty text leave open."""

    livemode: bool
    zone: ZoneInfo
    first_day: date | None = None
    last_day: date | None = None
    campaign: int | None = None
    currency: str = ""

    def entries(self) -> QuerySet[LedgerEntry]:
        chosen = self.in_every_currency()
        return chosen.filter(currency=self.currency) if self.currency else chosen

    def in_every_currency(self) -> QuerySet[LedgerEntry]:
        chosen = LedgerEntry.objects.filter(livemode=self.livemode)
        # Beyond the ends of the calendar there is nothing, in some zones not even a midnight.
        if self.first_day is not None and self.first_day > FIRST_DAY:
            chosen = chosen.filter(occurred_at__gte=self._midnight_of(self.first_day))
        if self.last_day is not None and self.last_day < LAST_DAY:
            next_day = self.last_day + timedelta(days=1)
            chosen = chosen.filter(occurred_at__lt=self._midnight_of(next_day))
        if self.campaign is not None:
            chosen = chosen.filter(campaign=self.campaign or None)
        return chosen

    def day_of(self, entry: LedgerEntry) -> date:
        return entry.occurred_at.astimezone(self.zone).date()

    def in_words(self) -> dict[str, str]:
        """What was chosen, for a log: no more than its limits."""
        chosen = {name: str(value) for name, value in asdict(self).items() if value is not None}
        return {name: value for name, value in chosen.items() if value}

    def _midnight_of(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)


def month_of(first_day: date) -> dict[str, Any]:
    """The limits of a whole month, by its first day."""
    next_month = (first_day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return {"first_day": first_day.replace(day=1), "last_day": next_month - timedelta(days=1)}
