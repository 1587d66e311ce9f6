from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.models.supporter import Supporter


class AccessLink(models.Model):
    """A way in for one supporter: short, once. Of the link itself only a hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    supporter = models.ForeignKey(
        Supporter, models.CASCADE, related_name="access_links", verbose_name=_("supporter")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("access link")
        verbose_name_plural = _("access links")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"#{self.pk}"
