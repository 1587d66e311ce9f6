from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from newsroom.pagecache import reader_page
from newsroom.paper import absolute

RULES = """\
User-agent: *
Disallow: /admin/
Disallow: /preview/
Disallow: /search/

Sitemap: {sitemap}
Sitemap: {news_sitemap}
"""


@reader_page()
def robots(request: HttpRequest) -> HttpResponse:
    rules = RULES.format(
        sitemap=absolute(reverse("articles:sitemap")),
        news_sitemap=absolute(reverse("articles:news_sitemap")),
    )
    return HttpResponse(rules, content_type="text/plain; charset=utf-8")
