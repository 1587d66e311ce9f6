"""What a reader gets from the page cache: the kept page, a new one, the old one, or an apology."""

import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import monotonic
from typing import Any

import pytest
import time_machine

from newsroom import database
from newsroom.dev.house import until
from newsroom.pagecache import application
from newsroom.pagecache.application import PageCache
from newsroom.pagecache.finished import GOOD_FOR
from newsroom.pagecache.store import SOFT_FOR
from tests.newsroom.pagecache.stub import (
    LIST,
    SEARCH,
    STORY,
    Got,
    Page,
    Paper,
    ask,
    environ,
    page_cache,
)

SECONDS = 10.0
# Whoever waits for it waits longer than any reader does.
FOR_EVER = 60.0


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def cache(paper: Paper) -> PageCache:
    return page_cache(paper)


class Gate:
    """A render that goes on when the test says so."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self._open = threading.Event()

    def __call__(self) -> None:
        self.is_reached.set()
        assert self._open.wait(FOR_EVER)

    def reached(self) -> None:
        assert self.is_reached.wait(SECONDS)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open()


@pytest.fixture
def readers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as made:
        yield made


def test_a_page_is_rendered_once_and_sent_to_everybody(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"The story" * 100)
    answers = [ask(cache, STORY) for _ in range(3)]
    assert paper.renders == {STORY: 1}
    assert {each.body for each in answers} == {b"The story" * 100}
    assert {each.headers["ETag"] for each in answers} != {None}


def test_what_a_page_does_not_read_changes_nothing(cache: PageCache, paper: Paper) -> None:
    first = ask(cache, STORY, "fbclid=0")
    for number in range(200):
        same = ask(cache, STORY, f"fbclid={number}&utm_source=x")
        assert (same.body, same.headers.items()) == (first.body, first.headers.items())
    assert paper.renders == {STORY: 1}


def test_a_list_and_its_older_pages_are_different_ones(cache: PageCache, paper: Paper) -> None:
    for query in ("", "before=x", "utm_id=1&before=x", "%62efore=x", "utm_id=1", "before="):
        ask(cache, LIST, query)
    assert paper.renders == {LIST: 1, f"{LIST}?before=x": 1}


def test_an_old_address_has_its_whole_query(cache: PageCache, paper: Paper) -> None:
    paper.otherwise = Page(status="404 Not Found")
    for query in ("p=1", "p=2", "p=1", "", ""):
        ask(cache, "/gone", query)
    assert paper.renders == {"/gone?p=1": 1, "/gone?p=2": 1, "/gone": 1}


def test_no_path_is_the_front_page(cache: PageCache, paper: Paper) -> None:
    """As in `GET http://paper.example HTTP/1.1` and `GET ?fbclid=1 HTTP/1.1`."""
    for number in range(5):
        ask(cache, "", f"fbclid={number}")
        ask(cache, "/", f"fbclid={number}")
    assert paper.renders == {"/": 1}


def test_a_head_is_the_page_without_it(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"The story")
    cold, read, warm = (ask(cache, STORY, method=each) for each in ("HEAD", "GET", "HEAD"))
    assert paper.renders == {STORY: 1}
    assert cold.body == warm.body == b""
    assert cold.headers.items() == read.headers.items() == warm.headers.items()
    assert read.headers["Content-Length"] == "9"


@pytest.mark.parametrize("encoding", ["", "br", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_the_page_gets_it_not_again(
    cache: PageCache, paper: Paper, encoding: str, method: str
) -> None:
    paper.pages[STORY] = Page(b"The story" * 100, headers={"X-Policy": "strict"})
    first = ask(cache, STORY, HTTP_ACCEPT_ENCODING=encoding)
    etag = first.headers["ETag"] or ""
    strong = etag.removeprefix("W/")
    for known in (etag, strong, f'"x", {etag}', f'"x" ,{strong},"y"', "*"):
        again = ask(
            cache, STORY, method=method, HTTP_IF_NONE_MATCH=known, HTTP_ACCEPT_ENCODING=encoding
        )
        assert (again.status, again.body) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "X-Policy"):
            assert again.headers[name] == first.headers[name]
        assert not {"content-length", "content-encoding"} & {
            name.lower() for name, _ in again.headers.items()
        }


@pytest.mark.parametrize(
    "known", ["", '"x"', "x", 'W/"x"', ", ,", '"', '"x"' * 3_000, "ÿ", '"\t"', 'w/"x"']
)
def test_who_has_another_page_gets_it(cache: PageCache, known: str) -> None:
    assert ask(cache, STORY, HTTP_IF_NONE_MATCH=known).status == 200


def test_a_page_in_one_encoding_is_not_had_in_another(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"The story" * 100)
    etag = ask(cache, STORY, HTTP_ACCEPT_ENCODING="br").headers["ETag"]
    assert ask(cache, STORY, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=etag).status == 200


def test_what_is_not_there_is_never_unchanged(cache: PageCache, paper: Paper) -> None:
    paper.otherwise = Page(status="404 Not Found")
    assert ask(cache, "/nothing/").status == 404
    assert ask(cache, "/nothing/", HTTP_IF_NONE_MATCH="*").status == 404


def test_a_server_that_adds_to_our_headers_adds_nothing_for_the_next(cache: PageCache) -> None:
    def adds(status: str, headers: list[tuple[str, str]]) -> None:
        headers.append(("Set-Cookie", "a=1"))

    cache(environ(STORY), adds)
    assert ask(cache, STORY).headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "paper.example.evil.example"},
        {"HTTP_HOST": "evil.example:paper.example"},
        {"HTTP_HOST": "user@paper.example"},
        {"HTTP_HOST": "paper.example, evil.example"},
        {"HTTP_HOST": "paper.example/evil"},
        {"HTTP_HOST": ""},
        {"SCRIPT_NAME": "/evil"},
        {"method": "POST"},
        {"method": "PUT"},
        {"method": "OPTIONS"},
        {"method": "TRACE"},
        {"method": "PROPFIND"},
        {"method": "get"},
        {"method": ""},
    ],
)
def test_odd_requests_are_passed_on_and_leave_nothing(
    cache: PageCache, paper: Paper, more: dict[str, str]
) -> None:
    for _ in range(2):
        ask(cache, STORY, **more)
    assert paper.renders[STORY] == 2
    assert "newsroom.dependencies" not in paper.environs[0]
    assert len(cache.store) == 0
    # Nor do they get what is kept.
    ask(cache, STORY)
    before = paper.renders[STORY]
    ask(cache, STORY, **more)
    assert paper.renders[STORY] == before + 1


@pytest.mark.parametrize("host", ["paper.example", "paper.example:80", "PAPER.EXAMPLE", "paper.example.", "mirror.example:8443"])  # fmt: skip
def test_every_name_of_ours_leads_to_the_same_page(paper: Paper, host: str) -> None:
    cache = page_cache(paper, hosts=["paper.example", "mirror.example"])
    ask(cache, STORY, HTTP_HOST=host)
    ask(cache, STORY)
    assert paper.renders == {STORY: 1}
    assert paper.environs[0]["HTTP_HOST"] == "paper.example"


def test_invented_hosts_take_no_memory(cache: PageCache) -> None:
    ask(cache, STORY, HTTP_HOST="paper.example:" + "1" * 8_000)
    for number in range(2_000):
        ask(cache, STORY, HTTP_HOST=f"{number}.example")
        ask(cache, STORY, HTTP_HOST=f"paper.example:{number}")
    assert len(cache._hosts) <= application.MOST_HOSTS
    assert max(len(each) for each in cache._hosts) < 300


def https(paper: Paper, *, is_behind_proxy: bool) -> PageCache:
    return page_cache(paper, site="https://paper.example", is_behind_proxy=is_behind_proxy)


@pytest.mark.parametrize(
    ("is_behind_proxy", "more", "is_ours"),
    [
        (True, {"HTTP_X_FORWARDED_PROTO": "https"}, True),
        (True, {"HTTP_X_FORWARDED_PROTO": "http"}, False),
        (True, {"HTTP_X_FORWARDED_PROTO": "http", "wsgi.url_scheme": "https"}, False),
        (True, {"HTTP_X_FORWARDED_PROTO": "http,https"}, False),
        (True, {"HTTP_X_FORWARDED_PROTO": "HTTPS"}, False),
        (True, {"HTTP_X_FORWARDED_PROTO": ""}, False),
        (True, {}, False),
        (True, {"wsgi.url_scheme": "https"}, True),
        (False, {"HTTP_X_FORWARDED_PROTO": "https"}, False),
        (False, {"wsgi.url_scheme": "https"}, True),
        (False, {"wsgi.url_scheme": "https", "HTTP_X_FORWARDED_PROTO": "http"}, True),
    ],
)
def test_an_encrypted_paper_is_read_encrypted(
    paper: Paper, is_behind_proxy: bool, more: dict[str, str], is_ours: bool
) -> None:
    cache = https(paper, is_behind_proxy=is_behind_proxy)
    ask(cache, STORY, **more)
    assert len(cache.store) == is_ours
    ask(cache, STORY, **{"wsgi.url_scheme": "https"})
    renders = paper.renders[STORY]
    ask(cache, STORY, **more)
    assert (paper.renders[STORY] == renders) == is_ours


@pytest.mark.parametrize(
    "page",
    [
        Page(status="500 Internal Server Error", headers={"Cache-Control": "private, no-store"}),
        Page(status="503 Service Unavailable"),
        Page(status="302 Found"),
        Page(status="403 Forbidden"),
        Page(headers={"Cache-Control": "private, no-store"}),
        Page(headers={"Set-Cookie": "a=1"}),
        Page(headers={"Vary": "Cookie"}),
    ],
    ids=lambda page: f"{page.status[:3]} {page.headers}",
)
def test_what_is_not_for_everybody_is_rendered_each_time(
    cache: PageCache, paper: Paper, page: Page
) -> None:
    paper.pages[STORY] = page
    for _ in range(3):
        assert ask(cache, STORY).status == int(page.status[:3])
    assert paper.renders == {STORY: 3}
    assert len(cache.store) == 0


def test_what_is_for_nobody_any_more_is_forgotten(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"The story", keys=("article:1",))
    ask(cache, STORY)
    paper.pages[STORY] = Page(status="302 Found", headers={"Cache-Control": "no-store"})
    cache.store.purge(["article:1"])
    assert ask(cache, STORY).status == 302
    assert len(cache.store) == 0


@pytest.mark.parametrize("path", ["/admin/", "/preview/x/", "/support/", "/support/thanks/", "/support/manage/", "/support/reader.css", "/healthz", "/static/x.css"])  # fmt: skip
def test_what_is_no_reader_page_is_never_kept_whatever_it_says(
    cache: PageCache, paper: Paper, path: str
) -> None:
    for number in range(3):
        ask(cache, path, f"x={number}", HTTP_COOKIE=f"a={number}")
        assert paper.environs[-1]["HTTP_COOKIE"] == f"a={number}"
        assert paper.environs[-1]["QUERY_STRING"] == f"x={number}"
    assert len(cache.store) == 0


def test_a_change_is_seen_by_the_next_reader(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"Old", keys=("article:1",))
    ask(cache, STORY)
    paper.pages[STORY] = Page(b"New", keys=("article:1",))
    assert ask(cache, STORY).body == b"Old"
    cache.store.purge(["article:2"])
    assert ask(cache, STORY).body == b"Old"
    cache.store.purge(["article:1"])
    assert [ask(cache, STORY).body for _ in range(3)] == [b"New"] * 3
    assert paper.renders == {STORY: 2}


def test_a_change_while_a_page_is_rendered_is_not_lost(
    cache: PageCache, paper: Paper, gate: Gate, readers: ThreadPoolExecutor
) -> None:
    paper.pages[STORY] = Page(b"Old", keys=("article:1",), meanwhile=gate)
    first = readers.submit(ask, cache, STORY)
    gate.reached()
    paper.pages[STORY] = Page(b"New", keys=("article:1",))
    cache.store.purge(["article:1"])
    # Who asks after it joins those who wait, and does not get what was read before.
    second = readers.submit(ask, cache, STORY)
    gate.open()
    assert {first.result(SECONDS).body, second.result(SECONDS).body} == {b"New"}
    assert ask(cache, STORY).body == b"New"


def test_a_page_purged_again_and_again_is_still_sent(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(keys=("article:1",), meanwhile=lambda: cache.store.purge(["*"]))
    assert ask(cache, STORY).status == 200
    assert paper.renders[STORY] == application.TRIES
    assert len(cache.store) == 0


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_purge_in_the_moment_after_a_render_is_not_lost(
    cache: PageCache, paper: Paper, readers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch,
    is_kept: bool,
) -> None:  # fmt: skip
    """A page that was kept, and then purged before its render was over: whoever comes now joins."""
    paper.pages[STORY] = Page(b"Older", keys=("article:1",))
    if is_kept:
        ask(cache, STORY)
        cache.store.purge(["article:1"])
    paper.pages[STORY] = Page(b"Old", keys=("article:1",))
    end, begin = cache.renderer._end, cache.renderer.begin
    is_over, is_joined = threading.Event(), threading.Event()
    joined = []

    def purged_at_the_end(*how: Any) -> None:
        if not is_over.is_set():
            is_over.set()
            paper.pages[STORY] = Page(b"New", keys=("article:1",))
            cache.store.purge(["article:1"])
            joined.append(readers.submit(ask, cache, STORY))
            assert is_joined.wait(SECONDS)
        end(*how)

    def watched(*how: Any) -> Any:
        rendering = begin(*how)
        if is_over.is_set():
            is_joined.set()
        return rendering

    monkeypatch.setattr(cache.renderer, "_end", purged_at_the_end)
    monkeypatch.setattr(cache.renderer, "begin", watched)
    ask(cache, STORY)
    assert joined[0].result(SECONDS).body == b"New"


def test_a_page_ends_when_it_is_due(paper: Paper) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        cache = page_cache(paper)
        paper.pages[STORY] = Page(b"Old")
        ask(cache, STORY)
        clock.shift(GOOD_FOR - 1)
        paper.pages[STORY] = Page(b"New")
        assert ask(cache, STORY).body == b"Old"
        clock.shift(1)
        assert ask(cache, STORY).body == b"New"


def test_a_clock_that_is_put_back_keeps_no_page_alive(paper: Paper) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        cache = page_cache(paper)
        paper.pages[STORY] = Page(b"Old")
        ask(cache, STORY)
        clock.shift(-3_600)
        paper.pages[STORY] = Page(b"New")
        assert until(lambda: ask(cache, STORY).body == b"New", seconds=SECONDS)


def test_a_goal_that_moved_costs_no_reader_a_wait(
    cache: PageCache, paper: Paper, gate: Gate
) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        paper.pages[STORY] = Page(b"$1", keys=("goal",))
        ask(cache, STORY)
        paper.pages[STORY] = Page(b"$2", keys=("goal",), meanwhile=gate)
        cache.store.purge(["goal"])
        clock.shift(SOFT_FOR - 1)
        assert ask(cache, STORY).body == b"$1"
        assert not gate.is_reached.is_set()
        clock.shift(1)
        assert [ask(cache, STORY).body for _ in range(20)] == [b"$1"] * 20
        gate.open()
        assert until(lambda: ask(cache, STORY).body == b"$2", seconds=SECONDS)
        assert paper.renders == {STORY: 2}


def test_a_goal_that_moved_while_all_were_busy_is_shown_later(
    cache: PageCache, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        paper.pages[STORY] = Page(b"$1", keys=("goal",))
        ask(cache, STORY)
        cache.store.purge(["goal"])
        clock.shift(SOFT_FOR)
        paper.pages[STORY] = Page(b"$2", keys=("goal",))
        with monkeypatch.context() as patched:
            patched.setattr(cache.renderer, "is_busy", lambda: True)
            assert ask(cache, STORY).body == b"$1"
        assert until(lambda: ask(cache, STORY).body == b"$2", seconds=SECONDS)


def test_a_process_that_is_deaf_asks_again_about_each_page(
    cache: PageCache, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = 0.0
    steady = monotonic
    monkeypatch.setattr(application, "monotonic", lambda: steady() + ahead)
    paper.pages[STORY] = Page(b"Old")
    ask(cache, STORY)
    cache.listener.hears_until = 0.0
    paper.pages[STORY] = Page(b"New")
    ahead = application.WHILE_DEAF - 5
    assert [ask(cache, STORY).body for _ in range(5)] == [b"Old"] * 5
    assert paper.renders == {STORY: 1}
    ahead = application.WHILE_DEAF + 1
    # Nobody waits for it.
    assert ask(cache, STORY).body == b"Old"
    assert until(lambda: ask(cache, STORY).body == b"New", seconds=SECONDS)
    assert paper.renders == {STORY: 2}


def test_an_old_page_is_better_than_a_wait(cache: PageCache, paper: Paper, gate: Gate) -> None:
    paper.pages[STORY] = Page(b"Old", keys=("front",))
    ask(cache, STORY)
    paper.pages[STORY] = Page(b"New", keys=("front",), meanwhile=gate)
    cache.store.purge(["front"])
    assert ask(cache, STORY).body == b"Old"
    gate.open()
    assert until(lambda: ask(cache, STORY).body == b"New", seconds=SECONDS)
    assert paper.renders == {STORY: 2}


def test_an_old_page_is_better_than_an_error(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(b"Old", keys=("front",))
    ask(cache, STORY)
    paper.pages[STORY] = Page(b"Broken", status="500 Internal Server Error")
    cache.store.purge(["front"])
    assert [ask(cache, STORY).body for _ in range(10)] == [b"Old"] * 10
    # And not tried for each reader.
    assert paper.renders == {STORY: 2}


def _raises() -> None:
    raise ValueError("a render that fails")


def test_without_an_old_page_the_reader_is_told(cache: PageCache, paper: Paper) -> None:
    paper.pages[STORY] = Page(meanwhile=_raises)
    answer = ask(cache, STORY)
    assert _is_an_apology(answer)
    assert ask(cache, STORY, method="HEAD").body == b""
    paper.pages[STORY] = Page(b"Here")
    assert ask(cache, STORY).body == b"Here"


def _is_an_apology(answer: Got) -> bool:
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "no-store" in (answer.headers["Cache-Control"] or "")
    return bool(answer.body)


def test_a_page_that_takes_too_long_is_not_waited_for(
    cache: PageCache, paper: Paper, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "FOR_FIRST", 0.05)
    paper.pages[STORY] = Page(b"Late", meanwhile=gate)
    assert _is_an_apology(ask(cache, STORY))
    gate.open()
    assert until(lambda: ask(cache, STORY).body == b"Late", seconds=SECONDS)
    assert paper.renders == {STORY: 1}


def test_what_nobody_waits_for_any_more_does_not_pile_up(
    cache: PageCache, paper: Paper, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reader of another page waits a moment and leaves; the renders must not queue for ever."""
    monkeypatch.setattr(application, "FOR_FIRST", 0.001)
    paper.otherwise = Page(meanwhile=gate)
    for number in range(200):
        assert _is_an_apology(ask(cache, SEARCH, f"q={number}"))
    assert len(cache.renderer._under_way) <= cache.renderer._most
    # Who asks for one of them may wait with the others.
    monkeypatch.setattr(application, "FOR_FIRST", SECONDS)
    gate.open()
    assert ask(cache, SEARCH, "q=0").status == 200


def test_kept_pages_wait_for_nobody(
    cache: PageCache, paper: Paper, gate: Gate, readers: ThreadPoolExecutor
) -> None:
    ask(cache, STORY)
    paper.otherwise = Page(meanwhile=gate)
    for number in range(16):
        readers.submit(ask, cache, SEARCH, f"q={number}")
        readers.submit(ask, cache, "/admin/")
    gate.reached()
    assert [ask(cache, STORY).status for _ in range(100)] == [200] * 100
    gate.open()


class Passed:
    """An application that answers desks in a way of its own."""

    def __init__(self, answer: Callable[[dict[str, Any], Any], Any]) -> None:
        self.answer = answer

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.answer(environ, start_response)


def _turns_left(cache: PageCache) -> int:
    return cache._turns._value


def test_a_turn_ends_with_the_answer(cache: PageCache) -> None:
    before = _turns_left(cache)
    during: list[int] = []

    def chunks(asked: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        during.append(_turns_left(cache))
        yield b"one"

    cache._application = chunks
    assert ask(cache, "/admin/").body == b"one"
    assert during == [before - 1]
    assert _turns_left(cache) == before


def test_a_turn_ends_when_nobody_reads_the_answer(cache: PageCache) -> None:
    before = _turns_left(cache)
    answer = cache(environ("/admin/"), lambda *_: None)
    assert _turns_left(cache) == before - 1
    answer.close()  # type: ignore[attr-defined]
    answer.close()  # type: ignore[attr-defined]
    assert _turns_left(cache) == before


@pytest.mark.parametrize("error", [ValueError, SystemExit, ConnectionError])
@pytest.mark.parametrize("place", ["application", "start_response", "close"])
def test_a_turn_ends_with_an_error(
    cache: PageCache, error: type[BaseException], place: str
) -> None:
    before = _turns_left(cache)

    class Chunks(BytesIO):
        def close(self) -> None:
            super().close()
            if place == "close":
                raise error

    def fails(*_: Any) -> Any:
        raise error

    def answers(asked: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return Chunks()

    cache._application = fails if place == "application" else answers
    start_response = fails if place == "start_response" else lambda *_: None
    with pytest.raises(error):
        cache(environ("/admin/"), start_response).close()  # type: ignore[attr-defined]
    assert _turns_left(cache) == before


def test_desks_wait_for_their_turn_and_then_are_told(
    cache: PageCache, paper: Paper, gate: Gate, readers: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(application, "FOR_TURN", 0.02)
    paper.pages["/admin/"] = Page(meanwhile=gate)
    held = [readers.submit(ask, cache, "/admin/") for _ in range(_turns_left(cache))]
    assert until(lambda: _turns_left(cache) == 0, seconds=SECONDS)
    assert _is_an_apology(ask(cache, "/admin/"))
    # Whatever needs no database goes on.
    assert ask(cache, "/healthz").status == 200
    assert ask(cache, "/support/reader.css").status == 200
    gate.open()
    assert {each.result(SECONDS).status for each in held} == {200}
    assert ask(cache, "/admin/").status == 200


def test_a_desk_is_patient_to_the_last_byte(cache: PageCache) -> None:
    """A long list is asked for while it is sent."""
    patience: list[float] = []

    def chunks(asked: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        patience.append(database._patience())
        yield b"one"
        patience.append(database._patience())
        yield b"two"

    cache._application = chunks
    assert ask(cache, "/admin/").body == b"onetwo"
    assert patience == [database.PATIENCE_AT_DESKS] * 2
    assert database._patience() == database.PATIENCE


def test_the_patience_of_a_desk_stays_at_the_desk(cache: PageCache, paper: Paper) -> None:
    found: list[float] = []
    paper.otherwise = Page(meanwhile=lambda: found.append(database._patience()))
    for path in ("/admin/", "/support/", "/admin/", "/support/"):
        ask(cache, path)
    desk, others = database.PATIENCE_AT_DESKS, database.PATIENCE
    assert found == [desk, others, desk, others]
    paper.pages["/admin/"] = Page(meanwhile=_raises)
    with pytest.raises(ValueError):
        ask(cache, "/admin/")
    assert database._patience() == others


def test_a_child_begins_with_nothing(cache: PageCache, paper: Paper) -> None:
    ask(cache, STORY)
    store, renderer, listener = cache.store, cache.renderer, cache.listener
    turns = cache._turns
    cache._forget_everything()
    assert len(cache.store) == 0
    assert cache.store is not store
    assert cache.renderer is not renderer
    assert cache.listener is not listener
    assert cache._turns is not turns
    assert not cache._is_listening
    assert cache.listener.hears_until != math.inf
