"""Plain search: each story is asked in the words of its own language, newest first."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from articles.models import Article, ArticleQuerySet
from articles.models.search_vector import configuration_for

LONGEST_QUERY = 200
# Beyond this the count says nothing to a reader and costs a walk through the archive.
LARGEST_COUNT = 1000


def clean_query(query: str) -> str:
    """One line without what PostgreSQL refuses, cut to what anybody types."""
    return " ".join(query.replace("\x00", " ").split())[:LONGEST_QUERY].strip()


def find(query: str, at: datetime) -> ArticleQuerySet:
    """Stories that match as people write in search boxes: words, “a phrase”, -not, or."""
    if not query:
        return Article.objects.none()
    return Article.objects.published(at).filter(matching(query))


def matching(query: str) -> Q:
    """The same as a condition, for whoever may search among drafts too."""
    in_its_language = Q()
    for language, _name in settings.LANGUAGES:
        words = SearchQuery(query, config=configuration_for(language), search_type="websearch")
        in_its_language |= Q(language=language, words=words)
    return in_its_language


def count(found: ArticleQuerySet) -> int:
    """How many, but never more than one above `LARGEST_COUNT`."""
    return found.order_by()[: LARGEST_COUNT + 1].count()
