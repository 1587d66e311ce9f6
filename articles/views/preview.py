"""A story before its readers see it, for whoever was given the link: no account, no cache."""

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import now

from articles.models import Article
from articles.preview_links import GOOD_FOR, article_of
from articles.views.article import article_context
from articles.views.paging import facts_of_list
from newsroom.paper import paper_of


def preview(request: HttpRequest, signed: str) -> HttpResponse:
    response = _preview(request, signed)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The link is the key: a site that the story links to is not told it.
    response["Referrer-Policy"] = "same-origin"
    return response


def _preview(request: HttpRequest, signed: str) -> HttpResponse:
    at = now()
    try:
        pk = article_of(signed)
    except signing.SignatureExpired:
        return _without_story(request, 410)
    except signing.BadSignature:
        return _without_story(request, 404)
    story = Article.objects.whole().filter(pk=pk).first()
    if story is None:
        return _without_story(request, 404)
    if story.is_visible(at):
        return HttpResponseRedirect(story.get_absolute_url())
    context = article_context(story, at, paper_of(request), is_preview=True)
    return render(request, "articles/article.html", context)


def _without_story(request: HttpRequest, status: int) -> HttpResponse:
    context = {
        "page": facts_of_list("error"),
        "is_expired": status == 410,
        "days": GOOD_FOR.days,
    }
    return render(request, "articles/no_preview.html", context, status=status)
