"""Finished pages, in the memory of this process: least recently read, first forgotten."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress

from newsroom.pagecache.finished import Finished
from newsroom.pagecache.purging import EVERYTHING

# A page's path and the part of its query that it reads.
Address = tuple[str, str]

# Purges of these are not felt at once: the page is served on, and rendered anew in its time.
SOFT = frozenset(("goal",))
SOFT_FOR = 300.0  # seconds
# Larger pages, and longer addresses, are rendered each time.
LARGEST_PAGE = 2_000_000  # bytes, in all encodings
LONGEST_ADDRESS = 1_000
MOST_REMEMBERED_PURGES = 10_000


class Store:
    """Reading takes no lock: it is one look into a dictionary."""

    def __init__(self, most: int) -> None:
        # What anybody can invent addresses for must not push out what is read.
        self._shelves = (_Shelf(most - most // 8), _Shelf(most // 8))
        self._lock = threading.Lock()
        # Purges are counted, so that a render knows which of them came after its beginning.
        self._purges = 0
        self._purged: dict[str, int] = {}
        self._all_purged = 0

    def find(self, address: Address) -> Finished | None:
        for shelf in self._shelves:
            if page := shelf.pages.get(address):
                with suppress(KeyError):  # forgotten in this moment
                    shelf.pages.move_to_end(address)
                return page
        return None

    def purges_so_far(self) -> int:
        return self._purges

    def keep(self, address: Address, page: Finished, purges_before: int) -> bool:
        """False for a page that was purged while it was rendered: it is not kept.

        `purges_before` is how many there had been when its rendering began.
        """
        with self._lock:
            if self._all_purged > purges_before or any(
                self._purged.get(key, 0) > purges_before for key in page.keys
            ):
                return False
            self._forget(address)
            if page.size <= LARGEST_PAGE and len(address[0]) + len(address[1]) <= LONGEST_ADDRESS:
                is_invented = bool(address[1]) or page.code != 200
                self._shelves[is_invented].put(address, page)
            return True

    def forget(self, address: Address) -> None:
        with self._lock:
            self._forget(address)

    def _forget(self, address: Address) -> None:
        for shelf in self._shelves:
            shelf.drop(address)

    def purge(self, keys: Iterable[str]) -> None:
        """What stands on these keys is not true any more; kept only for when nothing else can be had."""
        with self._lock:
            self._purges += 1
            for key in keys:
                if key == EVERYTHING:
                    self._all_purged = self._purges
                    self._purged.clear()
                else:
                    self._purged[key] = self._purges
                for shelf in self._shelves:
                    for page in shelf.standing_on(key):
                        _purge(page, is_soft=key in SOFT)
            if len(self._purged) > MOST_REMEMBERED_PURGES:
                self._all_purged = self._purges
                self._purged.clear()

    @property
    def size(self) -> int:
        """Bytes, about."""
        return sum(shelf.size for shelf in self._shelves)

    def __len__(self) -> int:
        return sum(len(shelf.pages) for shelf in self._shelves)


class _Shelf:
    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.pages: OrderedDict[Address, Finished] = OrderedDict()
        self._by_key: dict[str, set[Address]] = {}

    def put(self, address: Address, page: Finished) -> None:
        self.pages[address] = page
        self.size += page.size + len(address[0]) + len(address[1])
        for key in page.keys:
            self._by_key.setdefault(key, set()).add(address)
        while self.size > self.most:
            # In one step: a reader may reorder the pages at any moment.
            self._strike(*self.pages.popitem(last=False))

    def drop(self, address: Address) -> None:
        if page := self.pages.pop(address, None):
            self._strike(address, page)

    def _strike(self, address: Address, page: Finished) -> None:
        self.size -= page.size + len(address[0]) + len(address[1])
        for key in page.keys:
            addresses = self._by_key[key]
            addresses.discard(address)
            if not addresses:
                del self._by_key[key]

    def standing_on(self, key: str) -> list[Finished]:
        if key == EVERYTHING:
            return list(self.pages.values())
        return [self.pages[address] for address in self._by_key.get(key, ())]


def _purge(page: Finished, *, is_soft: bool) -> None:
    if is_soft:
        page.refresh_at = min(page.refresh_at, page.made_at + SOFT_FOR)
        page.look_again()
    else:
        page.expire()
