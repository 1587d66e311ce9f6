from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext

from articles.models import Article
from articles.search import LARGEST_COUNT, clean_query, count, find
from articles.views.paging import facts_of_list, page_of
from newsroom.pagecache import depends_on, fresh_until, reader_page


@reader_page("q", "before")
def search(request: HttpRequest) -> HttpResponse:
    at = now()
    query = clean_query(request.GET.get("q", ""))
    found = find(query, at)
    depends_on("search")
    fresh_until(Article.objects.next_change(at))
    return render(
        request,
        "articles/search.html",
        {
            "page": facts_of_list("search"),
            "query": query,
            "count_note": _count_note(count(found)) if query else "",
            **page_of(found.with_bylines(), request, kept={"q": query}).context(),
        },
    )


def _count_note(number: int) -> str:
    if number > LARGEST_COUNT:
        return gettext("More than %(count)d stories") % {"count": LARGEST_COUNT}
    if number == 0:
        return gettext("No stories")
    return ngettext("%(count)d story", "%(count)d stories", number) % {"count": number}
