"""Where a story, page, section, topic or author that used to be at an address is now."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote

from django.urls import reverse

from articles.models import Article, Author, Page, Redirect, Section, Status, Topic
from articles.models.redirect import TARGETS

FEED = "/feed/"


def new_address(old_addresses: Sequence[str], at: datetime) -> str | None:
    """The address to send a reader to; the first old address that is known decides."""
    asked = [each for each in old_addresses if "\x00" not in each]
    known = Redirect.objects.filter(
        old_address__in=[*asked, *(_without_feed(each) for each in asked)]
    ).select_related("article", "page", "section", "topic", "author")
    by_address = {redirect.old_address: redirect for redirect in known}
    for old in asked:
        if redirect := by_address.get(old):
            return _address_for_readers(redirect, at)
        # Whoever follows a section by its feed follows it to its new name.
        moved = by_address.get(_without_feed(old))
        if old.endswith(FEED) and moved and moved.section:
            return reverse("articles:section_feed", args=[moved.section.slug])
    return None


def _without_feed(address: str) -> str:
    return address.removesuffix(FEED) + "/" if address.endswith(FEED) else address


def _address_for_readers(redirect: Redirect, at: datetime) -> str | None:
    """None while there is nothing to read: browsers remember a redirect for long."""
    target = redirect.target
    if isinstance(target, Article):
        # A withdrawn story says so at its own address.
        if not (target.is_visible(at) or target.status == Status.WITHDRAWN):
            return None
    elif isinstance(target, Page) and not target.is_published:
        return None
    return target.get_absolute_url() or None


def spellings(path: str, query: str = "") -> list[str]:
    """How an address may stand among the redirects: with its query, with or without last slash."""
    other = path[:-1] if path.endswith("/") else f"{path}/"
    paths = [each for each in (path, other) if each]
    return [f"{each}?{query}" for each in paths if query] + paths


def leave_redirect(row: Article | Page | Section | Topic | Author, old_address: str) -> None:
    """Remember where a row was, once it has another address.

    A redirect leads to the row and not to an address: however often it moves there is no chain,
    and no circle but to where the row itself is, which is taken away.
    """
    # As a request names them: decoded.
    old_address, address = unquote(old_address), unquote(row.get_absolute_url())
    if not old_address or not address or old_address == address:
        return
    name = str(row._meta.model_name)
    target = {each: row if each == name else None for each in TARGETS}
    Redirect.objects.filter(old_address=address, **{name: row}).delete()
    Redirect.objects.update_or_create(old_address=old_address, defaults=target)
