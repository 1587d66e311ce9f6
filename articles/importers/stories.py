"""Posts as articles, pages as plain pages: each in a transaction of its own, with the memory of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from articles.importers import body, known
from articles.importers.addresses import publication_of
from articles.importers.dates import parse_utc
from articles.importers.findings import LEFT
from articles.importers.media import Pictures
from articles.importers.people import Authors
from articles.importers.place import Place
from articles.importers.publication import Publication
from articles.importers.report import BROUGHT, UNCHANGED, UPDATED
from articles.importers.run import Run
from articles.importers.survey import OldSite, key_of
from articles.importers.taxonomy import Taxonomy
from articles.importers.words import plain, shortened
from articles.importers.wxr import Item
from articles.models import Article, Byline, Page, Status
from articles.purging import purge_articles

# Raised when the same source would come out differently, so that a new run brings it again.
MADE_BY = 1
LONGEST_HEADLINE = 250
LONGEST_TITLE = 120
LONGEST_OF_UNTITLED = 80
# What is put right within a day is part of publishing; readers are not told of an update.
MEANINGFUL = timedelta(days=1)
USUAL_FOOTER = frozenset({"about", "contact", "privacy", "privacy-policy", "imprint", "terms"})
# Of the meta only what the result stands on.
USED_META = frozenset(
    {"_thumbnail_id", "_wp_old_slug", "footnotes", "_yoast_wpseo_primary_category",
     "rank_math_primary_category", "_primary_category", "_wp_attached_file",
     "_wp_attachment_image_alt", "_wp_attachment_metadata", "_media_credit", "cap-display_name",
     "cap-user_login", "cap-description"}
)  # fmt: skip


@dataclass(frozen=True)
class _Ready:
    """An item, turned into what its row will hold."""

    item: Item
    title: str
    becomes: Publication
    text: body.Converted
    place: Place
    slug: str
    day: date | None
    digest: str
    language: str


class Stories:
    """The texts of one old site."""

    def __init__(
        self, run: Run, site: OldSite, authors: Authors, taxonomy: Taxonomy, pictures: Pictures
    ) -> None:
        self._run = run
        self._site = site
        self._authors = authors
        self._taxonomy = taxonomy
        self._pictures = pictures

    def bring(self, item: Item) -> None:
        """Brings a post or page, or leaves it; either way the report has it once."""
        kind = _("posts") if item.kind == "post" else _("pages")
        key, report = key_of(item), self._run.report
        becomes = publication_of(self._run, _dated(item))
        if becomes.status is None:
            report.thing(kind, LEFT, key=key, title=item.title, reason=becomes.remark)
            return
        ready = self._prepare(item, becomes)
        try:
            with transaction.atomic():
                outcome, reason = self._write(ready)
        except (DataError, IntegrityError, ValidationError) as error:
            outcome, reason = LEFT, _("could not be kept: %s") % str(error).partition("\n")[0]
        report.thing(kind, outcome, key=key, title=ready.title, reason=reason)
        self._tell(kind, ready)

    def _tell(self, kind: str, ready: _Ready) -> None:
        report, key, item = self._run.report, key_of(ready.item), ready.item
        for finding, times in ready.text.findings.items():
            report.part(finding, times, key=key, title=ready.title)
        remarks = [ready.becomes.remark]
        if not plain(item.title):
            remarks.append(_("has no headline: it has its first words"))
        elif len(plain(item.title)) > (LONGEST_HEADLINE if item.kind == "post" else LONGEST_TITLE):
            remarks.append(_("its headline was too long and was cut"))
        if item.is_sticky:
            remarks.append(_("was kept on top: choose it for the front page if it still is"))
        if (number := item.first_meta("_thumbnail_id")) and not self._pictures.numbered(number):
            remarks.append(_("its lead picture is not here"))
        for remark in filter(None, remarks):
            report.remark(kind, remark, key=key, title=ready.title)

    def _prepare(self, item: Item, becomes: Publication) -> _Ready:
        place = Place(self._run, self._site, self._pictures, item)
        text = body.convert(item.body, place)
        row = self._run.survey.one(
            "SELECT slug_here, day_here FROM items WHERE source=? AND kind=? AND key=?",
            self._site.source, item.kind, key_of(item),
        )  # fmt: skip
        day = row["day_here"] if row else None
        named = next((each.slug for each in item.labels if each.taxonomy == "language"), "")
        return _Ready(
            item=item,
            title=self._title(item, text.html),
            becomes=becomes,
            text=text,
            place=place,
            slug=(row["slug_here"] if row else "") or "",
            day=date.fromisoformat(day) if day and day != "page" else None,
            digest=self._digest(item, text, place),
            language=self._run.language_of(self._site, named),
        )

    def _title(self, item: Item, html: str) -> str:
        longest = LONGEST_HEADLINE if item.kind == "post" else LONGEST_TITLE
        if title := plain(item.title):
            return shortened(title, longest)
        return shortened(plain(html[:2000]), LONGEST_OF_UNTITLED) or _("Untitled")

    def _digest(self, item: Item, text: body.Converted, place: Place) -> str:
        """Of the source, and of what is here of its pictures; not of where its links lead now."""
        picture = self._pictures.numbered(item.first_meta("_thumbnail_id") or "0")
        seen = [
            MADE_BY, item.kind, item.status, item.title, item.body, item.excerpt, item.slug,
            item.link, item.creator, item.date, item.date_gmt, item.modified_gmt, item.has_password,
            item.parent, [(label.taxonomy, label.slug) for label in item.labels],
            [(name, value) for name, value in item.meta if name in USED_META],
            sorted(text.pictures), picture.pk if picture else None,
            place.old_addresses(), place.reused,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()

    def _write(self, ready: _Ready) -> tuple[str, str]:
        model = Article if ready.item.kind == "post" else Page
        key = key_of(ready.item)
        there = known.find(self._site.source, ready.item.kind, key)
        row = model._default_manager.filter(pk=there.object_id or 0).first() if there else None
        if there is not None:
            if row is None:
                return LEFT, _("was deleted here")
            if there.digest == ready.digest:
                return UNCHANGED, ""
            if row.changed_at > there.imported_at:
                return LEFT, _("changed there, but was edited here since: compare by hand")
        written = self._article(ready, row) if model is Article else self._page(ready, row)
        refused = known.leave_redirects(written, ready.place.old_addresses())
        known.remember(self._site.source, ready.item.kind, key, written, ready.digest)
        for old in refused:
            self._run.report.remark(
                _("addresses"), _("leads to something else here"), key=key, title=old
            )
        return (UPDATED if row else BROUGHT), ""

    def _article(self, ready: _Ready, row: Any) -> Article:
        item, becomes = ready.item, ready.becomes
        filing = self._site.tree.file(item)
        article: Article = row or Article(slug=ready.slug)
        article.headline = ready.title
        article.standfirst = plain(item.excerpt)
        article.body = ready.text.html
        article.section_id = self._taxonomy.section_of(filing)
        article.language = ready.language
        article.lead_image_id = self._lead_picture(item)
        article.status = becomes.status or Status.DRAFT
        article.published_at = becomes.at
        article.updated_at = _updated_at(item, becomes)
        if article.status == Status.PUBLISHED and article.published_on is None:
            # From here on the address stays, whatever changes there.
            article.slug, article.published_on = ready.slug, ready.day
        article.save()
        article.topics.set(self._taxonomy.topics_of(filing))
        self._set_bylines(article, item)
        if filing.is_choice:
            self._run.report.remark(
                _("posts"),
                _("could belong to several sections: one was chosen, the others are topics"),
                key=key_of(item),
                title=ready.title,
            )
        return article

    def _set_bylines(self, article: Article, item: Item) -> None:
        logins = [
            label.slug.removeprefix("cap-") for label in item.labels if label.taxonomy == "author"
        ] or [item.creator]
        wanted = [self._authors[login] for login in dict.fromkeys(logins) if login]
        if wanted == list(article.bylines.values_list("author_id", flat=True)):
            return
        article.bylines.all().delete()
        Byline.objects.bulk_create(
            Byline(article=article, author_id=pk, position=place)
            for place, pk in enumerate(dict.fromkeys(wanted))
        )
        purge_articles([article.pk])

    def _lead_picture(self, item: Item) -> int | None:
        picture = self._pictures.numbered(item.first_meta("_thumbnail_id") or "0")
        return picture.pk if picture and not self._run.is_dry else None

    def _page(self, ready: _Ready, row: Any) -> Page:
        page: Page = row or Page(slug=ready.slug, is_in_footer=ready.slug in USUAL_FOOTER)
        page.title = ready.title
        page.body = ready.text.html
        page.language = ready.language
        page.position = min(max(ready.item.menu_order, 0), 1000)
        page.is_published = ready.becomes.status == Status.PUBLISHED
        page.save()
        return page


def _dated(item: Item) -> dict[str, Any]:
    return {
        "status": item.status,
        "has_password": item.has_password,
        "date": item.date,
        "date_gmt": item.date_gmt,
        "published": item.published,
    }


def _updated_at(item: Item, becomes: Publication) -> datetime | None:
    modified = parse_utc(item.modified_gmt)
    if modified is None or becomes.at is None or modified - becomes.at < MEANINGFUL:
        return None
    return modified
