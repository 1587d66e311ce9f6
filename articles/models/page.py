from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.address import TopLevelAddress
from articles.models.body_field import BodyField


class Page(TopLevelAddress):
    """A plain page of the paper: about, privacy, contact, terms of support."""

    title = models.CharField(_("title"), max_length=120)
    body = BodyField(_("text"), blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    is_published = models.BooleanField(_("published"), default=False)
    is_in_footer = models.BooleanField(_("in the footer"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title
