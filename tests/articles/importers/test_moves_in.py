"""A newspaper moves in from WordPress: authors, sections, stories, pages, old addresses."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from articles.models import Article, Author, ImportedItem, Page, Redirect, Section, Status, Topic
from newsroom.models import Paper
from tests.articles.factories import ArticleFactory, PageFactory, SectionFactory
from tests.articles.importers import exports
from tests.articles.importers.conftest import Import

WORLD = exports.label("category", "world", "World")


def test_a_story_arrives_whole(bring: Import, tmp_path: Path, client: Client) -> None:
    path = exports.write(
        tmp_path,
        exports.item(
            "First paragraph\nwith a break.\n\nSecond.",
            number=7,
            title="Talks <em>held</em> &amp; done",
            slug="talks-held",
            excerpt="What they <b>agreed</b> on.",
            labels=(WORLD, exports.label("post_tag", "peace", "Peace &amp; war")),
        ),
    )
    assert bring(path).error is None
    story = Article.objects.get()
    assert story.headline == "Talks held & done"
    assert story.standfirst == "What they agreed on."
    assert story.body == "<p>First paragraph<br>with a break.</p>\n<p>Second.</p>"
    assert story.get_absolute_url() == "/2014/05/01/talks-held/"
    assert story.published_at == datetime(2014, 5, 1, 12, tzinfo=UTC)
    assert (story.section.name, story.section.slug) == ("World", "world")
    assert [topic.name for topic in story.topics.all()] == ["Peace & war"]
    assert [str(byline) for byline in story.bylines.all()] == ["Anna Petrova"]
    assert story.updated_at is None
    page = client.get(story.get_absolute_url())
    assert page.status_code == 200
    assert "anna@example.org" not in page.content.decode()


@pytest.mark.parametrize("old", ["/2014/05/talks/", "/2014/05/talks", "/?p=7", "/2014/05/older/"])
def test_an_old_address_leads_to_the_story(
    bring: Import, tmp_path: Path, client: Client, old: str
) -> None:
    bring(
        exports.write(
            tmp_path, exports.item(number=7, slug="talks", meta={"_wp_old_slug": "older"})
        )
    )
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (301, "/2014/05/01/talks/")


def test_a_second_run_writes_nothing(bring: Import, tmp_path: Path) -> None:
    path = exports.write(
        tmp_path,
        exports.item(number=1, labels=(WORLD,)),
        exports.item(number=2, kind="page", slug="about"),
        exports.item(
            number=3, labels=(exports.label("category", "uncategorized", "Uncategorized"),)
        ),
    )
    bring(path)
    before = list(Article.objects.values_list("changed_at", "version"))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        again = bring(path)
    writes = [
        each["sql"] for each in seen.captured_queries
        if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]  # fmt: skip
    assert writes == []
    assert again.things("posts") == {"unchanged": 2}
    assert again.things("pages") == {"unchanged": 1}
    assert again.things("authors") == {"unchanged": 1}
    assert list(Article.objects.values_list("changed_at", "version")) == before


def test_only_what_changed_there_is_brought_again(bring: Import, tmp_path: Path) -> None:
    bring(
        exports.write(tmp_path, exports.item("Old.", number=1, title="One"), exports.item(number=2))
    )
    one, two = Article.objects.order_by("pk")
    new = exports.write(
        tmp_path,
        exports.item("New.", number=1, title="One, corrected", slug="other-address"),
        exports.item(number=2, slug=two.slug),
    )
    again = bring(new)
    assert again.things("posts") == {"updated": 1, "unchanged": 1}
    one.refresh_from_db()
    assert (one.headline, one.body) == ("One, corrected", "<p>New.</p>")
    # The address is frozen; the new one of the old site leads there.
    assert one.slug == "story-1"
    assert Redirect.objects.get(old_address="/2014/05/other-address/").article == one


def test_an_editor_s_change_here_is_never_overwritten(bring: Import, tmp_path: Path) -> None:
    bring(
        exports.write(
            tmp_path, exports.item("Old.", number=1), exports.item("P", number=2, kind="page")
        )
    )
    story, page = Article.objects.get(), Page.objects.get()
    story.headline = page.title = "Edited here"
    story.save()
    page.save()
    again = bring(
        exports.write(
            tmp_path, exports.item("New.", number=1), exports.item("Q", number=2, kind="page")
        )
    )
    assert again.things("posts") == again.things("pages") == {"left": 1}
    assert any("edited here" in reason for reason in again.reasons("posts"))
    story.refresh_from_db()
    assert (story.headline, story.body) == ("Edited here", "<p>Old.</p>")


def test_what_was_deleted_here_does_not_come_back(bring: Import, tmp_path: Path) -> None:
    path = exports.write(tmp_path, exports.item(number=1))
    bring(path)
    Article.objects.all().delete()
    assert bring(path).things("posts") == {"left": 1}
    assert not Article.objects.exists()


def test_two_stories_with_one_title_in_one_minute_both_arrive(
    bring: Import, tmp_path: Path
) -> None:
    path = exports.write(
        tmp_path,
        *(
            exports.item(number=n, title="Same", slug="same", link=f"{exports.OLD_SITE}/?p={n}")
            for n in (5, 6)
        ),
    )
    bring(path)
    assert list(Article.objects.order_by("pk").values_list("slug", flat=True)) == ["same", "same-2"]


def test_a_taken_address_of_that_day_is_made_unique(bring: Import, tmp_path: Path) -> None:
    ArticleFactory(slug="talks", published=True, published_at=datetime(2014, 5, 1, tzinfo=UTC))
    bring(exports.write(tmp_path, exports.item(number=1, slug="talks")))
    assert Article.objects.filter(slug="talks-2", published_on=date(2014, 5, 1)).exists()


@pytest.mark.parametrize(
    ("status", "password", "becomes", "reason"),
    [
        ("publish", "", Status.PUBLISHED, ""),
        ("draft", "", Status.DRAFT, ""),
        ("auto-draft", "", Status.DRAFT, ""),
        ("pending", "", Status.REVIEW, ""),
        ("private", "", Status.DRAFT, "private"),
        ("publish", "letmein", Status.DRAFT, "password"),
        ("future", "", Status.REVIEW, "has passed"),
        ("pitch", "", Status.DRAFT, "pitch"),
    ],
)
def test_a_status_finds_its_own(
    bring: Import, tmp_path: Path, status: str, password: str, becomes: str, reason: str
) -> None:
    told = bring(exports.write(tmp_path, exports.item(status=status, password=password)))
    assert Article.objects.get().status == becomes
    assert any(reason in each for each in told.reasons("posts")) or not reason
    assert "letmein" not in told.text + str(told.rows)


def test_a_story_of_the_trash_is_counted_and_left(bring: Import, tmp_path: Path) -> None:
    told = bring(exports.write(tmp_path, exports.item(status="trash"), exports.item()))
    assert told.things("posts") == {"brought": 1, "left": 1}
    assert Article.objects.count() == 1


def test_a_planned_story_waits_for_its_second(
    bring: Import, tmp_path: Path, client: Client
) -> None:
    due = (now() + timedelta(days=30)).replace(microsecond=0)
    stamp = f"{due:%Y-%m-%d %H:%M:%S}"
    bring(exports.write(tmp_path, exports.item(status="future", date=stamp, date_gmt=stamp)))
    story = Article.objects.get()
    assert (story.status, story.published_at) == (Status.PUBLISHED, due)
    assert client.get(story.get_absolute_url()).status_code == 404


ZERO = "0000-00-00 00:00:00"


@pytest.mark.parametrize(
    ("date_", "gmt", "published", "options", "expected"),
    [
        # Two others of that summer were two hours ahead.
        ("2015-06-01 10:00:00", ZERO, "", {}, datetime(2015, 6, 1, 8, tzinfo=UTC)),
        (
            "2015-12-01 10:00:00",
            ZERO,
            "",
            {"timezone": "Europe/Paris"},
            datetime(2015, 12, 1, 9, tzinfo=UTC),
        ),
        (ZERO, ZERO, "Mon, 01 Jun 2015 10:00:00 +0200", {}, datetime(2015, 6, 1, 8, tzinfo=UTC)),
        (ZERO, ZERO, "Mon, 30 Nov -0001 00:00:00 +0000", {}, None),
        ("2015-06-01T10:00:00+03:00", "", "", {}, datetime(2015, 6, 1, 7, tzinfo=UTC)),
        ("yesterday", "soon", "never", {}, None),
    ],
)
def test_zero_dates_are_survived(
    bring: Import, tmp_path: Path, date_: str, gmt: str, published: str,
    options: dict[str, str], expected: datetime | None,
) -> None:  # fmt: skip
    witnesses = [
        exports.item(number=n, date="2014-06-01 14:00:00", date_gmt="2014-06-01 12:00:00")
        for n in (1, 2)
    ]
    told = bring(
        exports.write(
            tmp_path,
            *witnesses,
            exports.item(number=9, title="It", date=date_, date_gmt=gmt, published=published),
        ),
        **options,
    )
    story = Article.objects.get(headline="It")
    assert story.published_at == expected
    if expected is None:
        assert story.status == Status.DRAFT
        assert any("no date" in reason for reason in told.reasons("posts"))


def test_the_date_in_the_address_is_of_the_paper_s_own_zone(bring: Import, tmp_path: Path) -> None:
    Paper.objects.create(time_zone="Asia/Tokyo")
    bring(exports.write(tmp_path, exports.item(number=3, date_gmt="2014-05-01 20:00:00")))
    assert Article.objects.get().published_on == date(2014, 5, 2)


def test_a_change_within_the_day_is_no_update_for_readers(bring: Import, tmp_path: Path) -> None:
    bring(
        exports.write(
            tmp_path,
            exports.item(title="Typo", modified_gmt="2014-05-01 15:00:00"),
            exports.item(title="News", modified_gmt="2014-05-04 15:00:00"),
        )
    )
    assert Article.objects.get(headline="Typo").updated_at is None
    assert Article.objects.get(headline="News").updated_at == datetime(2014, 5, 4, 15, tzinfo=UTC)


def test_an_author_missing_from_the_head_still_arrives(bring: Import, tmp_path: Path) -> None:
    bring(exports.write(tmp_path, exports.item(creator="boris")))
    assert [str(each) for each in Article.objects.get().authors.all()] == ["boris"]
    assert Redirect.objects.get(old_address="/author/boris/").author == Author.objects.get(
        name="boris"
    )


def test_several_authors_in_their_order(bring: Import, tmp_path: Path) -> None:
    labels = (
        exports.label("author", "cap-guest", "Guest"),
        exports.label("author", "cap-anna", "Anna"),
    )
    guest = exports.item(
        "", kind="guest-author", title="Guest", slug="cap-guest",
        meta={"cap-display_name": "Greta Guest", "cap-description": "Writes from afar."},
    )  # fmt: skip
    bring(exports.write(tmp_path, exports.item(labels=labels), guest))
    assert [str(each) for each in Article.objects.get().bylines.all()] == [
        "Greta Guest",
        "Anna Petrova",
    ]
    assert Author.objects.get(name="Greta Guest").bio == "Writes from afar."


def test_an_author_of_the_paper_is_not_merged_by_name(bring: Import, tmp_path: Path) -> None:
    Author.objects.create(name="Anna Petrova", slug="anna-petrova")
    bring(exports.write(tmp_path, exports.item()))
    assert Author.objects.filter(name="Anna Petrova").count() == 2


def test_the_deepest_category_decides_and_the_others_are_topics(
    bring: Import, tmp_path: Path
) -> None:
    head = (
        exports.HEAD
        + exports.category("asia", "Asia", parent="world")
        + exports.category("arts", "Arts")
    )
    labels = tuple(exports.label("category", slug, slug.title()) for slug in ("arts", "asia"))
    told = bring(exports.write(tmp_path, exports.item(labels=labels), head=head))
    story = Article.objects.get()
    assert story.section.slug == "world"
    assert {topic.slug for topic in story.topics.all()} == {"arts", "asia"}
    assert any("several sections" in reason for reason in told.reasons("posts"))
    assert Redirect.objects.get(old_address="/category/world/asia/").topic == Topic.objects.get(
        slug="asia"
    )


def test_a_chosen_primary_category_decides(bring: Import, tmp_path: Path) -> None:
    head = exports.HEAD + exports.category("arts", "Arts", number=77)
    labels = tuple(exports.label("category", slug, slug.title()) for slug in ("world", "arts"))
    bring(
        exports.write(
            tmp_path,
            exports.item(labels=labels, meta={"_yoast_wpseo_primary_category": "77"}),
            head=head,
        )
    )
    assert Article.objects.get().section.slug == "arts"


def test_what_nobody_filed_is_news(bring: Import, tmp_path: Path) -> None:
    bring(
        exports.write(
            tmp_path,
            exports.item(labels=(exports.label("category", "uncategorized", "Uncategorized"),)),
        )
    )
    assert Article.objects.get().section.slug == "news"


@pytest.mark.parametrize(
    ("slug", "here"),
    [("support", "support-section"), ("en", "en-section"), ("2014", "2014-section"),
     ("%d0%bc%d0%b8%d1%80", "mir"), ("%e4%b8%96", "section-55")],
)  # fmt: skip
def test_a_section_s_address_is_one_that_the_site_can_have(
    bring: Import, tmp_path: Path, slug: str, here: str
) -> None:
    head = exports.author("anna", "Anna") + exports.category(slug, "世", number=55)
    told = bring(
        exports.write(
            tmp_path, exports.item(labels=(exports.label("category", slug, "世"),)), head=head
        )
    )
    assert Article.objects.get().section.slug == here
    assert bool(told.reasons("categories")) == here.endswith("-section")


def test_a_section_that_is_here_is_used(bring: Import, tmp_path: Path) -> None:
    here = SectionFactory(slug="world", name="The World")
    bring(exports.write(tmp_path, exports.item(labels=(WORLD,))))
    assert Article.objects.get().section == here
    assert Section.objects.count() == 1


def test_pages_lose_their_parents_but_not_their_addresses(
    bring: Import, tmp_path: Path, client: Client
) -> None:
    PageFactory(slug="about")
    base = exports.OLD_SITE
    bring(
        exports.write(
            tmp_path,
            exports.item(
                number=1,
                kind="page",
                slug="team",
                link=f"{base}/about/team/",
                parent=2,
                title="Team",
            ),
            exports.item(number=2, kind="page", slug="about", link=f"{base}/about/", title="About"),
            exports.item(
                number=3, kind="page", slug="support", link=f"{base}/support/", title="Support"
            ),
            exports.item(
                number=4,
                kind="page",
                slug="%d0%be-%d0%bd%d0%b0%d1%81",
                link=f"{base}/%d0%be-%d0%bd%d0%b0%d1%81/",
            ),
        )
    )
    slugs = dict(
        Page.objects.exclude(pk=Page.objects.get(slug="about").pk).values_list("title", "slug")
    )
    assert slugs == {
        "Team": "team",
        "About": "about-2",
        "Support": "support-page",
        "A story": "o-nas",
    }
    assert client.get("/about/team/")["Location"] == "/team/"
    assert client.get("/?page_id=1")["Location"] == "/team/"
    assert client.get("/о-нас/")["Location"] == "/o-nas/"


def test_an_overlong_address_is_cut_between_words(bring: Import, tmp_path: Path) -> None:
    slug = "-".join(["слово"] * 40)
    bring(exports.write(tmp_path, exports.item(number=1, slug=slug, title="x" * 400)))
    story = Article.objects.get()
    assert story.slug == "-".join(["слово"] * 20)
    assert len(story.headline) == 250
    assert Redirect.objects.get(old_address=f"/2014/05/{slug}/").article == story


def test_links_between_stories_lead_to_their_new_addresses(bring: Import, tmp_path: Path) -> None:
    body = (
        '<a href="http://www.old.example.org/2014/05/later/#part">absolute</a> '
        '<a href="/2014/05/later">relative</a> <a href="//old.example.org/?p=2">by number</a> '
        '<a href="../draft/">draft</a> <a href="https://old.example.org/gone/">gone</a> '
        '<a href="/category/world/">section</a> <a href="https://elsewhere.org/2014/05/later/">other</a>'
    )
    told = bring(
        exports.write(
            tmp_path,
            exports.item(body, number=1, slug="sooner", labels=(WORLD,)),
            exports.item(number=2, slug="later"),
            exports.item(number=3, slug="draft", status="draft"),
        )
    )
    text = Article.objects.get(slug="sooner").body
    assert '<a href="/2014/05/01/later/#part">absolute</a>' in text
    assert '<a href="/2014/05/01/later/">relative</a>' in text
    assert '<a href="/2014/05/01/later/">by number</a>' in text
    assert '<a href="/world/">section</a>' in text
    assert '<a href="https://elsewhere.org/2014/05/later/">other</a>' in text
    left = [row["name"] for row in told.rows if (row["what"], row["outcome"]) == ("link", "left")]
    assert left == ["../draft/", "https://old.example.org/gone/"]


def test_a_dry_run_writes_nothing_and_tells_the_same(bring: Import, tmp_path: Path) -> None:
    path = exports.write(
        tmp_path,
        exports.item(labels=(WORLD,)),
        exports.item(kind="page"),
        exports.item(kind="recipe"),
    )
    dry = bring(path, dry_run=True)
    for model in (Article, Author, ImportedItem, Page, Redirect, Section, Topic):
        assert not model._default_manager.exists()
    assert "Nothing was written" in dry.text
    assert dry.rows == bring(path).rows


def test_everything_in_the_file_is_in_the_report(bring: Import, tmp_path: Path) -> None:
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_approved>{}</wp:comment_approved></wp:comment>"
    term = "<wp:term><wp:term_taxonomy>mood</wp:term_taxonomy><wp:term_slug>sad</wp:term_slug></wp:term>"
    told = bring(
        exports.write(
            tmp_path,
            exports.item(
                more=comment.format(1) + comment.format("spam"),
                meta={"_edit_last": "1"},
                sticky=True,
            ),
            exports.item(kind="nav_menu_item"),
            exports.item(kind="recipe"),
            head=exports.HEAD + exports.tag("idle", "Idle") + term,
        )
    )
    assert told.things("posts") == {"brought": 1}
    assert told.things("nav_menu_item") == told.things("recipe") == {"left": 1}
    assert told.things("comments") == {"left": 2}
    assert told.things("tags") == told.things("other terms") == {"left": 1}
    assert told.things("custom fields") == {"left": 1}
    assert any("kept on top" in reason for reason in told.reasons("posts"))


def test_two_exports_in_one_file_and_one_item_twice(bring: Import, tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(
        exports.export(exports.item("Old.", number=1), exports.item(number=2))
        + exports.export(exports.item("New.", number=1))
        + exports.export(exports.item(number=1, title="Sister"), site="https://sister.example.org")
    )
    told = bring(path)
    assert told.error is None
    assert told.things("posts") == {"brought": 3, "left": 1}
    assert Article.objects.filter(body="<p>New.</p>").count() == 1
    assert set(ImportedItem.objects.values_list("source", flat=True)) == {
        "wordpress:old.example.org", "wordpress:sister.example.org",
    }  # fmt: skip
    assert bring(path).things("posts") == {"unchanged": 3, "left": 1}


def test_a_formula_in_a_title_is_only_words_in_the_report(bring: Import, tmp_path: Path) -> None:
    told = bring(exports.write(tmp_path, exports.item(title="=HYPERLINK(1)")))
    assert next(row for row in told.rows if row["what"] == "posts")["title"] == "'=HYPERLINK(1)"


def test_the_language_of_the_old_site_is_kept(bring: Import, tmp_path: Path) -> None:
    bring(exports.write(tmp_path, exports.item(), language="ar"))
    assert Article.objects.get().language == "ar"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"timezone": "Middle/Earth"}, "time zone"),
        ({"media": Path("/nowhere/at/all")}, "no folder"),
    ],
)
def test_a_wrong_option_is_explained(
    bring: Import, tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_wordpress", str(exports.write(tmp_path, exports.item())), **options)
    assert not Article.objects.exists()
