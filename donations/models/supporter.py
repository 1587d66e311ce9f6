from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Supporter(models.Model):
    """A person who gives. Known by an address; no name is needed."""

    email = models.EmailField(_("address"), blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    livemode = models.BooleanField(_("real money"), default=False)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "livemode",
                condition=~models.Q(email=""),
                name="one_supporter_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email or f"#{self.pk}"
