"""Whether a reader could tell two pages apart."""

import difflib
import re

from tests.newsroom.pagecache.oracle.web_process import Page

# What our cache says itself, and what depends on the bytes that it compressed.
NOT_COMPARED = frozenset(("content-length", "content-encoding", "etag", "vary"))
LONGEST = 30  # lines
# The one thing on a page that may be a little old is how far a campaign has come.
GOAL = re.compile(r'<div class="ask__goal">.*?</div>', re.DOTALL)
# The bar's value, that the goal is reached, the number. Not the goal itself: that is an edit.
REACHED = (
    re.compile(r'(?<=\bvalue=")[^"]*'),
    re.compile(r"(?<=>)[^<>]*(?=<strong>)"),
    re.compile(r"(?<=<strong>).*?(?=</strong>)", re.DOTALL),
)


# For how long others may keep a page: until the next story of the paper appears, although that
# may have been scheduled since, and for another page.
SECONDS = re.compile(r"(?<==)\d+")


def difference_of(cached: Page, fresh: Page) -> str:
    """Lines that differ; empty when a reader cannot tell them apart."""
    if "5" in {cached.status[0], fresh.status[0]}:
        return f"an error: {cached.status}, {fresh.status}"
    was, must_be = _lines(cached), _lines(fresh)
    lines = difflib.unified_diff(must_be, was, "fresh", "cached", lineterm="", n=0)
    return "\n".join([*lines][:LONGEST])


def _lines(page: Page) -> list[str]:
    headers = (f"{name}: {text}" for name, text in page.headers.items() if name not in NOT_COMPARED)
    body = GOAL.sub(_without_number, page.body.decode())
    # Feeds are one long line.
    return [page.status, *sorted(headers), *re.split(r"\n|(?<=>)(?=<)", body)]


def _without_number(found: re.Match[str]) -> str:
    goal = found[0]
    for reached in REACHED:
        goal = reached.sub("…", goal)
    return goal
