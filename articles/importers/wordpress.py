"""A newspaper moves in from WordPress: read the export twice, first to know, then to bring."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from articles.importers import addresses, wxr
from articles.importers.dates import Clock
from articles.importers.export_text import ExportText, Unreadable
from articles.importers.findings import LEFT
from articles.importers.media import Pictures
from articles.importers.people import Authors
from articles.importers.report import BROUGHT, Report
from articles.importers.run import Run
from articles.importers.stories import USED_META, Stories
from articles.importers.survey import STORIES, OldSite, Survey
from articles.importers.taxonomy import Taxonomy
from newsroom.models import Paper
from newsroom.paper import zone_of

# Step and how far it is, from 0 to 1.
Progress = Callable[[str, float], None]

REASONS = {
    "nav_menu_item": "a menu: menus are made anew here, from sections and pages",
    "revision": "an earlier version of a story",
    "wp_global_styles": "the look of the old site",
    "wp_template": "the look of the old site",
    "wp_template_part": "the look of the old site",
    "wp_navigation": "a menu: menus are made anew here, from sections and pages",
    "custom_css": "the look of the old site",
    "customize_changeset": "the look of the old site",
    "oembed_cache": "kept by WordPress for itself",
}
OTHERWISE = "a kind of thing that has no place here"


class AlreadyRunning(RuntimeError):
    """Another import is at work on this database."""


def bring(
    path: Path,
    report: Report,
    *,
    media: Path | None = None,
    is_dry: bool = False,
    named: str = "",
    zone: ZoneInfo | None = None,
    progress: Progress = lambda step, share: None,
) -> bool:
    """Brings what is in an export; False when a part of the file could not be read.

    Raises Unreadable, with nothing written, when it is no export. A second run writes only what
    changed; a run that was broken off is finished by the next. `is_dry` writes nothing at all.
    """
    paper = Paper.load()
    clock = Clock(zone, zone_of(paper))
    with Survey(clock, named) as survey, _alone():
        text = _read_through(path, survey, progress)
        run = Run(survey, report, media, now(), zone_of(paper), paper.language, is_dry)
        _tell_of_the_file(survey, text, report)
        if is_dry:
            with transaction.atomic():
                _bring_all(path, run, progress)
                transaction.set_rollback(True)
        else:
            _bring_all(path, run, progress)
        return not survey.broken


def _read_through(path: Path, survey: Survey, progress: Progress) -> ExportText:
    with path.open("rb") as file:
        text = ExportText(file)
        size = max(path.stat().st_size, 1)
        records = wxr.read(text)

        def told() -> Iterator[wxr.Record]:
            for record in records:
                progress(_("Reading"), text.bytes_read / size)
                yield record

        survey.take(told())
    return text


def _tell_of_the_file(survey: Survey, text: ExportText, report: Report) -> None:
    if text.removed:
        report.note(_("%d control characters that XML forbids were taken out.") % text.removed)
    if text.guessed:
        report.note(
            _("%d bytes did not fit the encoding and were read as Windows-1252.") % text.guessed
        )
    for broken in survey.broken:
        report.note(_("Broken near line %(line)d: %(reason)s") % asdict(broken))
    for approved, count in sorted(survey.comments.items()):
        what = {"1": _("approved"), "0": _("waiting")}.get(approved, approved or _("unknown"))
        reason = _("%s: there are no comments here") % what
        report.thing(_("comments"), LEFT, times=count, reason=reason)
    for taxonomy, count in sorted(survey.taxonomies.items()):
        if taxonomy not in {"category", "post_tag"}:
            reason = _("of “%s”: only categories and tags have a place here") % taxonomy
            report.thing(_("other terms"), LEFT, times=count, reason=reason)
    for key, count in sorted(survey.meta.items()):
        outcome = BROUGHT if key in USED_META else LEFT
        report.thing(_("custom fields"), outcome, times=count, title=key, key=key)


def _bring_all(path: Path, run: Run, progress: Progress) -> None:
    desks: dict[str, Stories] = {}
    for each in run.survey.sites.values():
        authors, taxonomy, pictures = Authors(run, each), Taxonomy(run, each), Pictures(run, each)
        authors.bring()
        taxonomy.bring()
        pictures.bring()
        addresses.settle(run, each)
        desks[each.source] = Stories(run, each, authors, taxonomy, pictures)
    with path.open("rb") as file:
        text = ExportText(file)
        size = max(path.stat().st_size, 1)
        site: OldSite | None = None
        sequence = 0
        for record in wxr.read(text):
            if isinstance(record, wxr.Site):
                site = run.survey.site_of(record)
            elif isinstance(record, wxr.Item):
                assert site is not None
                sequence += 1
                _bring_item(run, site, desks[site.source], record, sequence)
                progress(_("Bringing"), text.bytes_read / size)


def _bring_item(run: Run, site: OldSite, desk: Stories, item: wxr.Item, sequence: int) -> None:
    if not run.survey.is_last(site, item, sequence):
        reason = _("stands in the file again, further down")
        run.report.thing(_kind(item.kind), LEFT, key=item.number, title=item.title, reason=reason)
    elif item.kind in STORIES:
        desk.bring(item)
    elif item.kind == "wp_block":
        run.report.thing(_("reusable blocks"), BROUGHT, key=item.number, title=item.title,
                         reason=_("its text stands in the stories that use it"))  # fmt: skip
    elif item.kind == "guest-author":
        run.report.thing(_("guest authors"), BROUGHT, key=item.number, title=item.title)
    elif item.kind != "attachment":
        reason = _(REASONS.get(item.kind, OTHERWISE))
        run.report.thing(_kind(item.kind), LEFT, key=item.number, title=item.title, reason=reason)


def _kind(kind: str) -> str:
    return {"post": _("posts"), "page": _("pages"), "attachment": _("attachments")}.get(kind, kind)


class _alone:  # noqa: N801 - read as a phrase: `with _alone():`
    """One import at a time: two would give out the same addresses."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('articles.importers'))")
            if not cursor.fetchone()[0]:
                raise AlreadyRunning(_("Another import is running. Wait until it is done."))

    def __exit__(self, *error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('articles.importers'))")


__all__ = ["AlreadyRunning", "Unreadable", "bring"]
