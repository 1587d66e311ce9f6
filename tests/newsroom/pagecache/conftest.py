"""A paper that is written once for all tests of a file, and gunicorn that serves it."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoDbBlocker

from articles.models import Article
from newsroom.dev.house import until
from tests.articles.factories import ArticleFactory, AuthorFactory, SectionFactory, TopicFactory
from tests.newsroom.pagecache.served import Served, rendered, served

STORIES = 170


class WrittenPaper:
    def __init__(self) -> None:
        first = ArticleFactory(
            published=True, slug="first", body="<p>A river rose.</p>" * 30,
            section=SectionFactory(name="World", slug="world"),
            authors=[AuthorFactory(name="Ada Marsh", slug="ada-marsh")],
            topics=[TopicFactory(name="Rivers", slug="rivers")],
        )  # fmt: skip
        copied = {
            field.attname: getattr(first, field.attname)
            for field in first._meta.concrete_fields
            if not (field.primary_key or field.unique or field.generated)
        }
        stories = [Article(**copied | {"slug": f"cold-{number}"}) for number in range(STORIES)]
        Article.objects.bulk_create(stories)
        self._unread = [story.get_absolute_url() for story in stories]
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("editor", "e@example.com"))
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def story(self) -> str:
        """The address of a story that nobody has read."""
        return str(self._unread.pop())


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[WrittenPaper]:
    """Committed, so that other processes see it."""
    with django_db_blocker.unblock():
        rendered.cache_clear()
        yield WrittenPaper()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def site(written: WrittenPaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("site")) as running:
        # The first page of a process takes longest.
        assert until(lambda: running.read("/").status == 200, seconds=30), running.log()
        yield running
