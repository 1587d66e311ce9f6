from django.db import models
from django.utils.translation import gettext_lazy as _


class EventState(models.TextChoices):
    STORED = "stored", _("waiting")
    APPLIED = "applied", _("applied")
    IGNORED = "ignored", _("not for us")
    DEAD = "dead", _("failed")


# Rare, and told in a supporter's story. Their objects name our subscription or payment only inside.
FAILURES = ("invoice.payment_failed", "invoice.payment_action_required")
DISPUTES = ("charge.dispute.created", "charge.dispute.closed")
TROUBLE = (*FAILURES, *DISPUTES)


class StripeEvent(models.Model):
    """What Stripe told us, kept as it came, applied once."""

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(_("type"), max_length=80)
    object_id = models.CharField(_("object"), max_length=255, blank=True)
    livemode = models.BooleanField(_("real money"))
    api_version = models.CharField(_("API version"), max_length=40, blank=True)
    body = models.TextField(_("body"))
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=8, choices=EventState.choices, default=EventState.STORED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["state", "received_at"], name="stripe_event_state"),
            models.Index(fields=["object_id"], name="stripe_event_object"),
            models.Index(
                fields=["happened_at"],
                condition=models.Q(type__in=TROUBLE),
                name="stripe_event_trouble",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
