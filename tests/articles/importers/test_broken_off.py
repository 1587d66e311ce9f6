"""An import is killed, runs out of time, or is larger than the machine: it goes on, in little memory."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from articles.models import Article, Author, ImportedItem, Page, Redirect, Section, Topic
from tests.articles.importers import exports

STORIES = 60
COMMAND = [sys.executable, "manage.py", "import_wordpress"]
# The command, then how much memory it took at most, in kilobytes.
MEASURED = """
import resource, sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "import_wordpress", *sys.argv[1:]])
print("KB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment() -> dict[str, str]:
    """That of a process of its own, with the database of this test."""
    found: dict[str, Any] = connection.settings_dict
    url = f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}


def a_year_of_stories(folder: Path) -> Path:
    labels = (
        exports.label("category", "world", "World"),
        exports.label("post_tag", "peace", "Peace"),
    )
    return exports.write(
        folder,
        *(
            exports.item(
                f'Text {n}. <a href="/?p={STORIES - n}">another</a>',
                number=n, slug="same", link=f"{exports.OLD_SITE}/2014/05/same/{n}/",
                creator=f"author-{n % 5}", labels=labels,
            )
            for n in range(1, STORIES)
        ),
        *(exports.item(number=STORIES + n, kind="page", slug="same") for n in range(3)),
    )  # fmt: skip


def everything() -> list[list[Any]]:
    """All that an import leaves, but for the order in which rows were made."""
    return [
        sorted(
            Article.objects.values_list("headline", "slug", "body", "published_at", "section__slug", "bylines__author__slug", "topics__slug")
        ),
        sorted(Page.objects.values_list("title", "slug", "body")),
        sorted(Author.objects.values_list("name", "slug")),
        sorted(Section.objects.values_list("name", "slug")),
        sorted(Topic.objects.values_list("name", "slug")),
        sorted(Redirect.objects.values_list("old_address", "article__slug", "page__slug"), key=str),
        sorted(ImportedItem.objects.values_list("kind", "key", "digest")),
    ]  # fmt: skip


def empty() -> None:
    for model in (ImportedItem, Redirect, Article, Page, Author, Section, Topic):
        model._default_manager.all().delete()


def test_a_killed_import_goes_on_to_the_same_end(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    path = a_year_of_stories(tmp_path)
    for reached in (1, STORIES // 2):
        process = subprocess.Popen(
            [*COMMAND, str(path)], env=environment, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while Article.objects.count() < reached and process.poll() is None:
            assert time.monotonic() < deadline
        process.kill()
        assert process.wait() == -9
        assert Article.objects.count() < STORIES - 1
    call_command("import_wordpress", path, stdout=io.StringIO())
    went_on = everything()
    assert len(set(Article.objects.values_list("slug", "published_on"))) == STORIES - 1
    empty()
    call_command("import_wordpress", path, stdout=io.StringIO())
    assert everything() == went_on


def test_two_imports_at_once_do_not_meet(tmp_path: Path, environment: dict[str, str]) -> None:
    path = exports.write(tmp_path, exports.item())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('articles.importers'))")
        done = subprocess.run(
            [*COMMAND, str(path)], env=environment, capture_output=True, text=True
        )
        cursor.execute("SELECT pg_advisory_unlock(hashtext('articles.importers'))")
    assert done.returncode == 1
    assert "Another import is running" in done.stderr
    assert not Article.objects.exists()


def test_a_broken_file_ends_with_a_one(tmp_path: Path, environment: dict[str, str]) -> None:
    path = exports.write(tmp_path, exports.item())
    whole = subprocess.run([*COMMAND, str(path)], env=environment, capture_output=True, text=True)
    assert (whole.returncode, whole.stderr) == (0, "")
    path.write_text(path.read_text()[:-30])
    broken = subprocess.run([*COMMAND, str(path)], env=environment, capture_output=True, text=True)
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr


@pytest.mark.soak
def test_a_large_file_takes_no_more_memory_than_a_small_one(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Menus and comments make it large: what is brought costs time, not memory."""
    comment = (
        "<wp:comment><wp:comment_approved>1</wp:comment_approved>"
        f"<wp:comment_content>{'word ' * 2000}</wp:comment_content></wp:comment>"
    )
    filler = exports.item(kind="nav_menu_item", more=comment * 10)
    with (tmp_path / "large.xml").open("w") as file:
        before, _, after = exports.export(exports.item(number=1), "HERE").partition("HERE")
        file.write(before)
        for number in range(520):
            file.write(filler.replace("<wp:post_id>", f"<wp:post_id>9{number}", 1))
        file.write(after)
    assert (tmp_path / "large.xml").stat().st_size > 50_000_000
    small = exports.write(tmp_path, exports.item(number=1), filler)
    used = []
    for path in (small, tmp_path / "large.xml"):
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(path)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        used.append(int(done.stdout.rpartition("KB")[2]))
    assert used[1] < used[0] + 30_000
