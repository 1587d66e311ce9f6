"""From an editor's click to readers: when does every one of them get what was just published?"""

import threading
import time
from collections.abc import Sequence

from bench.editor import Editor
from bench.links import Address, Link
from bench.rounds import ROUNDS, Figures, rank

EDITS = 40 * ROUNDS
BETWEEN = 0.005  # seconds between two questions of a reader
PATIENCE = 20.0


class Reader(threading.Thread):
    """Asks for a page over and over on one connection until `words` are in it."""

    def __init__(self, link: Link, path: str, words: bytes) -> None:
        super().__init__(daemon=True)
        self._link, self._path, self._words = link, path, words
        self.has_begun = threading.Event()
        self.read_at = 0.0  # when the first byte of the new page was there

    def run(self) -> None:
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            self._link.request("GET", self._path, headers={"Accept-Encoding": "identity"})
            answer = self._link.getresponse()
            first_byte_at = time.perf_counter()
            assert answer.status == 200, f"{self._path}: {answer.status}"
            is_new = self._words in answer.read()
            self.has_begun.set()
            if is_new:
                self.read_at = first_byte_at
                return
            time.sleep(BETWEEN)


def measure(address: Address, story: int, path: str, links: Sequence[Link]) -> Figures:
    """Milliseconds from the desk's answer until a reader on each of `links` has the new headline."""
    editor = Editor(address)
    waits = []
    for number in range(EDITS):
        headline = f"Edition {number} of {EDITS}: the river is rising"
        form = editor.open(story)
        readers = [Reader(link, path, headline.encode()) for link in links]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.has_begun.wait(PATIENCE)
        editor.save(story, form, headline=headline)
        answered_at = time.perf_counter()
        for reader in readers:
            reader.join()
            assert reader.read_at, f"Edition {number} was not there after {PATIENCE:.0f} s"
        waits.append(max(0.0, *(reader.read_at - answered_at for reader in readers)) * 1_000)
        if number % 20 == 0:
            print(".", end="", flush=True)
    return {
        "p50": rank(waits, 0.50),
        "p99": rank(waits, 0.99),
        "max": max(waits),
        "edits": len(waits),
    }
