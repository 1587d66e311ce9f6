"""What of a request a page depends on, however it is written."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsroom.pagecache.asked import (
    LONGEST_QUERY,
    MOST_FIELDS,
    Kind,
    accepted_encoding,
    kind_of,
    read_parameters,
)

SEARCH = frozenset({"q", "before"})


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("", ""),
        ("q=war", "q=war"),
        ("utm_source=x&q=war&fbclid=y", "q=war"),
        ("before=abc&q=war", "before=abc&q=war"),
        ("q=war&before=abc", "before=abc&q=war"),
        # The last one counts, as it does for Django.
        ("q=peace&q=war", "q=war"),
        ("%71=war", "q=war"),
        ("q=%77%61r", "q=war"),
        ("q=w%61r&%62efore=x", "before=x&q=war"),
        ("q=a+b", "q=a+b"),
        ("q=a%20b", "q=a+b"),
        ("q=", ""),
        ("q", ""),
        ("q=&before=", ""),
        ("q[]=war&before[0]=x", ""),
        ("Q=war", ""),
        (" q=war", ""),
        ("q%00=war", ""),
        # A semicolon separates nothing.
        ("x=1;q=war", ""),
        ("q=war;before=x", "q=war%3Bbefore%3Dx"),
        ("&&q=war&&", "q=war"),
        ("=war", ""),
        ("q=%D0%BC%D0%B8%D1%80", "q=%D0%BC%D0%B8%D1%80"),
        ("q=%d0%bc%d0%b8%d1%80", "q=%D0%BC%D0%B8%D1%80"),
        # As a browser may send it: bytes, which WSGI shows as Latin-1.
        ("q=мир".encode().decode("latin-1"), "q=%D0%BC%D0%B8%D1%80"),
        ("q=%ff", "q=%EF%BF%BD"),
        ("q=%", "q=%25"),
        ("q=%zz", "q=%25zz"),
        ("q=%0D%0AX-Evil:%201", "q=%0D%0AX-Evil%3A+1"),
    ],
)
def test_only_what_the_page_reads_is_left_in_one_spelling(query: str, read: str) -> None:
    assert read_parameters(query, SEARCH) == read


def test_a_page_that_reads_nothing_has_one_address() -> None:
    assert read_parameters("q=war", frozenset()) == ""


def test_a_page_that_may_read_anything_has_its_query_as_it_came() -> None:
    """Old addresses are remembered with theirs."""
    assert read_parameters("p=12&%70=13;x", None) == "p=12&%70=13;x"


@pytest.mark.parametrize("parameters", [SEARCH, None])
def test_a_query_that_is_too_long_is_nobodys(parameters: frozenset[str] | None) -> None:
    assert read_parameters("q=" + "x" * LONGEST_QUERY, parameters) == ""
    assert read_parameters("q=" + "x" * (LONGEST_QUERY - 2), parameters) != ""


def test_too_many_fields_are_nobodys() -> None:
    assert read_parameters("&".join(["a=1"] * MOST_FIELDS + ["q=war"]), SEARCH) == ""


@given(st.text(string.printable + "\x00ÿÐ¼", max_size=60))
def test_a_query_read_twice_is_the_same(query: str) -> None:
    once = read_parameters(query, SEARCH)
    assert read_parameters(once, SEARCH) == once
    assert once.isascii()
    assert read_parameters(f"fbclid=1&{once}", SEARCH) == once


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("BR, GZIP", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0 , gzip ; q=0.5", "gzip"),
        ("br;q=0,gzip;q=0", ""),
        ("br;q=0.001", "br"),
        # The best that we have, whatever the reader would like better.
        ("gzip;q=1, br;q=0.1", "br"),
        ("*", "gzip"),
        ("*;q=0", ""),
        ("*;q=0, br", "br"),
        ("gzip;q=0, *", ""),
        ("identity", ""),
        ("identity;q=0", ""),
        ("zstd", ""),
        ("zstd, dcb, dcz", ""),
        ("x-gzip, brotli, gzipped", ""),
        ("br;q=-1, gzip;q=nonsense", ""),
        ("br;q=nan", ""),
        ("br;q", ""),
        ("br;level=11", "br"),
        (";;;,,,=", ""),
        ("gzip\tbr", ""),
        ("br" + " " * 8_000, "br"),
        ("x" * 8_000 + ", br", ""),
        ("brÿ, ÿgzip", ""),
    ],
)
def test_a_reader_gets_what_it_can_read(accepted: str, encoding: str) -> None:
    assert accepted_encoding(accepted) == encoding


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/", {"p", "page_id", "attachment_id"}),
        ("/2024/03/05/a-story/", set()),
        ("/2024/03/05/рассказ/".encode().decode("latin-1"), set()),
        ("/topics/rivers/", {"before"}),
        ("/search/", {"q", "before"}),
        # Nothing is there; but an old address may be.
        ("/no/such/thing", None),
        ("", None),
        ("*", None),
        ("/\x00", None),
        ("/\xff\xfe", None),
        ("/..%2f/", None),
        ("//", None),
        ("/support/nothing-here", None),
    ],
)
def test_reader_pages_say_what_they_read(path: str, parameters: set[str] | None) -> None:
    kind = kind_of(path)
    assert kind.is_for_readers
    assert kind.parameters == (None if parameters is None else frozenset(parameters))


@pytest.mark.parametrize(
    ("path", "needs_database", "is_desk"),
    [
        ("/admin/", True, True),
        ("/admin/articles/article/", True, True),
        ("/admin/password_reset/", True, False),
        ("/preview/abc/", True, False),
        ("/support/", True, False),
        ("/support/checkout/", True, False),
        ("/support/thanks/", True, False),
        ("/support/later/", True, False),
        ("/support/manage/", True, False),
        ("/support/stripe/webhook/", True, False),
        ("/support/reader.css", False, False),
        ("/readyz", None, False),
        ("/healthz", False, False),
        ("/static/newsroom/base.css", False, False),
        ("/static/../admin/", False, False),
        ("/media/picture.jpg", False, False),
    ],
)
def test_all_else_is_passed_on(path: str, needs_database: bool | None, is_desk: bool) -> None:
    kind = kind_of(path)
    assert not kind.is_for_readers
    if needs_database is not None:
        assert kind == Kind(needs_database=needs_database, is_desk=is_desk)
