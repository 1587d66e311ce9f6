"""HTML of the old site as plain words: headlines, standfirsts, captions."""

import html
import re

TAG = re.compile(r"<[^<>]{0,2000}>")


def plain(text: str) -> str:
    """One line without tags."""
    return " ".join(html.unescape(TAG.sub("", TAG.sub(_gap, text))).split())


def shortened(text: str, longest: int) -> str:
    """Cut between words, with … where something is missing."""
    if len(text) <= longest:
        return text
    return f"{text[: longest - 1].rpartition(' ')[0] or text[: longest - 1]}…"


def _gap(found: re.Match[str]) -> str:
    """A new paragraph begins a new word; an emphasis does not."""
    return " " if re.match(r"</?(?:p|br|div|li|h\d|td|tr)\b", found[0], re.IGNORECASE) else ""
