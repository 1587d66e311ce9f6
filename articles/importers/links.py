"""A plain link in the place of what cannot be shown: a video, a post elsewhere, a picture."""

from urllib.parse import unquote, urlsplit

from django.utils.html import escape

LONGEST_LABEL = 80


def label(url: str) -> str:
    """`https://www.youtube.com/watch?v=x` as readers say it: `youtube.com/watch?v=x`."""
    parts = urlsplit(url)
    words = parts.netloc.rpartition("@")[2].removeprefix("www.") + unquote(parts.path).rstrip("/")
    if parts.query and len(words) + len(parts.query) < LONGEST_LABEL:
        words += f"?{parts.query}"
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1]}…"


def is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def link(url: str, words: str = "") -> str:
    return f'<a href="{escape(url)}">{escape(words or label(url))}</a>'


def absolute(url: str) -> str:
    """`//host/path` as browsers of today read it."""
    url = url.strip()
    return f"https:{url}" if url.startswith("//") else url
