"""Where every story and page will be, settled before the first is written.

So a text can link to one that comes later in the file, and a run that was broken off gives out
the same addresses when it goes on: by old id, past those that are taken.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.text import slugify

from articles.importers.publication import Publication, publication
from articles.importers.run import Run
from articles.importers.slugs import first_free, is_reserved, latin_slug, unicode_slug
from articles.importers.survey import OldSite
from articles.importers.words import plain
from articles.models import Article, ImportedItem, Page, Section, Status

BATCH = 500
LONGEST_STORY_SLUG = 120
LONGEST_PAGE_SLUG = 60


def settle(run: Run, site: OldSite) -> None:
    """Writes `slug_here`, `day_here` and `address_here` into the survey, nothing into the paper."""
    for rows in _batches(run, site, "post"):
        _settle_stories(run, site, rows)
    for rows in _batches(run, site, "page"):
        _settle_pages(run, site, rows)


def publication_of(run: Run, row: Any) -> Publication:
    """`row` is an item, or a row of the survey: both have the same names for its dates."""
    at, is_estimated = run.survey.clock.moment(row["date"], row["date_gmt"], row["published"])
    return publication(row["status"], bool(row["has_password"]), at, is_estimated, run.at)


def _batches(run: Run, site: OldSite, kind: str) -> Iterator[list[Any]]:
    # Sorted, so SQLite has read all before the first row: writing meanwhile is safe.
    rows = run.survey.all(
        "SELECT * FROM items WHERE source=? AND kind=? ORDER BY CAST(key AS INTEGER), key",
        site.source, kind,
    )  # fmt: skip
    while batch := list(islice(rows, BATCH)):
        yield batch


def _here(site: OldSite, kind: str, rows: list[Any]) -> dict[str, int | None]:
    return dict(
        ImportedItem.objects.filter(
            source=site.source, kind=kind, key__in=[row["key"] for row in rows]
        ).values_list("key", "object_id")
    )


def _settle_stories(run: Run, site: OldSite, rows: list[Any]) -> None:
    here = _here(site, "post", rows)
    stories = Article.objects.only("slug", "published_on").in_bulk(
        [pk for pk in here.values() if pk is not None]
    )
    for row in rows:
        story = stories.get(here.get(row["key"]) or 0)
        if row["key"] in here and story is None:
            continue
        if story is not None and story.published_on is not None:
            _write(run, row, story.slug, str(story.published_on), story.get_absolute_url())
            continue
        becomes = publication_of(run, row)
        if becomes.status is None:
            continue
        slug = story.slug if story else _story_slug(row)
        if becomes.status != Status.PUBLISHED or becomes.at is None:
            _write(run, row, slug, None, "")
            continue
        day = becomes.at.astimezone(run.zone).date()
        slug = first_free(slug, LONGEST_STORY_SLUG, lambda each: _is_taken(run, each, str(day)))  # noqa: B023
        address = Article(slug=slug, published_on=day).get_absolute_url()
        _write(run, row, slug, str(day), address)


def _story_slug(row: Any) -> str:
    return (
        unicode_slug(row["slug"], LONGEST_STORY_SLUG)
        or unicode_slug(plain(row["title"]), LONGEST_STORY_SLUG)
        or f"story-{slugify(row['key'])[:40] or 'x'}"
    )


def _is_taken(run: Run, slug: str, day: str) -> bool:
    given = run.survey.one("SELECT 1 FROM items WHERE day_here=? AND slug_here=?", day, slug)
    return given is not None or Article.objects.filter(published_on=day, slug=slug).exists()


def _settle_pages(run: Run, site: OldSite, rows: list[Any]) -> None:
    here = _here(site, "page", rows)
    pages = Page.objects.defer("body").in_bulk([pk for pk in here.values() if pk is not None])
    for row in rows:
        page = pages.get(here.get(row["key"]) or 0)
        if page is not None:
            _write(run, row, page.slug, "page", page.get_absolute_url())
            continue
        if row["key"] in here or publication_of(run, row).status is None:
            continue
        wanted = _page_slug(row)
        if is_reserved(wanted):
            wanted = f"{wanted[:55]}-page"
        slug = first_free(wanted, LONGEST_PAGE_SLUG, lambda each: _is_page_taken(run, each))
        _write(run, row, slug, "page", Page(slug=slug).get_absolute_url())


def _page_slug(row: Any) -> str:
    return (
        latin_slug(row["slug"], LONGEST_PAGE_SLUG)
        or latin_slug(plain(row["title"]), LONGEST_PAGE_SLUG)
        or f"page-{slugify(row['key'])[:40] or 'x'}"
    )


def _is_page_taken(run: Run, slug: str) -> bool:
    given = run.survey.one("SELECT 1 FROM items WHERE day_here='page' AND slug_here=?", slug)
    return (
        given is not None
        or Page.objects.filter(slug=slug).exists()
        or Section.objects.filter(slug=slug).exists()
    )


def _write(run: Run, row: Any, slug: str, day: str | None, address: str) -> None:
    run.survey.database.execute(
        "UPDATE items SET slug_here=?, day_here=?, address_here=? WHERE source=? AND kind=? AND key=?",
        (slug, day, address, row["source"], row["kind"], row["key"]),
    )
