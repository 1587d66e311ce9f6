"""In a paper of many years no page reads through it: PostgreSQL's own plan of each query says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from tests.articles.factories import SectionFactory
from tests.donations.factories import CampaignFactory

STORIES = 8_000
SECTIONS = 20
# A topic or an author has so many stories; a page has fewer.
SORTED_AT_MOST = STORIES // 200
LARGE = {
    "articles_article",
    "articles_article_topics",
    "articles_byline",
    "articles_redirect",
    "donations_ledgerentry",
    "donations_prompt",
}
ARCHIVE = """
    INSERT INTO articles_topic (name, slug, description)
    SELECT 'Topic', 'topic-' || n, '' FROM generate_series(0, 199) n;

    INSERT INTO articles_author (name, slug, role, bio)
    SELECT 'Author', 'author-' || n, '', '' FROM generate_series(0, 199) n;

    -- A story every three hours; the first are drafts.
    INSERT INTO articles_article (
        slug, section_id, language, status, published_at, published_on, headline, standfirst,
        kicker, wire_credit, dateline, body, lead_caption, is_sensitive, created_at, changed_at,
        version
    )
    SELECT 'story-' || n, {section} + n % {sections}, CASE n % 10 WHEN 0 THEN 'ru' ELSE 'en' END,
        CASE WHEN n < 100 THEN 'draft' ELSE 'published' END, published_at, published_at::date,
        'Headline', repeat('x', 500), '', '', '', '', '', false, now(), now(), 1
    FROM generate_series(0, {stories} - 1) n,
        LATERAL (SELECT timestamptz '2018-01-01 12:00Z' + n * interval '3 hours') t(published_at);

    INSERT INTO articles_article_topics (article_id, topic_id)
    SELECT article.id, topic.id FROM articles_article article
    JOIN articles_topic topic ON topic.slug = 'topic-' || article.id % 200;

    INSERT INTO articles_byline (article_id, author_id, role, position)
    SELECT article.id, author.id, '', 0 FROM articles_article article
    JOIN articles_author author ON author.slug = 'author-' || article.id % 200;

    INSERT INTO articles_redirect (old_address, article_id, made_at)
    SELECT '/?p=' || id, id, now() FROM articles_article;

    INSERT INTO donations_prompt (
        campaign_id, is_live, placement, headline, text, more, second_line, button, languages,
        sections, topics, shows_goal, priority
    )
    SELECT {campaign}, n % 500 = 0, 'banner', 'Help?', '', '', '', 'Yes', '{{}}', '{{}}', '{{}}',
        true, 0
    FROM generate_series(1, 2000) n;

    -- A payment every three hours until today; one in fifty goes back.
    INSERT INTO donations_ledgerentry (
        kind, source, payment_intent, amount_minor, currency, interval, livemode, occurred_at,
        recorded_at, placement
    )
    SELECT kind, kind || n, 'pi_' || n, CASE kind WHEN 'payment' THEN 500 ELSE -500 END, 'usd', '',
        false, now() - n * interval '3 hours', now(), ''
    FROM generate_series(1, 6000) n, unnest(ARRAY['payment', 'refund']) kind
    WHERE kind = 'payment' OR n % 50 = 0;

    ANALYZE;
"""


@pytest.fixture
def long_archive(db: None) -> None:
    world = SectionFactory(slug="world")
    SectionFactory.create_batch(SECTIONS - 10, is_in_navigation=False)
    SectionFactory.create_batch(8)
    SectionFactory(slug="opinion")
    sql = ARCHIVE.format(
        section=world.pk, sections=SECTIONS, stories=STORIES, campaign=CampaignFactory().pk
    )
    with connection.cursor() as cursor:
        # Of stories without words there is nothing to search, but it takes its time.
        cursor.execute("DROP INDEX article_words")
        cursor.execute(sql)


def plans(path: str) -> Iterator[dict[str, Any]]:
    """What PostgreSQL does for each query of a page."""
    with CaptureQueriesContext(connection) as made:
        response = Client().get(path)
    assert response.status_code in {200, 301}
    for query in made.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query["sql"])
            yield cursor.fetchone()[0][0]["Plan"]


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


def test_no_page_reads_the_archive(long_archive: None, subtests: pytest.Subtests) -> None:
    story = Article.objects.get(slug="story-5000", language="ru").get_absolute_url()
    # From here on, any list: its stories are in the middle of the archive.
    older = Client().get("/archive/2018/12/").context["older_url"].partition("?")[2]
    published, of_section = "article_published", "article_section_published"
    filed = "articles_article_topics_topic_id_64d77542"
    for path, expected in {
        "/": {published, of_section, "prompt_live", "ledger_month", "ledger_went_back"},
        story: {"one_article_per_address", "article_read_next", filed, "prompt_live"},
        "/world/": {of_section, "prompt_live"},
        f"/world/?{older}": {of_section},
        "/topics/topic-5/": {filed},
        f"/topics/topic-5/?{older}": {filed},
        "/authors/author-5/": {"byline_author"},
        "/archive/2018/12/": {published},
        f"/archive/2018/12/?{older}": {published},
        "/feed/": {published},
        "/world/feed/": {of_section},
        "/news-sitemap.xml": {published},
        "/?p=4000": {"one_redirect_per_old_address"},
    }.items():
        with subtests.test(path):
            taken = [step for plan in plans(path) for step in steps(plan)]
            used = {step["Index Name"] for step in taken if "Index Name" in step}
            assert expected <= used
            read = {step["Relation Name"] for step in taken if step["Node Type"] == "Seq Scan"}
            assert not read & LARGE
            sorts = [step for step in taken if "Sort" in step["Node Type"]]
            assert all(step["Plans"][0]["Actual Rows"] <= SORTED_AT_MOST for step in sorts), sorts
