from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from newsroom.purging import ShownToReaders


class PaymentSettings(ShownToReaders):
    """One row: whether we take money now, and where this database is at home."""

    is_paused = models.BooleanField(
        _("take no new support"),
        default=False,
        help_text=_(
            "Stops new payments at once, for instance while somebody tries stolen cards. "
            "Support that runs already goes on."
        ),
    )
    paused_at = models.DateTimeField(_("since"), null=True, blank=True)
    # The address that a live key was first used at. A copy of this database elsewhere differs.
    pinned_site_url = models.CharField(_("at home at"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("payment settings")
        verbose_name_plural = _("payment settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="there_is_one_row_of_payment_settings"
            )
        ]

    def __str__(self) -> str:
        return str(_("payment settings"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def load(cls) -> "PaymentSettings":
        return cls.objects.filter(pk=1).first() or cls(pk=1)
