from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.models.campaign import Campaign
from donations.models.prompt import Prompt
from donations.models.supporter import Supporter

# Stripe's words for a subscription that gives, or tries to. Past due counts: it is being retried.
ACTIVE = ("active", "past_due", "trialing")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self, at: datetime) -> Self:
        return self.filter(status__in=ACTIVE, is_paused=False, started_at__lte=at)


class Subscription(models.Model):
    """A mirror of Stripe's subscription: what somebody gives every month or year."""

    stripe_id = models.CharField(max_length=255, unique=True)
    customer_id = models.CharField(max_length=255, db_index=True)
    supporter = models.ForeignKey(
        Supporter,
        models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("supporter"),
    )
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, verbose_name=_("campaign")
    )
    prompt = models.ForeignKey(
        Prompt, models.SET_NULL, null=True, blank=True, verbose_name=_("prompt")
    )
    placement = models.CharField(_("placement"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=20)
    amount_minor = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("every"), max_length=5)
    current_period_end = models.DateTimeField(_("paid until"), null=True, blank=True)
    cancel_at_period_end = models.BooleanField(_("ends then"), default=False)
    # Its collection is paused at Stripe: it goes on, but nothing is charged.
    is_paused = models.BooleanField(_("paused"), default=False, db_default=False)
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    livemode = models.BooleanField(_("real money"), default=False)
    synced_at = models.DateTimeField(_("last read from Stripe"))

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["status", "currency", "interval"], name="subscription_sum")]

    def __str__(self) -> str:
        return self.stripe_id
