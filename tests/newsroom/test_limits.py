"""Attempts are counted exactly, however many come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings

from newsroom import limits
from newsroom.models import CountedAttempt

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_the_limit_is_the_last_one_allowed() -> None:
    tries = [limits.is_allowed("checkout:a", limit=3, per=HOUR, at=AT) for _ in range(5)]
    assert tries == [True, True, True, False, False]
    assert limits.is_allowed("checkout:b", limit=3, per=HOUR, at=AT)
    assert limits.is_allowed("checkout:a", limit=3, per=HOUR, at=AT + HOUR)


@pytest.mark.django_db
def test_what_was_rightful_is_uncounted() -> None:
    for _ in range(5):
        assert limits.is_allowed("sign-in:a", limit=1, per=HOUR, at=AT)
        limits.take_back("sign-in:a", per=HOUR, at=AT)
    limits.take_back("sign-in:a", per=HOUR, at=AT)
    tries = [limits.is_allowed("sign-in:a", limit=1, per=HOUR, at=AT) for _ in range(2)]
    assert tries == [True, False]


@pytest.mark.django_db
def test_the_demo_lets_one_machine_try_more(settings: Settings) -> None:
    settings.DEMO = True
    tries = [limits.is_allowed("checkout:a", limit=1, per=HOUR, at=AT) for _ in range(21)]
    assert tries == [True] * 20 + [False]


@pytest.mark.django_db
def test_old_counts_are_forgotten() -> None:
    limits.is_allowed("checkout:a", limit=3, per=HOUR, at=AT)
    limits.forget(before=AT + HOUR)
    assert not CountedAttempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_let_exactly_ten_through() -> None:
    def attempt(_: int) -> bool:
        try:
            return limits.is_allowed("checkout:a", limit=10, per=HOUR, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == 10


@pytest.mark.parametrize(
    ("one", "other", "same", "near"),
    [
        ("192.0.2.1", "192.0.2.1", True, True),
        ("192.0.2.1", "192.0.2.2", False, True),
        ("192.0.2.1", "192.0.3.1", False, False),
        ("2001:db8::1", "2001:db8::ffff", True, True),
        ("2001:db8::1", "2001:db8:0:1::1", False, True),
        ("2001:db8::1", "2001:db8:1::1", False, False),
        ("192.0.2.1", "::ffff:192.0.2.1", True, True),
        ("192.0.2.1", "192.0.2.1:4711", True, True),
        ("2001:db8::1", "[2001:db8::1]:4711", True, True),
        ("fe80::1%eth0", "fe80::1", True, True),
        ("", "nonsense", True, True),
    ],
)
def test_a_network_is_an_address_or_a_64_and_its_neighbourhood_a_24_or_a_48(
    one: str, other: str, same: bool, near: bool, rf: RequestFactory
) -> None:
    requests = [rf.get("/", REMOTE_ADDR=each) for each in (one, other)]
    networks = {limits.network_of(each) for each in requests}
    neighbourhoods = {limits.neighbourhood_of(each) for each in requests}
    assert (len(networks) == 1) is same
    assert (len(neighbourhoods) == 1) is near
    assert one not in networks | neighbourhoods


def test_only_our_own_proxies_are_believed(rf: RequestFactory, settings: Settings) -> None:
    request = rf.get(
        "/",
        REMOTE_ADDR="192.0.2.1",
        HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.5, 192.0.2.77",
    )
    for proxies, seen in ((0, "192.0.2.1"), (1, "192.0.2.77"), (2, "198.51.100.5")):
        settings.BEHIND_PROXY = 0
        expected = limits.network_of(rf.get("/", REMOTE_ADDR=seen))
        settings.BEHIND_PROXY = proxies
        assert limits.network_of(request) == expected
    # Fewer hops than proxies: somebody came past the first one, and their word is not believed
    # beyond what the last one saw.
    settings.BEHIND_PROXY = 2
    assert limits.network_of(
        rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="192.0.2.77")
    ) == limits.network_of(rf.get("/", HTTP_X_FORWARDED_FOR="192.0.2.77"))


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("10.1.2.3", True), ("127.0.0.1", True), ("172.31.0.1", True), ("fd00::1", True),
        ("::1", True), ("", True), ("192.0.2.1", False), ("8.8.8.8", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_no_reader_comes_from_an_address_inside(
    address: str, is_ours: bool, rf: RequestFactory
) -> None:
    assert limits.is_of_our_own(rf.get("/", REMOTE_ADDR=address)) is is_ours


@pytest.mark.django_db
def test_the_first_rate_that_is_exceeded_is_named_and_the_rest_are_not_counted() -> None:
    rates = ((2, HOUR), (3, 2 * HOUR))
    assert [limits.reached("letters", rates, at=AT) for _ in range(4)] == [None, None, HOUR, HOUR]
    assert limits.reached("letters", rates, at=AT + HOUR) is None
    assert limits.reached("letters", rates, at=AT + HOUR) == 2 * HOUR
    assert limits.reached("of somebody else", rates, at=AT) is None
