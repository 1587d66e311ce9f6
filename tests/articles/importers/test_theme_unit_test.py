"""WordPress's own test data, made to break themes and importers, comes in whole.

It belongs to others and is no part of this repository: where it does not lie, there is no test.
"""

from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from lxml import etree

from articles import html_body
from articles.models import Article, Page, Redirect, Status
from tests.articles.importers.conftest import Import

FILE = Path(__file__).parents[4] / "shared" / "data" / "wordpress-theme-unit-test.xml"
WP = "{https://wordpress.org/export/1.2/}"

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason=f"{FILE.name} is not beside the repository"
)


def counted_otherwise() -> tuple[Counter[str], int, int]:
    """Items by type, comments and custom fields, as another reader counts them."""
    tree = etree.parse(str(FILE), etree.XMLParser(resolve_entities=False, no_network=True))
    items = Counter(item.findtext(f"{WP}post_type") for item in tree.iter("item"))
    return items, len(list(tree.iter(f"{WP}comment"))), len(list(tree.iter(f"{WP}postmeta")))


def test_everything_in_it_is_done_or_left(bring: Import, client: Client) -> None:
    told = bring(FILE)
    assert told.error is None
    items, comments, meta = counted_otherwise()
    assert told.things("posts") == {"brought": items["post"]} == {"brought": 58}
    assert told.things("pages") == {"brought": items["page"]} == {"brought": 21}
    assert told.things("attachments") == {"left": items["attachment"]} == {"left": 37}
    assert told.things("nav_menu_item") == {"left": items["nav_menu_item"]} == {"left": 70}
    assert told.things("authors") == {"brought": 2}
    assert told.things("comments").total() == comments
    assert told.things("custom fields").total() == meta
    assert sum(items.values()) == 58 + 21 + 37 + 70
    assert told.things("categories").total() == 68
    statuses = Counter(Article.objects.values_list("status", flat=True))
    assert statuses == {Status.PUBLISHED: 56, Status.DRAFT: 2}

    for story in Article.objects.all():
        assert html_body.clean(story.body) == story.body
        assert "<img" not in story.body
        assert "wp:" not in story.body.replace("&lt;!-- wp:", "")
        assert "[caption" not in story.body
        assert "[gallery" not in story.body
        if story.headline != "Scheduled" and story.status == Status.PUBLISHED:
            assert client.get(story.get_absolute_url()).status_code == 200
    for page in Page.objects.filter(is_published=True):
        assert client.get(page.get_absolute_url()).status_code == 200
    assert (
        client.get("/2018/10/20/keyboard-navigation/")["Location"]
        == "/2018/10/21/keyboard-navigation/"
    )
    assert client.get("/level-1/level-2/level-3/")["Location"] == "/level-3/"
    assert Redirect.objects.count() > 300

    again = bring(FILE)
    assert again.things("posts") == {"unchanged": 58}
    assert again.things("pages") == {"unchanged": 21}
