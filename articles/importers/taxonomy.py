"""Categories and tags of the old site: sections and topics, made once and then the editors'."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from articles.importers import known
from articles.importers.filing import Filing
from articles.importers.findings import LEFT
from articles.importers.report import BROUGHT, UNCHANGED
from articles.importers.run import Run
from articles.importers.slugs import first_free, is_reserved, latin_slug, unicode_slug
from articles.importers.survey import OldSite
from articles.importers.words import plain, shortened
from articles.importers.wxr import Term
from articles.models import Page, Section, Topic

SECTION = "section"
TOPIC = "topic"
# A row of links that a reader can take in.
MOST_IN_NAVIGATION = 8
KINDS = {"category": gettext_noop("categories"), "post_tag": gettext_noop("tags")}


class Taxonomy:
    def __init__(self, run: Run, site: OldSite) -> None:
        self._run = run
        self._site = site
        self._here: dict[tuple[str, str], int] = {}
        self._unfiled: int | None = None

    def bring(self) -> None:
        """All that a story has; what none has is counted."""
        survey, source = self._run.survey, self._site.source
        sections = {
            row["slug"]: place
            for place, row in enumerate(
                survey.all(
                    "SELECT slug FROM sections WHERE source=? ORDER BY times DESC, slug", source
                )
            )
        }
        topics = {
            (row["taxonomy"], row["slug"])
            for row in survey.all("SELECT taxonomy, slug FROM topics WHERE source=?", source)
        }
        for term in self._terms():
            outcomes = []
            if term.taxonomy == "category" and term.slug in sections:
                outcomes.append(self._bring_section(term, sections[term.slug]))
            if (term.taxonomy, term.slug) in topics:
                outcomes.append(self._bring_topic(term))
            self._report(term, outcomes)

    def section_of(self, filing: Filing) -> int:
        if filing.section:
            return self._here[SECTION, filing.section]
        if self._unfiled is None:
            self._unfiled = self._section_of_unfiled()
        return self._unfiled

    def topics_of(self, filing: Filing) -> list[int]:
        found = (self._here[f"{TOPIC}:{taxonomy}", slug] for taxonomy, slug in filing.topics)
        return list(dict.fromkeys(found))

    def _terms(self) -> list[Term]:
        """Those of the head, and those that only a story names."""
        tree = self._site.tree
        terms = [*tree.categories.values(), *tree.tags.values()]
        worn = self._run.survey.all("SELECT * FROM used WHERE source=?", self._site.source)
        for row in worn:
            known_ones = tree.categories if row["taxonomy"] == "category" else tree.tags
            if row["slug"] not in known_ones:
                terms.append(Term(row["taxonomy"], row["slug"], row["name"] or row["slug"]))
        return sorted(terms, key=lambda term: (term.taxonomy, term.slug))

    def _report(self, term: Term, outcomes: list[str]) -> None:
        reason = ""
        outcome = BROUGHT if BROUGHT in outcomes else UNCHANGED
        if not outcomes:
            outcome = LEFT
            reason = _("no story has it")
            if term.taxonomy == "category" and self._site.tree.is_unfiled(term.slug):
                reason = _("means that a story was not filed")
        self._run.report.thing(
            _(KINDS[term.taxonomy]), outcome, key=term.slug, title=term.name, reason=reason
        )

    def _bring_section(self, term: Term, place: int) -> str:
        item = known.find(self._site.source, SECTION, term.slug)
        if item and item.object_id and Section.objects.filter(pk=item.object_id).exists():
            self._here[SECTION, term.slug] = item.object_id
            return UNCHANGED
        name = shortened(plain(term.name) or term.slug, 60)
        with transaction.atomic():
            section = self._made_section(name, term, place)
            known.leave_redirects(section, [self._old_address(term)])
            known.remember(self._site.source, SECTION, term.slug, section)
        self._here[SECTION, term.slug] = section.pk
        return BROUGHT

    def _made_section(self, name: str, term: Term, place: int) -> Section:
        wanted = (
            latin_slug(term.slug, 60) or latin_slug(name, 60) or f"section-{term.number or 'x'}"
        )
        slug = f"{wanted[:52]}-section" if is_reserved(wanted) else wanted
        if slug == wanted and (there := Section.objects.filter(slug=slug).first()):
            return there
        slug = first_free(slug, 60, _is_taken)
        if slug != wanted:
            self._run.report.remark(
                _(KINDS["category"]),
                _("its address was taken: it has another here"),
                key=term.slug,
                title=f"{name}: /{slug}/",
            )
        return Section.objects.create(
            name=name,
            slug=slug,
            description=shortened(plain(term.description), 300),
            position=min(place, 1000),
            is_in_navigation=place < MOST_IN_NAVIGATION,
        )

    def _section_of_unfiled(self) -> int:
        item = known.find(self._site.source, SECTION, "")
        if item and item.object_id and Section.objects.filter(pk=item.object_id).exists():
            return item.object_id
        with transaction.atomic():
            section = Section.objects.filter(slug="news").first()
            if section is None:
                slug = first_free("news", 60, _is_taken)
                section = Section.objects.create(name=_("News"), slug=slug)
            known.remember(self._site.source, SECTION, "", section)
        return section.pk

    def _bring_topic(self, term: Term) -> str:
        kind = f"{TOPIC}:{term.taxonomy}"
        item = known.find(self._site.source, kind, term.slug)
        if item and item.object_id and Topic.objects.filter(pk=item.object_id).exists():
            self._here[kind, term.slug] = item.object_id
            return UNCHANGED
        name = shortened(plain(term.name) or term.slug, 80)
        slug = (
            unicode_slug(term.slug, 80) or unicode_slug(name, 80) or f"topic-{term.number or 'x'}"
        )
        with transaction.atomic():
            topic, _created = Topic.objects.get_or_create(
                slug=slug,
                defaults={"name": name, "description": shortened(plain(term.description), 300)},
            )
            if (SECTION, term.slug) not in self._here or term.taxonomy != "category":
                known.leave_redirects(topic, [self._old_address(term)])
            known.remember(self._site.source, kind, term.slug, topic)
        self._here[kind, term.slug] = topic.pk
        return BROUGHT

    def _old_address(self, term: Term) -> str:
        if term.taxonomy == "post_tag":
            return f"{self._site.base_path}/tag/{term.slug}/"
        line = "/".join(reversed(self._site.tree.line(term.slug)))
        return f"{self._site.base_path}/category/{line}/"


def _is_taken(slug: str) -> bool:
    return Section.objects.filter(slug=slug).exists() or Page.objects.filter(slug=slug).exists()
