from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.timezone import now

from articles import front_page as front
from articles.models import Article
from articles.old_addresses import new_address
from articles.views.paging import facts_of_list
from newsroom.pagecache import depends_on, fresh_until, reader_page

# How WordPress wrote the address of anything: /?p=12
WORDPRESS = ("p", "page_id", "attachment_id")


@reader_page(*WORDPRESS)
def front_page(request: HttpRequest) -> HttpResponse:
    at = now()
    if moved := _moved_from_wordpress(request):
        return moved
    composed = front.compose(at)
    depends_on("front")
    fresh_until(Article.objects.next_change(at))
    return render(
        request,
        "articles/front_page.html",
        {
            "page": facts_of_list("front"),
            "lead": composed.lead,
            "seconds": composed.seconds,
            "opinion": composed.opinion,
            "strips": composed.strips,
            "latest": composed.latest,
        },
    )


def _moved_from_wordpress(request: HttpRequest) -> HttpResponse | None:
    old = [
        f"/?{name}={number}"
        for name in WORDPRESS
        if (number := request.GET.get(name, "")).isdecimal()
    ]
    if not old:
        return None
    depends_on("redirects")
    address = new_address(old, now())
    return HttpResponsePermanentRedirect(address) if address else None
