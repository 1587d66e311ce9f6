"""Sections and pages share one name space: `/<slug>/`."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newsroom.purging import ShownToReaders

# Every first path segment that something else answers to.
RESERVED = frozenset(
    {
        "admin", "archive", "authors", "feed", "feed.json", "favicon.ico", "healthz", "media",
        "news-sitemap.xml", "outbox", "preview", "readyz", "robots.txt", "search", "sitemap.xml",
        "static", "support", "topics",
    }
)  # fmt: skip
LANGUAGE_CODE = re.compile(r"[a-z]{2}")
ALL_DIGITS = re.compile(r"\d+")


def validate_top_level_slug(slug: str) -> None:
    if slug in RESERVED or LANGUAGE_CODE.fullmatch(slug) or ALL_DIGITS.fullmatch(slug):
        raise ValidationError(
            _("“%(slug)s” is taken by the site itself. Choose another address."),
            code="reserved",
            params={"slug": slug},
        )


class TopLevelAddress(ShownToReaders):
    """Something at `/<slug>/`, where nothing of another kind may stand."""

    slug = models.SlugField(
        _("address"), max_length=60, unique=True, validators=[validate_top_level_slug]
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        for other in TopLevelAddress.__subclasses__():
            if other is not type(self) and other._default_manager.filter(slug=self.slug).exists():
                raise ValidationError(
                    {
                        "slug": ValidationError(
                            _("There is already a %(kind)s at /%(slug)s/."),
                            code="unique",
                            params={"kind": other._meta.verbose_name, "slug": self.slug},
                        )
                    }
                )

    def save(self, *args: Any, **kwargs: Any) -> None:
        validate_top_level_slug(self.slug)
        self.clean()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("articles:section_or_page", args=[self.slug])
