from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.address import TopLevelAddress


class Section(TopLevelAddress):
    """A part of the paper: `/world/`."""

    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_in_navigation = models.BooleanField(_("in the navigation"), default=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
