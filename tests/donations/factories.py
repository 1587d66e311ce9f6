"""Rows of support, with defaults that work: `CampaignFactory()` is live."""

from datetime import UTC, datetime, timedelta

import factory
from django.utils.timezone import now

from donations.models import (
    Campaign,
    EntryKind,
    Frequency,
    GoalKind,
    LedgerEntry,
    Placement,
    Prompt,
    Reminder,
    Subscription,
    Supporter,
    SupportIntent,
)

LONG_AGO = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)


class CampaignFactory(factory.django.DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")
    goal_kind = GoalKind.MONTHLY
    goal_minor = 10_000_00
    currency = "usd"
    monthly_amounts = [2_00, 5_00, 10_00]
    yearly_amounts = [25_00, 60_00, 120_00]
    once_amounts = [5_00, 20_00, 50_00]
    suggested_position = 1
    purpose = "It pays for reporters, editors and the phones they call from."
    starts_at = LONG_AGO


class PromptFactory(factory.django.DjangoModelFactory[Prompt]):
    """Live, at the end of articles."""

    class Meta:
        model = Prompt

    campaign = factory.SubFactory(CampaignFactory)
    placement = Placement.ARTICLE_END
    headline = "Will you help us keep reporting?"
    text = "We take no money from those we write about. Readers keep us going."
    is_live = True


class SupporterFactory(factory.django.DjangoModelFactory[Supporter]):
    class Meta:
        model = Supporter

    email = factory.Sequence(lambda n: f"reader{n}@example.com")
    created_at = LONG_AGO


class SubscriptionFactory(factory.django.DjangoModelFactory[Subscription]):
    """Active, five dollars a month."""

    class Meta:
        model = Subscription

    stripe_id = factory.Sequence(lambda n: f"sub_{n}")
    customer_id = factory.Sequence(lambda n: f"cus_{n}")
    supporter = factory.SubFactory(SupporterFactory)
    status = "active"
    amount_minor = 5_00
    currency = "usd"
    interval = "month"
    started_at = LONG_AGO
    current_period_end = factory.LazyFunction(lambda: now() + timedelta(days=20))
    synced_at = factory.LazyFunction(now)


class LedgerEntryFactory(factory.django.DjangoModelFactory[LedgerEntry]):
    """A one-time payment of twenty dollars, now."""

    class Meta:
        model = LedgerEntry

    kind = EntryKind.PAYMENT
    source = factory.Sequence(lambda n: f"pi_factory{n}")
    payment_intent = factory.LazyAttribute(
        lambda entry: entry.source if entry.source.startswith("pi_") else ""
    )
    amount_minor = 20_00
    currency = "usd"
    livemode = False
    occurred_at = factory.LazyFunction(now)


class SupportIntentFactory(factory.django.DjangoModelFactory[SupportIntent]):
    class Meta:
        model = SupportIntent

    nonce = factory.Sequence(lambda n: f"nonce-{n}")
    frequency = Frequency.MONTH
    amount_minor = 5_00
    currency = "usd"
    created_at = factory.LazyFunction(now)
    expires_at = factory.LazyAttribute(lambda intent: intent.created_at + timedelta(minutes=45))


class ReminderFactory(factory.django.DjangoModelFactory[Reminder]):
    """Waiting, due in thirty days."""

    class Meta:
        model = Reminder

    email = factory.Sequence(lambda n: f"later{n}@example.com")
    address_hash = factory.Sequence(lambda n: f"{n:032x}")
    due_at = factory.LazyFunction(lambda: now() + timedelta(days=30))
