"""A story that others have read opens while PostgreSQL hangs, without a script too."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.articles.factories import ArticleFactory
from tests.browser.conftest import NewReader
from tests.own_postgres import own_postgres
from tests.web_server import web_server


@pytest.mark.django_db(transaction=True)
def test_the_story_is_painted_with_its_reader_stylesheet(
    tmp_path: Path, new_reader: NewReader
) -> None:
    story = ArticleFactory(published=True, headline="The bridge is open")
    with own_postgres() as database, web_server(tmp_path, DATABASE_URL=database.url) as server:
        address = story.get_absolute_url()
        server.fill([address])
        page = new_reader(java_script_enabled=False)
        failed: list[str] = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        with database.frozen(), page.expect_response("**/support/reader.css") as styled:
            page.goto(server.url + address, timeout=5_000)
            expect(page.get_by_role("heading", name="The bridge is open")).to_be_visible()
            assert styled.value.status == 200
        assert failed == []
