"""An editor publishes; then one web server stops, then PostgreSQL, then the other one."""

import http.client
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from newsroom.dev.house import until
from tests.deploy.nginx import NAME, Answer
from tests.deploy.paper import Desk, Paper, WebServer
from tests.desks import PASSWORD

# It brings the tables, which are copied.
pytestmark = pytest.mark.django_db

HEADLINE = "The river rose overnight"
LISTS = ("/", "/world/", "/topics/floods/", "/feed/", "/sitemap.xml")
ROUNDS = 3


@pytest.fixture
def paper(folder: Path, django_db_setup: None) -> Iterator[Paper]:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    found = Paper(folder, f"{server}/{settings.DATABASES['default']['NAME']}")
    yield found
    found.stop()


def test_readers_are_served_whatever_stops(paper: Paper) -> None:
    site = paper.nginx
    assert [site.ask(each).status for each in LISTS] == [200] * len(LISTS)
    assert HEADLINE not in site.ask("/").text

    story = publish(paper)
    news = ("/", "/world/", "/topics/floods/", "/feed/", story)

    def is_everywhere() -> bool:
        through_nginx = [site.ask(each) for each in news]
        of_both = [ask_directly(web, each) for web in paper.web for each in news]
        return all(each.status == 200 and HEADLINE in each.text for each in through_nginx + of_both)

    assert until(is_everywhere, seconds=15), paper.log()
    kept = {each: site.ask(each) for each in (*news, paper.places["kept"], "/sitemap.xml")}

    # Fresh until the end of this second, which is said to nginx alone.
    assert ask_directly(paper.web[0], "/").headers["X-Accel-Expires"].startswith("@")
    assert all("X-Accel-Expires" not in each.headers for each in kept.values())
    # The cookies of the desk, and of readers, belong to no page.
    assert all("Set-Cookie" not in each.headers for each in kept.values())

    paper.web[0].stop()
    for _ in range(ROUNDS):
        check_that_readers_see(kept, paper)
    for path in (paper.places["unread"], "/search/?q=river&a=b", "/support/", "/admin/login/"):
        check_that_it_is_read_soon(path, paper)

    paper.database.stop()
    for _ in range(ROUNDS):
        check_that_readers_see(kept, paper)
    for number in range(ROUNDS):
        check_honest_503(site.ask(f"/search/?q=flood-{number}"))
    assert site.ask("/support/reader.css").status == 200
    assert site.ask("/healthz").status == 200
    assert site.ask("/readyz").status == 503

    paper.web[1].stop()
    for _ in range(ROUNDS):
        check_that_readers_see(kept, paper)
    check_honest_503(site.ask("/search/?q=flood"))
    check_honest_503(site.ask("/healthz"))

    paper.database.start()
    paper.web[0].begin()
    assert until(lambda: site.ask("/readyz").status == 200, seconds=30), paper.log()
    check_that_readers_see(kept, paper)
    for path in ("/search/?q=flood", "/support/", "/admin/login/"):
        check_that_it_is_read_soon(path, paper)


def publish(paper: Paper) -> str:
    """By the desk's own form, through nginx; the story's address."""
    desk = Desk(paper.nginx)
    entered = desk.fill_in("/admin/login/", username=paper.places["editor"], password=PASSWORD)
    assert entered.status == 302, entered.text
    assert desk.open(paper.places["desk"]).cache == ""
    published = desk.fill_in(paper.places["desk"], _publish="1")
    assert published.status == 302, published.text
    found: list[str] = [
        each.partition('"')[0]
        for each in paper.nginx.ask("/search/?q=river").text.split('href="')
        if "/the-river/" in each.partition('"')[0]
    ]
    return found[0]


def ask_directly(web: WebServer, path: str) -> Answer:
    """As nginx does."""
    link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
    try:
        link.request("GET", path, headers={"Host": NAME, "X-Forwarded-Proto": "https"})
        answer = link.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        link.close()


def check_that_readers_see(kept: dict[str, Answer], paper: Paper) -> None:
    for path, before in kept.items():
        for asked in (path, f"{path}?fbclid=1"):
            now = paper.nginx.ask(asked)
            assert (asked, now.status) == (asked, 200), paper.log()
            assert now.headers["Content-Type"] == before.headers["Content-Type"]
            assert (HEADLINE in now.text) == (HEADLINE in before.text)


def check_that_it_is_read_soon(path: str, paper: Paper) -> None:
    """A web server on a busy machine may ask for patience; nginx has no need to."""
    said: list[Answer] = []

    def is_read() -> bool:
        said.append(paper.nginx.ask(path))
        return said[-1].status == 200

    assert until(is_read, seconds=30), paper.log()
    assert not any("One moment, please" in each.text for each in said)


def check_honest_503(answer: Answer) -> None:
    assert answer.status == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert "no-store" in answer.headers["Cache-Control"]
