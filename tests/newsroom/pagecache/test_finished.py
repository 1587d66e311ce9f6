"""A page as it is sent: in each encoding, named by its contents, kept no longer than it is true."""

import gzip
import math
from datetime import UTC, datetime

import brotli  # type: ignore[import-untyped]
import pytest

from newsroom.pagecache.finished import GOOD_FOR, Finished, kept_until
from tests.newsroom.pagecache.stub import answer, finished

TEXT = b"<p>It rained in the hills, and then the river rose.</p>" * 20
NOW = 1_800_000_000.0


def etags(page: Finished) -> set[str]:
    return {dict(headers)["ETag"] for headers, _ in page.variants.values()}


def caching(page: Finished, now: float) -> dict[str, int | bool]:
    """Cache-Control as a page sent at this moment says it."""
    headers, _ = page.variants[""]
    said = dict(page.headers_at(headers, now))["Cache-Control"]
    parts = [part.strip().partition("=") for part in said.split(",")]
    return {name: int(value) if value else True for name, _, value in parts}


def test_each_encoding_holds_the_same_page_and_says_so() -> None:
    page = finished(TEXT, made_at=NOW)
    assert set(page.variants) == {"", "br", "gzip"}
    assert page.variants[""][1] == TEXT
    assert brotli.decompress(page.variants["br"][1]) == TEXT
    assert gzip.decompress(page.variants["gzip"][1]) == TEXT
    for encoding, (headers, body) in page.variants.items():
        said = dict(headers)
        assert said["Content-Length"] == str(len(body))
        assert said["Vary"] == "Accept-Encoding"
        assert said.get("Content-Encoding", "") == encoding
        assert len(said) == len(headers)
    assert len(etags(page)) == 3


def test_compressed_again_it_is_the_same_page_in_fewer_bytes() -> None:
    text = " ".join(str(number**3) for number in range(2_000)).encode()
    page = finished(text)
    before = page.variants
    page.polish()
    headers, body = page.variants["br"]
    assert brotli.decompress(body) == text
    assert len(body) < len(before["br"][1])
    assert dict(headers) == dict(before["br"][0]) | {"Content-Length": str(len(body))}
    assert {name: each for name, each in page.variants.items() if name != "br"} == {
        name: each for name, each in before.items() if name != "br"
    }


def test_two_processes_name_a_page_alike() -> None:
    assert etags(finished(TEXT, made_at=NOW)) == etags(finished(TEXT, made_at=NOW + 5))
    assert finished(TEXT).variants["gzip"][1] == finished(TEXT).variants["gzip"][1]


@pytest.mark.parametrize(
    "other",
    [
        {"body": TEXT + b" "},
        {"status": "404 Not Found"},
        # A browser with an unchanged text would keep the old policy.
        {"content_security_policy": "default-src 'none'"},
        {"surrogate_key": "article:1"},
        {"content_type": "text/plain"},
    ],
)
def test_whatever_differs_has_another_name(other: dict[str, str]) -> None:
    assert not etags(finished(TEXT)) & etags(finished(**({"body": TEXT} | other)))  # type: ignore[arg-type]


def test_how_long_it_may_be_kept_is_not_part_of_its_name() -> None:
    assert etags(finished(TEXT)) == etags(finished(TEXT, cache_control="public, max-age=3"))


@pytest.mark.parametrize("plain", [{"body": b"short"}, {"body": TEXT, "content_type": "image/png"}])
def test_what_gains_nothing_is_not_compressed(plain: dict[str, bytes]) -> None:
    assert set(finished(**plain).variants) == {""}


@pytest.mark.parametrize("kind", ["application/rss+xml", "application/feed+json", "text/css"])
def test_feeds_and_rules_are_compressed(kind: str) -> None:
    assert set(finished(TEXT, content_type=kind).variants) == {"", "br", "gzip"}


def test_what_we_say_ourselves_is_not_said_twice() -> None:
    page = finished(
        TEXT, vary="Accept-Encoding", etag='"x"', content_length="1", date="then", connection="close"
    )  # fmt: skip
    for headers, body in page.variants.values():
        names = [name.lower() for name, _ in headers]
        assert len(names) == len(set(names))
        assert not {"date", "connection"} & set(names)
        assert dict(headers)["Content-Length"] == str(len(body))


def test_a_cookie_is_never_given_to_all_who_wait_for_a_page() -> None:
    page = finished(TEXT, set_cookie="sessionid=secret")
    assert all(
        name.lower() != "set-cookie" for headers, _ in page.variants.values() for name, _ in headers
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "may_be"),
    [
        ({}, True),
        ({"status": "404 Not Found"}, True),
        ({"status": "410 Gone"}, True),
        ({"status": "301 Moved Permanently"}, True),
        ({"vary": "Accept-Encoding"}, True),
        ({"status": "302 Found"}, False),
        ({"status": "304 Not Modified"}, False),
        ({"status": "400 Bad Request"}, False),
        ({"status": "403 Forbidden"}, False),
        ({"status": "405 Method Not Allowed"}, False),
        ({"status": "500 Internal Server Error"}, False),
        ({"status": "503 Service Unavailable"}, False),
        ({"cache_control": "private, no-store"}, False),
        ({"cache_control": "max-age=60"}, False),
        ({"cache_control": ""}, False),
        ({"set_cookie": "a=1"}, False),
        ({"vary": "Cookie"}, False),
        ({"vary": "Accept-Encoding, Cookie"}, False),
        ({"vary": "*"}, False),
    ],
)
def test_only_what_is_for_everybody_may_be_kept(how: dict[str, str], may_be: bool) -> None:
    assert answer(**how).may_be_kept == may_be  # type: ignore[arg-type]


def test_every_page_is_made_anew_after_a_while() -> None:
    page = finished(made_at=NOW)
    assert page.good_until == page.look_again_at == NOW + GOOD_FOR
    assert finished(made_at=NOW, due=NOW + 5).good_until == NOW + 5
    assert finished(made_at=NOW, due=NOW + 5_000).good_until == NOW + GOOD_FOR
    # Due before it was ready.
    assert finished(made_at=NOW, due=NOW - 1).look_again_at < NOW


def test_a_moment_without_end() -> None:
    assert kept_until(None) == math.inf
    assert kept_until(datetime.fromtimestamp(NOW, UTC)) == NOW


def test_a_page_that_is_due_some_day_is_kept_as_its_headers_say() -> None:
    page = finished(made_at=NOW, due=NOW + 500)
    assert caching(page, NOW) == {
        "public": True, "max-age": 60, "s-maxage": 1, "stale-while-revalidate": 60,
        "stale-if-error": 86_400,
    }  # fmt: skip


@pytest.mark.parametrize("left", [500, 120, 119, 100, 61, 60, 59, 30, 2, 1, 0.5, 0, -5, -5_000])
def test_nobody_keeps_or_repeats_a_page_beyond_what_is_due(left: float) -> None:
    page = finished(made_at=NOW, due=NOW + 500)
    said = caching(page, NOW + 500 - left)
    for fresh in ("max-age", "s-maxage"):
        assert said[fresh] + said["stale-while-revalidate"] <= max(0, left)
    # Still of use when nothing else can be had.
    assert said["stale-if-error"] == 86_400
    assert said["public"]


def test_a_page_needs_a_look_once_its_headers_promise_too_much() -> None:
    page = finished(made_at=NOW, due=NOW + 500)
    for seconds in range(500):
        if NOW + seconds < page.look_again_at:
            headers, _ = page.variants[""]
            assert page.headers_at(headers, NOW + seconds) is headers


def test_an_expired_page_without_an_end_is_sent_as_it_is() -> None:
    page = finished(made_at=NOW)
    page.expire()
    assert page.look_again_at == -math.inf
    assert caching(page, NOW)["max-age"] == 60


def test_odd_words_about_caching_are_left_alone() -> None:
    odd = "public, max-age=x, s-maxage=²,immutable, =, max-age=60"
    page = finished(made_at=NOW, due=NOW + 10, cache_control=odd)
    headers, _ = page.variants[""]
    assert "max-age=10" in dict(page.headers_at(headers, NOW))["Cache-Control"]
