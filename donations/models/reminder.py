from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReminderState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("cancelled")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self, at: datetime) -> Self:
        return self.filter(state=ReminderState.WAITING, due_at__lte=at)


class Reminder(models.Model):
    """A promise of one mail. The address is gone once the promise is kept."""

    email = models.EmailField(_("address"), blank=True)
    # Recognises an address that is already waiting, without telling anybody.
    address_hash = models.CharField(max_length=32)
    language = models.CharField(_("language"), max_length=8, default="en")
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ReminderState.choices,
        default=ReminderState.WAITING,
    )
    placement = models.CharField(_("placement"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash"],
                condition=models.Q(state=ReminderState.WAITING),
                name="one_waiting_reminder_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReminderState.WAITING) | models.Q(email=""),
                name="closed_reminders_keep_no_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=ReminderState.WAITING),
                name="reminder_due",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
