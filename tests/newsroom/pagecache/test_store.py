"""What a process remembers, how much of it, and what it is told to forget."""

import math
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from newsroom.pagecache.finished import Finished
from newsroom.pagecache.store import (
    LARGEST_PAGE,
    LONGEST_ADDRESS,
    MOST_REMEMBERED_PURGES,
    SOFT_FOR,
    Address,
    Store,
)
from tests.newsroom.pagecache.stub import finished

MB = 1_000_000


def is_fresh(page: Finished | None, *, at: float = 0.0) -> bool:
    return page is not None and at < page.good_until


def test_a_kept_page_is_found_at_its_address_alone() -> None:
    store = Store(MB)
    page = finished()
    assert store.keep(("/a/", ""), page, 0)
    assert store.find(("/a/", "")) is page
    assert store.find(("/a/", "q=1")) is None
    assert store.find(("/A/", "")) is None
    assert len(store) == 1


def test_a_newer_page_takes_the_place_of_the_old_one() -> None:
    store = Store(MB)
    store.keep(("/a/", ""), finished(b"old", keys=["one"]), 0)
    size = store.size
    newer = finished(b"new", keys=["two"])
    store.keep(("/a/", ""), newer, 0)
    assert store.find(("/a/", "")) is newer
    assert (len(store), store.size) == (1, size)
    store.purge(["one"])
    assert is_fresh(newer)
    store.purge(["two"])
    assert not is_fresh(newer)


def test_what_is_forgotten_is_gone() -> None:
    store = Store(MB)
    store.keep(("/a/", ""), finished(keys=["a"]), 0)
    store.forget(("/a/", ""))
    store.forget(("/never/", ""))
    assert store.find(("/a/", "")) is None
    assert (len(store), store.size) == (0, 0)
    store.purge(["a"])


def test_what_was_read_least_recently_goes_first() -> None:
    store = Store(80_000)
    for number in range(12):
        store.keep((f"/{number}/", ""), finished(os.urandom(3_000)), 0)
        assert store.find(("/0/", "")) is not None
    assert store.find(("/1/", "")) is None
    assert store.find(("/11/", "")) is not None
    assert store.size <= 80_000


def test_the_bound_holds_in_bytes_for_pages_of_all_sizes() -> None:
    store = Store(MB)
    for number in range(200):
        store.keep((f"/{number}/", ""), finished(os.urandom(number * 100)), 0)
        assert store.size <= MB
    held = [
        body
        for shelf in store._shelves
        for page in shelf.pages.values()
        for _, body in page.variants.values()
    ]
    assert MB / 2 < sum(len(body) for body in held) <= store.size


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "410 Gone"])
def test_addresses_that_anybody_invents_push_no_page_out(status: str) -> None:
    store = Store(MB)
    pages = {(f"/{number}/", ""): finished(os.urandom(2_000)) for number in range(100)}
    for address, page in pages.items():
        store.keep(address, page, 0)
    for number in range(2_000):
        store.keep((f"/invented/{number}/", ""), finished(b"x", status=status), 0)
        store.keep(("/search/", f"q={number}"), finished(b"x"), 0)
    assert all(store.find(address) is page for address, page in pages.items())
    assert store.size <= MB
    # And the last of them are kept as well: who follows a dead link is not alone.
    assert store.find(("/search/", "q=1999")) is not None


def test_a_hundred_thousand_invented_addresses_take_an_eighth_of_the_memory() -> None:
    store = Store(8 * MB)
    page = finished(b"There is nothing here.", status="404 Not Found", keys=["front"])
    for number in range(100_000):
        store.keep((f"/invented/{number}/", ""), page, 0)
    assert store.size <= MB
    assert len(store._shelves[1]._by_key["front"]) == len(store) < 1_000


def test_a_huge_page_and_a_huge_address_are_not_kept_and_push_nothing_out() -> None:
    store = Store(8 * MB)
    store.keep(("/a/", ""), finished(), 0)
    assert store.keep(("/huge/", ""), finished(os.urandom(LARGEST_PAGE // 3 + 1_000)), 0)
    assert store.keep(("/" + "x" * LONGEST_ADDRESS, ""), finished(), 0)
    assert store.keep(("/", "q=" + "x" * LONGEST_ADDRESS), finished(), 0)
    assert len(store) == 1


def test_a_page_that_outgrew_its_place_leaves_no_old_one() -> None:
    store = Store(8 * MB)
    store.keep(("/a/", ""), finished(b"old"), 0)
    store.keep(("/a/", ""), finished(os.urandom(LARGEST_PAGE)), 0)
    assert store.find(("/a/", "")) is None


def test_a_purge_is_for_all_that_stands_on_its_key_and_for_nothing_else() -> None:
    store = Store(MB)
    story, front, about = (
        finished(keys=["article:1", "front"]), finished(keys=["front"]), finished(keys=["page:about"]),
    )  # fmt: skip
    for path, page in (("/story/", story), ("/", front), ("/about/", about)):
        store.keep((path, ""), page, 0)
    store.purge(["article:1"])
    assert [is_fresh(each) for each in (story, front, about)] == [False, True, True]
    store.purge(["front", "nothing"])
    assert [is_fresh(each) for each in (story, front, about)] == [False, False, True]
    # Not true any more, but all there is when nothing else can be had.
    assert store.find(("/story/", "")) is story


def test_everything_means_pages_that_stand_on_nothing_too() -> None:
    store = Store(MB)
    page, invented = finished(), finished(status="404 Not Found")
    store.keep(("/a/", ""), page, 0)
    store.keep(("/b/", ""), invented, 0)
    store.purge(["*"])
    assert not is_fresh(page) and not is_fresh(invented)


@pytest.mark.parametrize("purged", [["article:1"], ["*"], ["other", "article:1"]])
def test_a_page_purged_while_it_was_rendered_is_not_kept(purged: list[str]) -> None:
    store = Store(MB)
    before = store.purges_so_far()
    store.purge(purged)
    assert not store.keep(("/a/", ""), finished(keys=["article:1"]), before)
    assert store.find(("/a/", "")) is None
    # But what began after it is.
    assert store.keep(("/a/", ""), finished(keys=["article:1"]), store.purges_so_far())


def test_a_purge_of_another_key_meanwhile_is_nothing() -> None:
    store = Store(MB)
    before = store.purges_so_far()
    store.purge(["article:2"])
    assert store.keep(("/a/", ""), finished(keys=["article:1"]), before)


def test_more_purges_than_are_remembered_are_still_not_lost() -> None:
    store = Store(MB)
    before = store.purges_so_far()
    store.purge(["article:1"])
    for number in range(MOST_REMEMBERED_PURGES + 1):
        store.purge([f"section:{number}"])
    assert len(store._purged) <= MOST_REMEMBERED_PURGES
    assert not store.keep(("/a/", ""), finished(keys=["article:1"]), before)


def test_a_goal_that_moved_is_shown_in_its_time() -> None:
    store = Store(MB)
    page = finished(keys=["goal"], made_at=1_000.0)
    store.keep(("/a/", ""), page, 0)
    assert page.look_again_at > 1_000 + SOFT_FOR
    store.purge(["goal"])
    assert is_fresh(page, at=1_000.0)
    assert page.look_again_at == page.refresh_at == 1_000 + SOFT_FOR
    # Later ones change nothing, or a page would never be rendered anew.
    store.purge(["goal"])
    assert page.refresh_at == 1_000 + SOFT_FOR
    store.purge(["support"])
    assert is_fresh(page, at=1_000.0)
    store.purge(["goal", "*"])
    assert not is_fresh(page, at=1_000.0)


@contextmanager
def _switching_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def test_readers_keepers_and_purges_do_not_meet() -> None:
    """Reading takes no lock, and moves what was read; it must not disturb who makes room."""
    store = Store(60_000)
    addresses = [(f"/{number}/", "") for number in range(40)]
    page = finished(b"x" * 150, keys=["front"])
    stopped = threading.Event()
    errors: list[BaseException] = []

    def read() -> None:
        try:
            while not stopped.is_set():
                for address in addresses:
                    store.find(address)
        except BaseException as error:
            errors.append(error)

    def keep() -> None:
        try:
            for number in range(10_000):
                store.keep(addresses[number % 40], page, store.purges_so_far())
                if number % 50 == 0:
                    store.purge(["front", "*"])
        except BaseException as error:
            errors.append(error)

    with _switching_often():
        readers = [threading.Thread(target=read) for _ in range(2)]
        keepers = [threading.Thread(target=keep) for _ in range(2)]
        for each in readers + keepers:
            each.start()
        for each in keepers:
            each.join()
        stopped.set()
        for each in readers:
            each.join()
    assert not errors
    assert store.size == sum(
        page.size + len(path) + len(query)
        for shelf in store._shelves
        for path, query in shelf.pages
    )


KEYS = st.sampled_from(["front", "article:1", "article:2", "section:world", "goal"])
ADDRESSES = st.tuples(st.sampled_from(["/", "/a/", "/b/", "/c/"]), st.sampled_from(["", "q=1"]))


class StoreModel(RuleBasedStateMachine):
    """Against the plainest store: what is found was kept there last, and no purge of it is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(60_000)
        self.kept: dict[Address, Finished] = {}
        self.purged: set[Finished] = set()
        self.begun: list[tuple[int, list[set[str]]]] = []

    @rule()
    def begin(self) -> None:
        self.begun.append((self.store.purges_so_far(), []))

    @rule(
        data=st.data(), address=ADDRESSES, keys=st.frozensets(KEYS),
        size=st.sampled_from([10, 3_000, 20_000]), status=st.sampled_from(["200 OK", "404 Not Found"]),
    )  # fmt: skip
    def keep(
        self, data: st.DataObject, address: Address, keys: frozenset[str], size: int, status: str
    ) -> None:
        before, purges = (
            data.draw(st.sampled_from(self.begun)) if self.begun
            else (self.store.purges_so_far(), [])
        )  # fmt: skip
        page = finished(os.urandom(size), keys=keys, status=status)
        is_outdated = any("*" in purge or purge & keys for purge in purges)
        assert self.store.keep(address, page, before) == (not is_outdated)
        if not is_outdated:
            self.kept[address] = page

    @rule(keys=st.frozensets(KEYS | st.just("*"), min_size=1))
    def purge(self, keys: frozenset[str]) -> None:
        self.store.purge(keys)
        for _, purges in self.begun:
            purges.append(set(keys))
        for page in self.kept.values():
            if "*" in keys or page.keys & (keys - {"goal"}):
                self.purged.add(page)

    @rule(address=ADDRESSES)
    def forget(self, address: Address) -> None:
        self.store.forget(address)
        self.kept.pop(address, None)

    @rule(address=ADDRESSES)
    def find(self, address: Address) -> None:
        page = self.store.find(address)
        assert page is None or page is self.kept[address]

    @invariant()
    def what_is_there_is_true_and_fits(self) -> None:
        assert self.store.size <= 60_000
        for shelf in self.store._shelves:
            assert shelf.size == sum(
                page.size + len(path) + len(query) for (path, query), page in shelf.pages.items()
            )
            by_key = {
                key: {address for address, page in shelf.pages.items() if key in page.keys}
                for key in {key for page in shelf.pages.values() for key in page.keys}
            }
            assert shelf._by_key == by_key
            for page in shelf.pages.values():
                assert (page.good_until == -math.inf) == (page in self.purged)


StoreModel.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestStoreModel = StoreModel.TestCase
