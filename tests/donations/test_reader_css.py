"""The stylesheet of a reader without a script: hides the asks when their cookie says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from donations import reader_cookie

ADDRESS = "/support/reader.css"
TODAY = datetime.now(UTC).date()
HIDES = "[data-placement]{display:none"


def client_with(value: str) -> Client:
    client = Client()
    client.cookies[reader_cookie.NAME] = value
    return client


@pytest.mark.parametrize(
    ("value", "hides"),
    [
        (f"later:{TODAY + timedelta(days=1)}", True),
        (f"later:{TODAY}", False),
        (f"later:{TODAY - timedelta(days=1)}", False),
        (f"supporter:{TODAY + timedelta(days=20)}:month", True),
        (f"supporter:{TODAY - timedelta(days=20)}:once", False),
        (f"later:{TODAY - timedelta(days=9)}.supporter:{TODAY + timedelta(days=9)}:year", True),
        ("", False),
        ("later:never", False),
        ("later:9999-99-99", False),
        (f"supporter:{TODAY + timedelta(days=20)}:daily", False),
        ("}body{display:none", False),
    ],
)
def test_the_cookie_alone_decides(value: str, hides: bool) -> None:
    response = client_with(value).get(ADDRESS)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert (HIDES in response.text) is hides
    assert hides or response.text == ""


def test_it_is_each_readers_own_and_asked_for_each_time() -> None:
    response = Client().get(ADDRESS)
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert not response.cookies
    assert "Surrogate-Key" not in response


def test_what_is_known_already_is_not_sent_again() -> None:
    hidden = client_with(f"later:{TODAY + timedelta(days=9)}")
    shown = Client()
    etag = hidden.get(ADDRESS)["ETag"]
    assert etag != shown.get(ADDRESS)["ETag"]
    assert hidden.get(ADDRESS, headers={"if-none-match": etag}).status_code == 304
    assert shown.get(ADDRESS, headers={"if-none-match": etag}).status_code == 200


def test_it_only_answers_questions() -> None:
    assert Client().post(ADDRESS).status_code == 405


def test_it_needs_no_database() -> None:
    """Without the fixture that allows it, a query would fail the test."""
    assert client_with("later:2999-01-01").get(ADDRESS).status_code == 200
    assert connection.settings_dict["NAME"]


def test_a_wish_to_hear_later_keeps_the_mark_of_a_supporter() -> None:
    known = reader_cookie.parse("supporter:2027-03-01:year")
    response = HttpResponse()
    reader_cookie.defer(response, TODAY + timedelta(days=7), known=known)
    value = response.cookies[reader_cookie.NAME].value
    assert value == f"later:{TODAY + timedelta(days=7)}.supporter:2027-03-01:year"
    assert reader_cookie.parse(value).every == "year"


def test_the_cookie_lives_until_its_last_day_and_is_readable_by_the_page() -> None:
    response = HttpResponse()
    reader_cookie.mark_supporter(response, until=TODAY + timedelta(days=30), every="month")
    cookie = response.cookies[reader_cookie.NAME]
    assert 29 * 86_400 < cookie["max-age"] <= 30 * 86_400
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/", "Lax", "")


def test_a_frequency_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="daily"):
        reader_cookie.mark_supporter(HttpResponse(), until=TODAY, every="daily")
