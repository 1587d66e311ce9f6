"""What stands in a page itself, so that no page waits for it or outlives it: styles and scripts.

They are files under `templates/inline/`, put in by `{% style %}` and `{% script %}` without their
comments and indentation. The page's security policy allows each by its hash, and travels with
the page through every cache.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

FOLDER = settings.BASE_DIR / "templates" / "inline"
_STRING = re.compile(r'("[^"]*")')

_allowed: ContextVar[dict[str, set[str]] | None] = ContextVar("allowed_inline", default=None)


@dataclass(frozen=True)
class Inline:
    """The text of one element, and how the policy names it."""

    text: str
    source: str


def allow_inline(get_response: Handler) -> Handler:
    """Let the policy of a page name what was put into it. Stands inside the policy's middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        allowed: dict[str, set[str]] = {}
        token = _allowed.set(allowed)
        try:
            response = get_response(request)
        finally:
            _allowed.reset(token)
        if allowed:
            response._csp_update = {  # type: ignore[attr-defined]
                directive: sorted(sources) for directive, sources in allowed.items()
            }
        return response

    return middleware


def allow(directive: str, source: str) -> None:
    """The page being rendered needs this in its policy: `allow("style-src", "'sha256-…'")`."""
    if (allowed := _allowed.get()) is not None:
        allowed.setdefault(directive, set()).add(source)


@lru_cache(maxsize=256)
def style(parts: tuple[str, ...], accent: str, accent_dark: str) -> Inline:
    """The named parts in their order, then the paper's own colours (`#8a1c1c`)."""
    colours = f":root{{--accent:{accent};--accent-dark:{accent_dark}}}"
    return _inline("".join(map(_css, parts)) + colours)


@cache
def script(name: str) -> Inline:
    return _inline(_without_margins((FOLDER / f"{name}.js").read_text("utf-8")))


def _inline(text: str) -> Inline:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(text, f"'sha256-{digest}'")


@cache
def _css(part: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", (FOLDER / f"{part}.css").read_text("utf-8"), flags=re.DOTALL)
    outside_strings = _STRING.split(css)
    outside_strings[::2] = map(_tightened, outside_strings[::2])
    return "".join(outside_strings).strip()


def _tightened(css: str) -> str:
    """No space that means nothing. Around `+` it does, within `calc()`."""
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return css.replace(": ", ":").replace(";}", "}")


def _without_margins(js: str) -> str:
    """Line by line, so that a line's end still ends a statement where it did."""
    lines = (line.strip() for line in re.sub(r"/\*.*?\*/", "", js, flags=re.DOTALL).split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("//"))
