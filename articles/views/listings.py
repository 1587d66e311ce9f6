"""Stories of one section, topic or author."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now

from articles.models import Article, ArticleQuerySet, Author, Section, Topic
from articles.views.paging import Listing, facts_of_list, page_of
from newsroom.pagecache import depends_on, fresh_until, reader_page


def section(request: HttpRequest, section: Section) -> HttpResponse:
    """Reached through `section_or_page`, which knows what stands at the address."""
    listing = _published(request, Article.objects.filter(section=section).with_bylines())
    return render(
        request,
        "articles/section.html",
        {
            "page": facts_of_list("section", section=section.slug),
            "section": section,
            **listing.context(),
        },
    )


@reader_page("before")
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    depends_on(f"topic:{slug}")
    topic = get_object_or_404(Topic, slug=slug)
    listing = _published(request, Article.objects.filter(topics=topic).with_bylines())
    return render(
        request,
        "articles/topic.html",
        {"page": facts_of_list("topic"), "topic": topic, **listing.context()},
    )


@reader_page("before")
def author(request: HttpRequest, slug: str) -> HttpResponse:
    depends_on(f"author:{slug}")
    author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    # Through a subquery: who wrote and photographed a story has it in the list once.
    articles = Article.objects.filter(pk__in=author.bylines.values("article_id"))
    listing = _published(request, articles)
    return render(
        request,
        "articles/author.html",
        {"page": facts_of_list("author"), "author": author, **listing.context()},
    )


def _published(request: HttpRequest, articles: ArticleQuerySet) -> Listing:
    at = now()
    fresh_until(articles.next_change(at))
    return page_of(articles.published(at), request)
