"""So many requests that no two are alike: one render each at most, and memory that stays bounded."""

import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from newsroom.dev.house import until
from newsroom.pagecache.purging import CHANNEL
from tests.newsroom.pagecache.conftest import WrittenPaper
from tests.newsroom.pagecache.served import Line, Said, Served, fresh, request, served
from tests.newsroom.pagecache.stub import LIST, SEARCH, STORY, Page, Paper, ask, page_cache

MB = 1_000_000


def test_ten_thousand_readers_from_a_network_read_one_page() -> None:
    """Each of them brings an address of its own."""
    paper = Paper()
    cache = page_cache(paper)
    for number in range(10_000):
        ask(cache, STORY, f"fbclid={number:x}&utm_source=net")
    assert paper.renders == {STORY: 1}


def test_a_hundred_thousand_wrong_addresses_push_no_page_out() -> None:
    paper = Paper()
    paper.otherwise = Page(b"<p>There is nothing here.</p>" * 200, status="404 Not Found")
    paper.pages |= {f"/2024/03/05/{number}/": Page(b"A story" * 900) for number in range(50)}
    cache = page_cache(paper, memory=8 * MB)
    for path in paper.pages:
        ask(cache, path)
    for number in range(2_000):
        ask(cache, f"/wrong/{number}")
    tracemalloc.start()
    try:
        for number in range(3_000):
            ask(cache, f"/wrong/again/{number}", f"x={number}")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # What came took the place of what had been there; Counter and environs are the stub's own.
    assert cache.store.size <= 8 * MB
    assert held < 16 * MB
    before = paper.renders.copy()
    for path in paper.pages:
        assert ask(cache, path).status == 200
    assert paper.renders == before


def test_many_searches_and_deep_lists_push_no_page_out() -> None:
    paper = Paper()
    cache = page_cache(paper, memory=8 * MB)
    paper.otherwise = Page(b"<li>A story</li>" * 600)
    for path in (STORY, LIST, SEARCH):
        ask(cache, path)
    for number in range(500):
        ask(cache, SEARCH, f"q=word{number}")
        ask(cache, LIST, f"before={number}")
        ask(cache, SEARCH, f"q={'x' * 1_500}{number}")
        ask(cache, SEARCH, f"q={'x' * 10_000}{number}")
        ask(cache, f"/{'x' * 4_000}{number}/")
    assert cache.store.size <= 8 * MB
    for path in (STORY, LIST, SEARCH):
        ask(cache, path)
        assert paper.renders[path] == 1


@pytest.mark.django_db
def test_a_flood_of_wrong_addresses_over_http(site: Served, written: WrittenPaper) -> None:
    _flood(site, written, wrong=60, searches=15, readers=500)


@pytest.mark.soak
@pytest.mark.django_db
def test_a_flood_of_a_hundred_thousand_wrong_addresses(site: Served, written: WrittenPaper) -> None:
    _flood(site, written, wrong=100_000, searches=500, readers=10_000)


def _flood(site: Served, written: WrittenPaper, *, wrong: int, searches: int, readers: int) -> None:
    stories = [written.story() for _ in range(5)]
    for path in stories:
        assert site.read(path) == fresh(path)
    before = site.memory()["resident"]
    with site.line() as line:
        for number in range(readers):
            line.send(request(f"{stories[0]}?fbclid={number}"))
            answer = line.hear()
            assert answer is not None and answer.status == 200
    for number in range(wrong):
        assert site.read(f"/wrong/{number}/{'x' * (number % 3_000)}").status == 404
    for number in range(searches):
        assert site.read(f"/search/?q=river{number}").status == 200
        assert site.read(f"/topics/rivers/?before=x{number}").status == 404
    assert site.read("/search/?q=" + "x" * 3_900).status == 200
    # More than gunicorn reads.
    assert site.read("/" + "x" * 9_000).status == 414
    with site.line() as line:
        line.send(b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        refused = line.hear()
        assert refused is None or refused.status == 414
    held = site.memory()
    assert held["bytes"] < 64 * 1024**2
    assert held["resident"] - before < 120 * 1024**2
    for path in stories:
        assert site.read(path) == fresh(path)
    rendered = site.renders()
    assert {path: sum(n for (_, a), n in rendered.items() if a == f"{path}?") for path in stories} == dict.fromkeys(stories, 1)  # fmt: skip


CONNECTIONS = 500


@pytest.fixture(scope="module")
def two_processes(
    written: WrittenPaper, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("two")
    with served(folder, workers=2) as running:
        yield running


@pytest.mark.django_db
def test_a_crowd_at_an_expired_page_costs_each_process_one_render(
    two_processes: Served, written: WrittenPaper
) -> None:
    site, path = two_processes, written.story()
    expected = fresh(path)

    def renders() -> dict[int, int]:
        address = f"{path}?"
        return {pid: number for (pid, found), number in site.renders().items() if found == address}

    def are_warm() -> bool:
        if site.read(path) != expected:
            return False
        return len(renders()) == 2 and site.memory()["hears"]

    assert until(are_warm, seconds=30), site.log()
    lines = [site.line() for _ in range(CONNECTIONS)]
    for line in lines:
        line.send(request(path))
        assert line.hear() == expected
    before, purges = renders(), _purges(site)
    _purge("*")
    assert until(lambda: all(_purges(site)[pid] > purges[pid] for pid in purges), seconds=30)
    begin = threading.Barrier(20)

    def read(some: list[Line]) -> list[Said | None]:
        begin.wait(20)
        for line in some:
            line.send(request(path))
        return [line.hear() for line in some]

    with ThreadPoolExecutor(20) as readers:
        crowds = list(readers.map(read, [lines[number::20] for number in range(20)]))
    answers = [answer for crowd in crowds for answer in crowd]
    for line in lines:
        line.__exit__()
    assert len(answers) == CONNECTIONS
    assert all(answer == expected for answer in answers)
    assert {pid: number - before[pid] for pid, number in renders().items()} == dict.fromkeys(
        before, 1
    )


def _purges(site: Served) -> dict[int, int]:
    """How many each process has heard. The kernel chooses who answers."""
    found: dict[int, int] = {}
    while len(found) < 2:
        held = site.memory()
        found[held["pid"]] = held["purges"]
    return found


def _purge(key: str) -> None:
    """Now, whatever transaction the test is in."""
    known = connection.get_connection_params()
    where = {name: known[name] for name in ("dbname", "user", "password", "host", "port") if known.get(name)}  # fmt: skip
    with psycopg.connect(**where, autocommit=True) as session:
        session.execute("SELECT pg_notify(%s, %s)", [CHANNEL, key])
