"""How far a campaign has come, from the ledger and the subscriptions of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.timezone import localtime

from donations import money
from donations.models import Campaign, EntryKind, GoalKind, LedgerEntry, Subscription

# What went back of what people gave. Fees are ours to pay: the number is gross.
WENT_BACK = (
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
    """Three or fewer queries. Money in other currencies is left out: see `left_out`."""
    kind = GoalKind(campaign.goal_kind)
    if kind == GoalKind.SUPPORTERS:
        return Progress(kind, active_supporters(at), campaign.goal_supporters or 0, "")
    if kind == GoalKind.IN_ALL:
        paid = _payments(campaign.starts_at, campaign.ends_at).filter(currency=campaign.currency)
        reached, until = _kept(paid), None
    else:
        reached, until = monthly_support(campaign.currency, at=at, zone=zone), month_of(at, zone)[1]
    return Progress(kind, max(0, reached), campaign.goal_minor or 0, campaign.currency, until)


def monthly_support(currency: str, *, at: datetime, zone: ZoneInfo) -> int:
    """What the paper can count on this month, in minor units.

    What active monthly supporters give, a twelfth of what yearly ones give, and the one-time
    support of this calendar month. Gross, less refunds. So it does not fall to 0 on the first.
    """
    by_interval: dict[str, int] = dict(
        _active(at)
        .filter(currency=currency)
        .values_list("interval")
        .annotate(total=Sum("amount_minor"))
    )
    once = _payments(*month_of(at, zone)).filter(currency=currency, interval="")
    return by_interval.get("month", 0) + by_interval.get("year", 0) // 12 + _kept(once)


def active_supporters(at: datetime) -> int:
    """People whose monthly or yearly support goes on, in whatever currency."""
    return _active(at).values("supporter").distinct().count()


def left_out(campaign: Campaign, *, at: datetime, zone: ZoneInfo) -> list[str]:
    """Currencies in which support came that this campaign's number does not count."""
    kind = GoalKind(campaign.goal_kind)
    if kind == GoalKind.SUPPORTERS:
        return []
    if kind == GoalKind.IN_ALL:
        found = {*_payments(campaign.starts_at, campaign.ends_at).values_list("currency", flat=True).distinct()}  # fmt: skip
    else:
        once = _payments(*month_of(at, zone)).filter(interval="")
        found = {
            *_active(at).values_list("currency", flat=True).distinct(),
            *once.values_list("currency", flat=True).distinct(),
        }
    return sorted(found - {campaign.currency})


def month_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar month around a moment, where the paper is: its first instant, and the next's."""
    start = localtime(at, zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    end = (start + timedelta(days=32)).replace(day=1)
    return start, end


def _active(at: datetime) -> QuerySet[Subscription]:
    active = Subscription.objects.active(at).filter(livemode=settings.STRIPE_LIVEMODE)
    return active.order_by()


def _payments(start: datetime, end: datetime | None) -> QuerySet[LedgerEntry]:
    """All that was paid from `start` until before `end`."""
    paid = LedgerEntry.objects.filter(
        kind=EntryKind.PAYMENT, livemode=settings.STRIPE_LIVEMODE, occurred_at__gte=start
    ).order_by()
    return paid if end is None else paid.filter(occurred_at__lt=end)


def _kept(paid: QuerySet[LedgerEntry]) -> int:
    """What is left of these payments, whenever something of them went back."""
    went_back = LedgerEntry.objects.filter(
        kind__in=WENT_BACK,
        payment_intent__in=paid.exclude(payment_intent="").values("payment_intent"),
    ).order_by()
    total = paid.aggregate(total=Sum("amount_minor"))["total"] or 0
    return total + (went_back.aggregate(total=Sum("amount_minor"))["total"] or 0)
