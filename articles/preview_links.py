"""Links that let whoever holds them read a story before its readers, for some days."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from articles.models import Article
from newsroom.paper import absolute

GOOD_FOR = timedelta(days=3)
SALT = "articles.preview"


def preview_link(article: Article) -> str:
    """A whole address; it shows the story as it is saved when it is opened."""
    signed = signing.dumps(article.pk, salt=SALT)
    return absolute(reverse("articles:preview", args=[signed]))


def article_of(signed: str) -> int:
    """The story's key. Raises `SignatureExpired` when too old, `BadSignature` when not ours."""
    pk = signing.loads(signed, salt=SALT, max_age=GOOD_FOR)
    if not isinstance(pk, int):
        raise signing.BadSignature
    return pk
