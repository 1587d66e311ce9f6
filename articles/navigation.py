"""The sections and plain pages that every page of the paper leads to."""

from django.db.models import CharField, F, Value

from articles.models import Page, Section

LINK = ("kind", "position", "title", "slug", "language")


def navigation_and_footer() -> tuple[list[Section], list[Page]]:
    """In one query; of each row what a link needs, in its order."""
    sections = Section.objects.filter(is_in_navigation=True).annotate(
        kind=_text("section"), title=F("name"), language=_text("")
    )
    pages = Page.objects.filter(is_published=True, is_in_footer=True).annotate(kind=_text("page"))
    links = list(
        sections.values_list(*LINK)
        .union(pages.values_list(*LINK), all=True)
        .order_by("position", "title")
    )
    return (
        [Section(name=title, slug=slug) for kind, _, title, slug, _ in links if kind == "section"],
        [
            Page(title=title, slug=slug, language=language)
            for kind, _, title, slug, language in links
            if kind == "page"
        ],
    )


def _text(text: str) -> Value:
    return Value(text, CharField())
