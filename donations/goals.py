"""How far a campaign has come, from the ledger and the subscriptions of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.timezone import localtime

from donations import money
from donations.models import Campaign, EntryKind, GoalKind, LedgerEntry, Subscription

# What people gave, and what went back to them. Fees are ours to pay: the number is gross.
GIVEN = (
    EntryKind.PAYMENT,
    EntryKind.REFUND,
    EntryKind.REFUND_FAILED,
    EntryKind.DISPUTE,
    EntryKind.DISPUTE_RETURNED,
)


@dataclass(frozen=True)
class Progress:
    """`reached` and `goal` are minor units of `currency`, or people when the goal is people.

    `until` is when the number changes by the calendar alone.
    """

    kind: GoalKind
    reached: int
    goal: int
    currency: str
    until: datetime | None = None

    @property
    def counts_people(self) -> bool:
        return self.kind == GoalKind.SUPPORTERS

    @property
    def is_monthly(self) -> bool:
        return self.kind == GoalKind.MONTHLY

    @property
    def is_reached(self) -> bool:
        return self.reached >= self.goal

    @property
    def shown(self) -> int:
        """Rounded down to whole units of the currency: never more than there is."""
        if self.counts_people:
            return self.reached
        unit: int = 10 ** money.decimals(self.currency)
        return self.reached - self.reached % unit

    @property
    def bar(self) -> int:
        """As far as the bar goes: no further than its end."""
        return min(self.reached, self.goal)


def progress(campaign: Campaign, *, at: datetime, zone: ZoneInfo) -> Progress:
    """Three or fewer queries. Money in other currencies than the campaign's is left out for now."""
    kind = GoalKind(campaign.goal_kind)
    if kind == GoalKind.SUPPORTERS:
        return Progress(kind, active_supporters(at), campaign.goal_supporters or 0, "")
    if kind == GoalKind.IN_ALL:
        given = _given(campaign.currency).filter(occurred_at__gte=campaign.starts_at)
        if campaign.ends_at is not None:
            given = given.filter(occurred_at__lt=campaign.ends_at)
        reached, until = _sum(given), None
    else:
        reached, until = monthly_support(campaign.currency, at=at, zone=zone), month_of(at, zone)[1]
    return Progress(kind, max(0, reached), campaign.goal_minor or 0, campaign.currency, until)


def monthly_support(currency: str, *, at: datetime, zone: ZoneInfo) -> int:
    """What the paper can count on this month, in minor units.

    What active monthly supporters give, a twelfth of what yearly ones give, and the one-time
    support of this calendar month. Gross, less refunds. So it does not fall to 0 on the first.
    """
    active = (
        Subscription.objects.active(at)
        .filter(currency=currency, livemode=settings.STRIPE_LIVEMODE)
        .order_by()
    )
    by_interval: dict[str, int] = dict(
        active.values_list("interval").annotate(total=Sum("amount_minor"))
    )
    start, end = month_of(at, zone)
    once = _given(currency).filter(interval="", occurred_at__gte=start, occurred_at__lt=end)
    return by_interval.get("month", 0) + by_interval.get("year", 0) // 12 + _sum(once)


def active_supporters(at: datetime) -> int:
    """People whose monthly or yearly support goes on, in whatever currency."""
    active = Subscription.objects.active(at).filter(livemode=settings.STRIPE_LIVEMODE)
    return active.order_by().values("supporter").distinct().count()


def month_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar month around a moment, where the paper is: its first instant, and the next's."""
    start = localtime(at, zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    end = (start + timedelta(days=32)).replace(day=1)
    return start, end


def _given(currency: str) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(
        kind__in=GIVEN, currency=currency, livemode=settings.STRIPE_LIVEMODE
    ).order_by()


def _sum(entries: QuerySet[LedgerEntry]) -> int:
    return entries.aggregate(total=Sum("amount_minor"))["total"] or 0
