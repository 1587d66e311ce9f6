"""Clean HTML: one allow-list for every way in, so that no body can carry a script or a tracker."""

import re
from collections import Counter

import nh3

TAGS = {
    "p", "h2", "h3", "h4", "blockquote", "cite", "ul", "ol", "li", "a", "strong", "em", "s", "sub",
    "sup", "code", "pre", "br", "hr", "figure", "figcaption", "img", "table", "caption", "thead",
    "tbody", "tfoot", "tr", "th", "td", "abbr", "bdi", "bdo", "time", "dl", "dt", "dd", "q", "ins",
    "del",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir", "id"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start", "reversed"},
    "time": {"datetime"},
    "abbr": {"title"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
# No text is read this deep, and what cleaning costs grows with the square of the depth.
DEEPEST = 200
TAG = re.compile(r"""<!--|-->|<(/?)([a-zA-Z][^\s/>]*)(?:=\s*"[^"]*"|=\s*'[^']*'|[^<>])*>?""")
# These hold nothing, or end by themselves where the next one begins.
FLAT = {
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "area", "base",
    "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
}  # fmt: skip


def clean(html: str) -> str:
    """The same text with nothing but the tags above. Cleaning twice changes nothing."""
    return nh3.clean(
        _flattened(html),
        tags=TAGS,
        clean_content_tags={
            "script",
            "style",
            "template",
            "noscript",
            "iframe",
            "object",
        },
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
    ).strip()


def _flattened(html: str) -> str:
    """The same text without the tags that would open below `DEEPEST`."""
    if html.count("<") <= DEEPEST:
        return html
    # Counted for each name: an end that ends nothing must not hide a beginning.
    open_now: Counter[str] = Counter()
    depth = done = 0
    is_comment = False
    parts: list[str] = []
    for tag in TAG.finditer(html):
        end, name = tag[1], (tag[2] or "").lower()
        if not name:
            is_comment = tag[0] == "<!--"
        elif name in FLAT or (end and (is_comment or not open_now[name])):
            continue
        elif end:
            open_now[name] -= 1
            depth -= 1
        elif depth < DEEPEST:
            open_now[name] += 1
            depth += 1
        else:
            parts.append(html[done : tag.start()])
            done = tag.end()
    return "".join([*parts, html[done:]])
