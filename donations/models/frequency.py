from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    """How often somebody gives, in the words that readers see."""

    MONTH = "month", _("monthly")
    YEAR = "year", _("yearly")
    ONCE = "once", _("once")
