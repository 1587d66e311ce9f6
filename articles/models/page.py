from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.address import validate_top_level_slug, validate_unused
from articles.models.body_field import BodyField


class Page(models.Model):
    """A plain page of the paper: about, privacy, contact, terms of support."""

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, validators=[validate_top_level_slug]
    )
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

    def clean(self) -> None:
        from articles.models.section import Section

        validate_unused(self.slug, Section)

    def save(self, *args: Any, **kwargs: Any) -> None:
        validate_top_level_slug(self.slug)
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("articles:section_or_page", args=[self.slug])
