"""Pages are made from their address alone, each by one thread at a time."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from newsroom.dev.house import until
from newsroom.pagecache.finished import Answer, Finished
from newsroom.pagecache.rendering import Renderer, Rendering
from tests.newsroom.pagecache.stub import STORY, Page, Paper

SITE = urlsplit("https://paper.example")
ADDRESS = (STORY, "")
SECONDS = 10.0


def finish(rendering: Rendering, answer: Answer) -> Finished:
    return Finished(answer, frozenset())


def no_purges() -> int:
    return 0


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def renderer(paper: Paper) -> Iterator[Renderer]:
    made = Renderer(paper, SITE, 2)
    yield made
    made._threads.shutdown()


def test_nothing_reaches_the_page_but_its_address(paper: Paper, renderer: Renderer) -> None:
    renderer.begin(("/search/", "q=war"), no_purges, finish).page.result(SECONDS)
    (environ,) = paper.environs
    assert environ["REQUEST_METHOD"] == "GET"
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/search/", "q=war")
    assert environ["HTTP_HOST"] == "paper.example"
    assert environ["wsgi.url_scheme"] == environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("paper.example", "443")
    sent = {name for name in environ if name.startswith(("HTTP_", "CONTENT_"))}
    assert sent == {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}
    assert environ["wsgi.input"].read() == b""


def test_all_who_ask_meanwhile_get_the_same_render(paper: Paper, renderer: Renderer) -> None:
    go_on = threading.Event()
    paper.otherwise = Page(b"One", meanwhile=lambda: go_on.wait(SECONDS))
    first = renderer.begin(ADDRESS, no_purges, finish)
    with ThreadPoolExecutor(16) as readers:
        others = list(readers.map(lambda _: renderer.begin(ADDRESS, no_purges, finish), range(100)))
    assert all(each is first for each in others)
    go_on.set()
    assert first.page.result(SECONDS).variants[""][1] == b"One"
    assert paper.renders == {STORY: 1}
    # And later ones another.
    assert renderer.begin(ADDRESS, no_purges, finish) is not first


def test_other_addresses_do_not_wait(paper: Paper, renderer: Renderer) -> None:
    go_on = threading.Event()
    paper.pages[STORY] = Page(meanwhile=lambda: go_on.wait(SECONDS))
    slow = renderer.begin(ADDRESS, no_purges, finish)
    renderer.begin(("/", ""), no_purges, finish).page.result(SECONDS)
    renderer.begin((STORY, "before=x"), no_purges, lambda *_: None)  # type: ignore[arg-type]
    assert not slow.page.done()
    go_on.set()
    slow.page.result(SECONDS)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), KeyboardInterrupt()])
def test_who_waits_hears_of_a_failure_and_the_next_try_is_a_new_one(
    paper: Paper, renderer: Renderer, error: BaseException
) -> None:
    def fails() -> None:
        raise error

    paper.otherwise = Page(meanwhile=fails)
    with pytest.raises(type(error)):
        renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    paper.otherwise = Page(b"Again")
    again = renderer.begin(ADDRESS, no_purges, finish)
    assert again.page.result(SECONDS).variants[""][1] == b"Again"
    assert not renderer._under_way


def test_a_page_that_cannot_be_kept_hangs_nobody(renderer: Renderer) -> None:
    def fails(rendering: Rendering, answer: Answer) -> Finished:
        raise MemoryError

    with pytest.raises(MemoryError):
        renderer.begin(ADDRESS, no_purges, fails).page.result(SECONDS)
    assert renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)


def test_an_application_that_answers_nothing_hangs_nobody() -> None:
    renderer = Renderer(lambda environ, start_response: [], SITE, 1)
    with pytest.raises(ValueError):
        renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    assert not renderer._under_way


def test_no_thread_left_hangs_nobody(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(CancelledError):
            renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    assert renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    assert until(lambda: not renderer._under_way, seconds=SECONDS)


def test_a_render_begins_before_it_reads(paper: Paper, renderer: Renderer) -> None:
    """Purges from now on are after its beginning, whatever it has read by then."""
    purges = 5
    rendering = renderer.begin(ADDRESS, lambda: purges, finish)
    assert rendering.purges_before == 5
    rendering.page.result(SECONDS)


def test_the_answer_is_closed_whatever_happens() -> None:
    closed: list[int] = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise ConnectionError

        def close(self) -> None:
            closed.append(1)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        return Chunks()

    with pytest.raises(ConnectionError):
        Renderer(application, SITE, 1).begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    assert closed == [1]


def test_a_page_may_take_its_keys_and_its_time(paper: Paper, renderer: Renderer) -> None:
    paper.otherwise = Page(keys=("front", "article:1"))
    page = renderer.begin(ADDRESS, no_purges, finish).page.result(SECONDS)
    assert page.keys == {"front", "article:1"}


def test_it_is_busy_while_much_waits(paper: Paper, renderer: Renderer) -> None:
    go_on = threading.Event()
    paper.otherwise = Page(meanwhile=lambda: go_on.wait(SECONDS))
    begun: list[Rendering] = []
    while not renderer.is_busy():
        begun.append(renderer.begin((f"/{len(begun)}/", ""), no_purges, finish))
    assert 2 < len(begun) <= 64
    go_on.set()
    for each in begun:
        each.page.result(SECONDS)
    assert not renderer.is_busy()
