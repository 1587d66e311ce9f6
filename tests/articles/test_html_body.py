"""Whatever is written or pasted: a text stays a text, and cleaning it never takes long."""

import time

import pytest

from articles import html_body
from articles.models import Article
from tests.articles.factories import ArticleFactory

SCRIPT = "<p>Before.</p><script>alert(1)</script><p onclick='x()'>After.</p>"
CLEAN = "<p>Before.</p><p>After.</p>"


@pytest.mark.parametrize(
    "nested",
    [
        "<ul>",
        "<blockquote>",
        "<ul><li>",
        "<ul></nothing>",
        "<ul><!-- </ul> -->",
        "<ul title='</ul>'>",
        "<em><p>",
    ],
)
def test_what_is_nested_without_end_keeps_its_words_and_is_cleaned_at_once(nested: str) -> None:
    begun = time.monotonic()
    clean = html_body.clean(nested * (400_000 // len(nested)) + "The last words.")
    # By the square of its depth it would take a minute.
    assert time.monotonic() - begun < 5
    assert "The last words." in clean


def test_an_honest_text_is_left_as_it_is() -> None:
    lists = "<ul><li>One<ul><li>Two</li></ul></li></ul>" * 500
    assert html_body.clean(lists) == lists
    unclosed = html_body.clean("<p>A line.<br>Another.<li>Item" * 500)
    assert unclosed.count("Item") == 500
    assert unclosed.count("<li>") == 500


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["save", "update", "bulk_create", "bulk_update"])
def test_a_script_is_kept_out_on_every_way_in(way: str) -> None:
    story = ArticleFactory(body=SCRIPT if way == "save" else "")
    if way == "update":
        Article.objects.update(body=SCRIPT)
    elif way == "bulk_create":
        fields = {"headline": "Another", "slug": "another", "section": story.section}
        Article.objects.bulk_create([Article(body=SCRIPT, **fields)])
        story.delete()
    elif way == "bulk_update":
        story.body = SCRIPT
        Article.objects.bulk_update([story], ["body"])
    assert Article.objects.get().body == CLEAN
