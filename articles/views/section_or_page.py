from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles.models import Page, Section
from articles.views import listings
from newsroom.page import PageFacts
from newsroom.pagecache import depends_on, reader_page


@reader_page("before")
def section_or_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One name space: `/world/` is a section, `/about/` a page."""
    depends_on(f"section:{slug}", f"page:{slug}")
    if section := Section.objects.filter(slug=slug).first():
        return listings.section(request, section)
    page = get_object_or_404(Page, slug=slug, is_published=True)
    return render(
        request,
        "articles/page.html",
        {"page": PageFacts(kind="page", language=page.language), "plain_page": page},
    )
