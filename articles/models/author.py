from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newsroom.purging import ShownToReaders


class Author(ShownToReaders):
    """Who writes: a name in print, never an account."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True, allow_unicode=True)
    role = models.CharField(
        _("role"),
        max_length=120,
        blank=True,
        help_text=_("Such as “Economics correspondent”."),
    )
    bio = models.TextField(_("about"), blank=True)
    portrait = models.ForeignKey(
        "articles.Image", models.SET_NULL, verbose_name=_("portrait"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:author", args=[self.slug])
