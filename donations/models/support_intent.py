import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.models.campaign import Campaign
from donations.models.frequency import Frequency
from donations.models.prompt import Placement, Prompt
from donations.models.supporter import Supporter


class IntentState(models.TextChoices):
    NEW = "new", _("not yet at Stripe")
    OPEN = "open", _("on Stripe's page")
    PENDING = "pending", _("waiting for the bank")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")


class SupportIntent(models.Model):
    """What a reader wanted, committed before Stripe is called, so that a crash loses nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Made by the form; the same nonce is the same press of the button.
    nonce = models.CharField(max_length=80, unique=True)
    frequency = models.CharField(_("frequency"), max_length=5, choices=Frequency.choices)
    amount_minor = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=8, default="en")
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, verbose_name=_("campaign")
    )
    prompt = models.ForeignKey(
        Prompt, models.SET_NULL, null=True, blank=True, verbose_name=_("prompt")
    )
    placement = models.CharField(
        _("placement"), max_length=20, choices=Placement.choices, blank=True
    )
    # Everything sent to Stripe, so that a retry under the same key sends the same.
    parameters = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=1)
    session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    session_url = models.TextField(blank=True)
    livemode = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=IntentState.choices, default=IntentState.NEW
    )
    supporter = models.ForeignKey(
        Supporter, models.SET_NULL, null=True, blank=True, verbose_name=_("supporter")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("support intent")
        verbose_name_plural = _("support intents")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "created_at"], name="intent_state")]

    def __str__(self) -> str:
        return str(self.pk)
