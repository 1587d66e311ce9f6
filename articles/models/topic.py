from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newsroom.purging import ShownToReaders


class Topic(ShownToReaders):
    """What a story is about: `/topics/elections/`."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True, allow_unicode=True)
    description = models.CharField(_("description"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:topic", args=[self.slug])
