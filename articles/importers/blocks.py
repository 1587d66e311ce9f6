"""Texts of the block editor: HTML with comments that say what is what, and data for some of it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.importers import classic
from articles.importers.findings import CONVERTED, LEFT, Finding, Surroundings
from articles.importers.links import absolute, is_web, link

BEGINS = re.compile(r"<!--\s{1,20}(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=[\s/{-])")
DEEPEST_REUSE = 5

# Their HTML says all.
AS_THEY_ARE = frozenset(
    {"paragraph", "heading", "list", "list-item", "quote", "pullquote", "table", "code",
     "preformatted", "verse", "separator", "columns", "column", "group", "buttons", "button",
     "gallery", "html", "details", "text-columns", "freeform", "missing", "subhead", "accordion",
     "image", "audio", "video", "file"}
)  # fmt: skip
WITHOUT_TEXT = frozenset({"spacer", "more", "nextpage"})
# Made by WordPress at every view: lists, forms, the parts of a theme.
MADE_BY_WORDPRESS = frozenset(
    {"archives", "avatar", "calendar", "categories", "comments", "comment-author-name",
     "comment-content", "comment-date", "comment-edit-link", "comment-reply-link",
     "comment-template", "comments-pagination", "comments-pagination-next",
     "comments-pagination-numbers", "comments-pagination-previous", "comments-query-loop",
     "comments-title", "home-link", "latest-comments", "latest-posts", "loginout", "navigation",
     "navigation-link", "navigation-submenu", "page-list", "page-list-item", "pattern",
     "post-author", "post-author-biography", "post-author-name", "post-comments",
     "post-comments-form", "post-content", "post-date", "post-excerpt", "post-featured-image",
     "post-navigation-link", "post-template", "post-terms", "post-title", "query",
     "query-no-results", "query-pagination", "query-pagination-next",
     "query-pagination-numbers", "query-pagination-previous", "query-title", "read-more", "rss",
     "search", "site-logo", "site-tagline", "site-title", "tag-cloud", "template-part",
     "term-description", "legacy-widget", "widget-group"}
)  # fmt: skip


@dataclass
class _Block:
    name: str
    attributes: dict[str, Any]
    parts: list[str] = field(default_factory=list)


def has_blocks(text: str) -> bool:
    return "<!-- wp:" in text


def render(
    text: str, around: Surroundings, report: Callable[[Finding], None], reused: int = 0
) -> str:
    """The HTML of a text with blocks. Blocks without an end are ended where the text ends."""
    stack = [_Block("", {})]
    done = 0

    def close() -> None:
        block = stack.pop()
        stack[-1].parts.append(_html_of(block, "".join(block.parts), around, report, reused))

    for mark in BEGINS.finditer(text):
        if mark.start() < done:
            continue
        end = text.find("-->", mark.end())
        if end < 0:
            break
        _add_loose(stack, text[done : mark.start()])
        done = end + len("-->")
        name = mark[2].removeprefix("core/")
        if mark[1]:
            if any(block.name == name for block in stack[-200:]):
                while stack[-1].name != name:
                    close()
                close()
            continue
        data = text[mark.end() : end].strip()
        stack.append(_Block(name, _attributes(name, data.removesuffix("/").strip(), report)))
        if data.endswith("/"):
            close()
    _add_loose(stack, text[done:])
    while len(stack) > 1:
        close()
    return "".join(stack[0].parts)


def _add_loose(stack: list[_Block], text: str) -> None:
    """Between blocks stands what the classic editor left there."""
    is_classic = len(stack) == 1 and text.strip()
    stack[-1].parts.append(classic.paragraphs(text) if is_classic else text)


def _attributes(name: str, data: str, report: Callable[[Finding], None]) -> dict[str, Any]:
    if not data:
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        report(Finding("block", name, LEFT, _("its settings are not readable, its text was kept")))
        return {}
    return found if isinstance(found, dict) else {}


def _html_of(
    block: _Block,
    inner: str,
    around: Surroundings,
    report: Callable[[Finding], None],
    reused: int,
) -> str:
    name = "embed" if block.name.startswith("core-embed/") else block.name
    if name in AS_THEY_ARE:
        report(Finding("block", name, CONVERTED))
        return inner
    if name in WITHOUT_TEXT:
        report(Finding("block", name, CONVERTED, _("has no text: taken out")))
        return ""
    if name in MADE_BY_WORDPRESS:
        report(Finding("block", name, LEFT, _("made by WordPress at every view: taken out")))
        return ""
    if make := MAKERS.get(name):
        return make(block, inner, report)
    if name == "block":
        return _reused(block, around, report, reused)
    if name == "footnotes":
        report(Finding("block", name, CONVERTED))
        notes = around.footnotes()
        items = "".join(f'<li id="{escape(key)}">{text}</li>' for key, text in notes)
        return f"<ol>{items}</ol>" if items else ""
    report(Finding("block", name, LEFT, _("not known here: its text was kept, check by eye")))
    return inner


def _reused(
    block: _Block, around: Surroundings, report: Callable[[Finding], None], reused: int
) -> str:
    number = str(block.attributes.get("ref", ""))
    text = around.reusable(number)
    if text is None or reused >= DEEPEST_REUSE:
        reason = _("the reusable block %s is not in the file") % number
        report(Finding("block", "block", LEFT, reason))
        return ""
    report(Finding("block", "block", CONVERTED, _("its text was put in")))
    return render(text, around, report, reused + 1)


def _embed(block: _Block, inner: str, report: Callable[[Finding], None]) -> str:
    url = absolute(str(block.attributes.get("url", "")))
    if not is_web(url):
        found = re.search(r"https?://[^\s<>\"']+", inner)
        url = found[0].replace("&amp;", "&") if found else ""
    if not url:
        report(Finding("embed", "embed", LEFT, _("without an address: taken out")))
        return ""
    provider = str(block.attributes.get("providerNameSlug") or block.name.rpartition("/")[2])
    report(Finding("embed", provider, CONVERTED, _("now a link: %s") % url))
    caption = re.search(r"<figcaption[^>]{0,400}>(.*?)</figcaption>", inner, re.DOTALL)
    return f"<p>{link(url)}</p>" + (f"<p>{caption[1]}</p>" if caption else "")


def _with_background(block: _Block, inner: str, report: Callable[[Finding], None]) -> str:
    """Older cover blocks keep their picture in a style; it is the first thing of the block."""
    report(Finding("block", block.name, CONVERTED))
    url = str(block.attributes.get("url") or block.attributes.get("mediaUrl") or "")
    if not url or "<img" in inner or "<video" in inner:
        return inner
    number = re.sub(r"\D", "", str(block.attributes.get("id", "")))
    alt = escape(str(block.attributes.get("alt", "")))
    tag = f'<img src="{escape(url)}" class="wp-image-{number}" alt="{alt}">'
    if block.attributes.get("backgroundType") == "video":
        tag = f'<video src="{escape(url)}"></video>'
    return f"<figure>{tag}</figure>{inner}"


def _shortcode(block: _Block, inner: str, report: Callable[[Finding], None]) -> str:
    report(Finding("block", block.name, CONVERTED))
    return classic.paragraphs(inner)


def _social_link(block: _Block, inner: str, report: Callable[[Finding], None]) -> str:
    url = str(block.attributes.get("url", ""))
    name = str(block.attributes.get("label") or block.attributes.get("service") or url)
    if not is_web(url):
        report(
            Finding("block", "social-link", LEFT, _("without an address: taken out") + f" ({name})")
        )
        return ""
    report(Finding("block", "social-link", CONVERTED))
    return f"<li>{link(url, name)}</li>"


def _social_links(block: _Block, inner: str, report: Callable[[Finding], None]) -> str:
    report(Finding("block", "social-links", CONVERTED))
    return inner


MAKERS: dict[str, Callable[[_Block, str, Callable[[Finding], None]], str]] = {
    "embed": _embed,
    "cover": _with_background,
    "cover-image": _with_background,
    "media-text": _with_background,
    "shortcode": _shortcode,
    "social-link": _social_link,
    "social-links": _social_links,
}
