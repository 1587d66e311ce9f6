"""What earlier runs brought: the memory that makes an import repeatable."""

from collections.abc import Iterable

from articles.models import (
    Article,
    Author,
    Image,
    ImportedItem,
    Page,
    Redirect,
    Section,
    Topic,
)
from articles.models.redirect import TARGETS
from newsroom.pagecache import purge

LONGEST_ADDRESS = 500

Row = Article | Page | Section | Topic | Author | Image


def find(source: str, kind: str, key: str) -> ImportedItem | None:
    return ImportedItem.objects.filter(source=source, kind=kind, key=key[:200]).first()


def remember(source: str, kind: str, key: str, row: Row, digest: str = "") -> None:
    """In the transaction that writes the row, and after it: so `imported_at` is the later."""
    ImportedItem.objects.update_or_create(
        source=source, kind=kind, key=key[:200], defaults={"object_id": row.pk, "digest": digest}
    )


def leave_redirects(
    row: Article | Page | Section | Topic | Author, old: Iterable[str]
) -> list[str]:
    """Lead old addresses to a row. Gives those that cannot: too long, or leading elsewhere."""
    here = row.get_absolute_url()
    wanted = [each for each in dict.fromkeys(old) if each not in {"", "/", here}]
    refused = [each for each in wanted if len(each) > LONGEST_ADDRESS]
    wanted = [each for each in wanted if len(each) <= LONGEST_ADDRESS]
    name = row._meta.model_name
    assert name in TARGETS
    there = {each.old_address: each for each in Redirect.objects.filter(old_address__in=wanted)}
    refused += [old for old, each in there.items() if getattr(each, f"{name}_id") != row.pk]
    if new := [Redirect(old_address=each, **{name: row}) for each in wanted if each not in there]:
        Redirect.objects.bulk_create(new)
        purge("redirects")
    return refused
