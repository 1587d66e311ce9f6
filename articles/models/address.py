"""Sections and pages share one name space: `/<slug>/`."""

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model

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


def validate_unused(slug: str, *others: "type[Model]") -> None:
    """Refuse a slug that a row of another kind has."""
    for other in others:
        if other._default_manager.filter(slug=slug).exists():
            raise ValidationError(
                {
                    "slug": ValidationError(
                        _("There is already a %(kind)s at /%(slug)s/."),
                        code="unique",
                        params={"kind": other._meta.verbose_name, "slug": slug},
                    )
                }
            )
