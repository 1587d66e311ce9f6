from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone, now

from articles.archive import bounds, months, neighbours
from articles.models import Article
from articles.views.paging import facts_of_list, page_of
from newsroom.pagecache import depends_on, fresh_until, reader_page


@reader_page()
def archive(request: HttpRequest) -> HttpResponse:
    at = now()
    depends_on("archive")
    fresh_until(Article.objects.next_change(at))
    return render(
        request,
        "articles/archive.html",
        {"page": facts_of_list("archive"), "months": months(at, get_current_timezone())},
    )


@reader_page("before")
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """A month nobody wrote in has no page, so that crawlers do not walk the calendar."""
    at, zone = now(), get_current_timezone()
    first = _month_or_404(year, month)
    begin, end = bounds(first, zone)
    depends_on(f"archive:{first:%Y-%m}", "archive")
    fresh_until(Article.objects.next_change(at))
    of_the_month = Article.objects.published(at).filter(
        published_at__gte=begin, published_at__lt=end
    )
    listing = page_of(of_the_month.with_bylines(), request)
    if not listing.articles:
        raise Http404
    previous_month, next_month = neighbours(first, at, zone)
    return render(
        request,
        "articles/archive_month.html",
        {
            "page": facts_of_list("archive"),
            "month": first,
            "previous_month": previous_month,
            "next_month": next_month,
            **listing.context(),
        },
    )


def _month_or_404(year: int, month: int) -> date:
    # The last year of the calendar has no month after it.
    if not (1 <= month <= 12 and 1 <= year < 9999):
        raise Http404
    return date(year, month, 1)
