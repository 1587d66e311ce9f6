from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now

from articles import related
from articles.models import Article, Status
from articles.structured_data import news_article
from articles.views.errors import withdrawn
from newsroom.models import Paper
from newsroom.pagecache import depends_on, fresh_until, reader_page
from newsroom.paper import paper_of


@reader_page()
def article(request: HttpRequest, year: int, month: int, day: int, slug: str) -> HttpResponse:
    at = now()
    on = _date_or_404(year, month, day)
    story = get_object_or_404(Article.objects.dated(on).whole().knowing_next_change(at), slug=slug)
    if story.status == Status.WITHDRAWN:
        depends_on(f"article:{story.pk}")
        return withdrawn(request)
    if not story.is_visible(at):
        # In every header too as if there were no such story.
        raise Http404
    fresh_until(story.next_change)
    return render(request, "articles/article.html", article_context(story, at, paper_of(request)))


def article_context(
    story: Article, at: datetime, paper: Paper, *, is_preview: bool = False
) -> dict[str, Any]:
    """What the article's template is given, for readers and for the preview."""
    onward = related.onward(story, at)
    bylines = list(story.bylines.all())
    depends_on(
        f"article:{story.pk}",
        f"section:{story.section.slug}",
        *(f"topic:{topic.slug}" for topic in story.topics.all()),
        *(f"author:{byline.author.slug}" for byline in bylines),
        *(f"article:{each.pk}" for each in onward.articles),
    )
    return {
        "page": story.facts(is_preview=is_preview),
        "article": story,
        "authors": bylines,
        "corrections": list(story.corrections.all()),
        "related": onward.beside,
        "read_next": onward.read_next,
        "is_preview": is_preview,
        "structured_data": news_article(story, paper),
    }


def _date_or_404(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Http404 from error
