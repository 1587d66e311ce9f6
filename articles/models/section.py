from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.address import validate_top_level_slug, validate_unused


class Section(models.Model):
    """A part of the paper: `/world/`."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, validators=[validate_top_level_slug]
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_in_navigation = models.BooleanField(_("in the navigation"), default=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from articles.models.page import Page

        validate_unused(self.slug, Page)

    def save(self, *args: Any, **kwargs: Any) -> None:
        validate_top_level_slug(self.slug)
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("articles:section_or_page", args=[self.slug])
