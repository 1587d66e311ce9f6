"""How far a campaign has come, from the ledger and the subscriptions of today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    Count,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import localtime

from donations import money
from donations.models import Campaign, EntryKind, Frequency, GoalKind, LedgerEntry, Subscription
from donations.models.ledger_entry import WENT_BACK

# A column of the campaign, for a query within the one that finds it.
Column = Callable[[str], OuterRef]
# Of a campaign without an end.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


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
    """One query, or none when the campaign came `with_reached`. Money in other currencies is left
    out: see `left_out`.
    """
    kind = GoalKind(campaign.goal_kind)
    reached: int | None = vars(campaign).get("reached")
    if reached is None:
        itself = with_reached(Campaign.objects.filter(pk=campaign.pk), at=at, zone=zone)
        reached = vars(itself.get())["reached"]
    if kind == GoalKind.SUPPORTERS:
        return Progress(kind, reached, campaign.goal_supporters or 0, "")
    until = month_of(at, zone)[1] if kind == GoalKind.MONTHLY else None
    return Progress(kind, max(0, reached), campaign.goal_minor or 0, campaign.currency, until)


def with_reached(
    campaigns: QuerySet[Campaign], *, at: datetime, zone: ZoneInfo
) -> QuerySet[Campaign]:
    """Each with `reached`: its number, in the query that finds it."""
    return campaigns.annotate(
        reached=Case(
            When(goal_kind=GoalKind.SUPPORTERS, then=_active_supporters(at)),
            When(goal_kind=GoalKind.IN_ALL, then=_kept(_paid_in_all)),
            default=_monthly_support(at, zone),
        )
    )


def _active_supporters(at: datetime) -> Combinable:
    """People whose monthly or yearly support goes on, in whatever currency."""
    return _total(_active(at), Count("supporter", distinct=True))


def _monthly_support(at: datetime, zone: ZoneInfo) -> Combinable:
    """What the paper can count on this month, in minor units.

    What active monthly supporters give, a twelfth of what yearly ones give, and the one-time
    support of this calendar month. Gross, less refunds. So it does not fall to 0 on the first.
    """
    active = _active(at).filter(currency=OuterRef("currency"))
    monthly, yearly = (
        _total(active.filter(interval=interval), Sum("amount_minor"))
        for interval in (Frequency.MONTH, Frequency.YEAR)
    )

    def once(campaign: Column) -> QuerySet[LedgerEntry]:
        this_month = _payments(*month_of(at, zone))
        return this_month.filter(currency=campaign("currency"), interval="")

    return monthly + yearly / 12 + _kept(once)


def _paid_in_all(campaign: Column) -> QuerySet[LedgerEntry]:
    paid = _payments(campaign("starts_at"), Coalesce(campaign("ends_at"), NEVER))
    return paid.filter(currency=campaign("currency"))


def left_out(campaign: Campaign, *, at: datetime, zone: ZoneInfo) -> list[str]:
    """Currencies in which support came that this campaign's number does not count."""
    kind = GoalKind(campaign.goal_kind)
    if kind == GoalKind.SUPPORTERS:
        return []
    if kind == GoalKind.IN_ALL:
        found = {*_payments(campaign.starts_at, campaign.ends_at or NEVER).values_list("currency", flat=True).distinct()}  # fmt: skip
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


def _payments(start: datetime | Combinable, end: datetime | Combinable) -> QuerySet[LedgerEntry]:
    """All that was paid from `start` until before `end`."""
    return LedgerEntry.objects.filter(
        kind=EntryKind.PAYMENT, livemode=settings.STRIPE_LIVEMODE,
        occurred_at__gte=start, occurred_at__lt=end,
    ).order_by()  # fmt: skip


def _kept(paid: Callable[[Column], QuerySet[LedgerEntry]]) -> Combinable:
    """What is left of these payments, whenever something of them went back."""
    # One query further in, the campaign is one further out.
    payments = paid(lambda name: OuterRef(OuterRef(name))).exclude(payment_intent="")
    went_back = LedgerEntry.objects.filter(
        kind__in=WENT_BACK, livemode=settings.STRIPE_LIVEMODE,
        payment_intent__in=payments.values("payment_intent"),
    ).order_by()  # fmt: skip
    amount = Sum("amount_minor")
    return _total(paid(OuterRef), amount) + _total(went_back, amount)


def _total(rows: QuerySet[Any], total: Aggregate) -> Combinable:
    """Of rows of one mode, in whole numbers; 0 of none."""
    one_row = rows.values("livemode").annotate(total=total).values("total")
    # PostgreSQL adds up to a decimal, and would divide it as such.
    return Cast(Coalesce(Subquery(one_row), 0), BigIntegerField())
