"""Rows that reader pages show: written together with the purge of those pages, or not at all.

What a change spoils is said by signals, so that it does not matter who makes it. What passes them
by (`update`, `bulk_create`, SQL) purges by name, in its own transaction.
"""

from typing import Any

from django.db import models, transaction

from newsroom.pagecache import purge
from newsroom.pagecache.purging import EVERYTHING


class ShownToReaders(models.Model):
    """Django alone would commit a row, and die before anybody is told of it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)


def spoil_everything(**_: object) -> None:
    """A receiver, for rows that may stand on any page and change rarely."""
    purge(EVERYTHING)
