"""Well-formed HTML of the old site, rewritten in one walk into what our pages set.

Tags get the names that we use, pictures their rendition here, links their new address; what a
page may not load becomes a link; text outside a paragraph gets one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote, urlsplit

from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.importers.findings import (
    CONVERTED,
    LEFT,
    Attachment,
    Finding,
    Picture,
    Surroundings,
)
from articles.importers.links import absolute, is_web, label, link

RENAMED = {
    "b": "strong", "i": "em", "strike": "s", "tt": "code", "kbd": "code", "samp": "code",
    "var": "code", "acronym": "abbr", "h1": "h2", "h5": "h4", "h6": "h4", "menu": "ul",
}  # fmt: skip
# By class, whatever the tag: old captions are definition lists, old galleries lists.
CLOTHES = {
    "figure": frozenset({"wp-caption"}),
    "span": frozenset({"wp-caption-dt"}),
    "figcaption": frozenset({"wp-caption-dd", "wp-caption-text"}),
    "div": frozenset({"blocks-gallery-grid", "blocks-gallery-item"}),
}
INLINE = frozenset(
    {"a", "strong", "em", "s", "sub", "sup", "code", "abbr", "bdi", "bdo", "time", "q", "ins",
     "del", "cite"}
)  # fmt: skip
# Only what stands in them matters.
INLINE_FRAMES = frozenset(
    {"span", "u", "big", "small", "font", "mark", "label", "button", "picture"}
)
BLOCK_FRAMES = frozenset(
    {"div", "section", "article", "header", "footer", "main", "aside", "center", "address", "form",
     "nav", "details", "hgroup", "body"}
)  # fmt: skip
# Between the blocks in them stands nothing that is seen.
HOLDS_BLOCKS = frozenset({"ul", "ol", "dl", "table", "tbody", "thead", "tfoot", "tr"})
MEDIA = frozenset({"iframe", "video", "audio", "object"})
# A line break is all there may be between them.
VOID = frozenset({"br", "hr", "img", "source", "param", "embed", "wbr", "col"})
KEPT = {
    "a": ("href", "title", "id", "lang", "dir"),
    "ol": ("start", "reversed", "id", "lang", "dir"),
    "td": ("colspan", "rowspan", "id", "lang", "dir"),
    "th": ("scope", "colspan", "rowspan", "id", "lang", "dir"),
    "time": ("datetime", "id", "lang", "dir"),
    "abbr": ("title", "id", "lang", "dir"),
}
KEPT_EVERYWHERE = ("id", "lang", "dir")
PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|heic)$", re.IGNORECASE)
LEADING_PICTURE = re.compile(
    r"(<a [^>]*>\s*<img\b[^>]*>\s*</a>|<img\b[^>]*>)(?:\s|<br>)*", re.IGNORECASE
)
# In pixels. Below it a picture is a sign among the words.
SMALLEST_FIGURE = 100
NUMBER_IN_CLASS = re.compile(r"\bwp-image-(\d+)\b")
# Beyond it nobody means anything by it; the words are kept.
DEEPEST = 200
TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9-]*)(?P<attributes>(?:\s+[^\s=<>\"/]+=\"[^\"]*\")*)\s*/?>"
    r"|(?P<text>[^<]+)"
)
ATTRIBUTE = re.compile(r"([^\s=<>\"/]+)=\"([^\"]*)\"")
BLANK = " \t\n\xa0"
Attributes = dict[str, str]


@dataclass
class _Frame:
    """An element under way. `runs` is what stands in it: (is it a block, HTML)."""

    tag: str
    source: str
    attributes: Attributes
    runs: list[tuple[bool, str]] = field(default_factory=list)
    has_text: bool = False
    has_block: bool = False
    pictures: int = 0
    caption: str = ""
    address: str = ""

    def html(self) -> str:
        return "".join(run for _is_block, run in self.runs)


class Rewriter:
    """For one text, of the form that `nh3` writes."""

    def __init__(self, around: Surroundings, report: Callable[[Finding], None]) -> None:
        self.pictures: set[int] = set()
        self._around = around
        self._report = report
        self._stack = [_Frame("", "", {})]

    def rewrite(self, html: str) -> str:
        for token in TOKEN.finditer(html):
            if text := token["text"]:
                self._text(text)
            elif token["end"]:
                self._end_of(token["tag"])
            elif token["tag"]:
                given = ATTRIBUTE.findall(token["attributes"])
                self._begin(token["tag"], {name: unescape(value) for name, value in given})
        while len(self._stack) > 1:
            self._end()
        return "\n".join(self._set(self._stack[0]))

    # What is met.

    def _begin(self, tag: str, attributes: Attributes) -> None:
        if tag in VOID:
            self._void(tag, attributes)
            return
        name = _named(tag, attributes.get("class", "").split(), len(self._stack))
        frame = _Frame(name, tag, attributes)
        if name in MEDIA:
            frame.address = next(filter(None, map(attributes.get, ("src", "data-src", "data"))), "")
        self._stack.append(frame)

    def _end_of(self, tag: str) -> None:
        if any(frame.source == tag for frame in reversed(self._stack)):
            while self._stack[-1].source != tag:
                self._end()
            self._end()

    def _text(self, text: str) -> None:
        top = self._stack[-1]
        if top.tag in MEDIA:
            return
        top.runs.append((False, text))
        if not top.has_text and text.replace("&nbsp;", " ").strip():
            top.has_text = True

    # What becomes of it.

    def _add(self, html: str, *, is_block: bool = False) -> None:
        top = self._stack[-1]
        top.runs.append((is_block, html))
        top.has_block = top.has_block or is_block

    def _void(self, tag: str, attributes: Attributes) -> None:
        if tag == "br":
            self._add("<br>")
        elif tag == "hr":
            self._add("<hr>", is_block=True)
        elif tag == "img":
            self._picture(attributes)
        elif tag == "embed":
            self._media("embed", attributes.get("src", ""))
        elif self._stack[-1].tag in MEDIA and not self._stack[-1].address:
            name = attributes.get("name", "src").lower()
            if name in {"src", "movie"}:
                self._stack[-1].address = attributes.get("src") or attributes.get("value", "")

    def _end(self) -> None:
        frame = self._stack.pop()
        if frame.tag in MEDIA:
            self._media(frame.tag, frame.address)
        elif frame.tag == "a":
            self._anchor(frame)
        elif frame.tag in INLINE_FRAMES:
            self._pour(frame)
        elif frame.tag == "summary":
            self._block(f"<p><strong>{frame.html().strip()}</strong></p>", frame)
        elif frame.tag in BLOCK_FRAMES:
            for each in self._set(frame):
                self._block(each, frame)
        elif frame.tag == "p":
            self._paragraph(frame)
        elif frame.tag == "figure":
            self._figure(frame)
        elif frame.tag == "figcaption":
            self._caption(frame)
        elif frame.tag in INLINE:
            self._inline(frame)
        else:
            self._element(frame)

    def _block(self, html: str, frame: _Frame) -> None:
        self._add(html, is_block=True)
        self._tell_parent(frame)

    def _tell_parent(self, frame: _Frame) -> None:
        top = self._stack[-1]
        top.has_text = top.has_text or frame.has_text
        top.has_block = top.has_block or frame.has_block
        top.pictures += frame.pictures

    def _pour(self, frame: _Frame) -> None:
        self._stack[-1].runs += frame.runs
        self._tell_parent(frame)

    def _inline(self, frame: _Frame) -> None:
        if frame.has_block:
            self._pour(frame)
        elif frame.has_text or frame.pictures or frame.attributes.get("id"):
            inner = _trim(frame.html()) if frame.tag == "cite" else frame.html()
            self._add(f"{_opening(frame)}{inner}</{frame.tag}>")
            self._tell_parent(frame)

    def _element(self, frame: _Frame) -> None:
        """A block that keeps its name: a heading, list, table, quote and their parts."""
        is_cell = frame.tag in {"td", "th", "tr"}
        if not (frame.has_text or frame.pictures or frame.has_block or is_cell):
            if frame.attributes.get("id"):
                self._block(f'<p id="{escape(frame.attributes["id"])}"></p>', frame)
            return
        if frame.tag == "blockquote" and frame.has_block:
            inner = "".join(self._set(frame))
        elif frame.tag in HOLDS_BLOCKS:
            inner = "".join(run for _is_block, run in frame.runs if run.strip())
        else:
            inner = frame.html() if frame.tag == "pre" else frame.html().strip()
        self._block(f"{_opening(frame)}{inner}</{frame.tag}>", frame)

    def _paragraph(self, frame: _Frame) -> None:
        if frame.has_block:
            for each in self._set(frame):
                self._block(each, frame)
            return
        self._set_line(frame.runs, frame, _opening(frame))

    def _set(self, frame: _Frame) -> list[str]:
        """The blocks of a frame; what is loose between them becomes paragraphs."""
        out: list[str] = []
        loose: list[tuple[bool, str]] = []
        for is_block, html in frame.runs:
            if is_block:
                out += _line(loose)
                loose = []
                out.append(html)
            else:
                loose.append((is_block, html))
        return out + _line(loose)

    def _set_line(self, runs: list[tuple[bool, str]], frame: _Frame, opening: str) -> None:
        for each in _line(runs, opening):
            if (
                not frame.pictures
                and "<a " not in each
                and (found := re.fullmatch(r"<p[^>]*>\s*(https?://[^\s<>]+)\s*</p>", each))
            ):
                url = found[1].replace("&amp;", "&")
                self._report(Finding("embed", label(url).partition("/")[0], CONVERTED,
                                     _("now a link: %s") % url))  # fmt: skip
                each = f"<p>{link(url)}</p>"
            self._block(each, frame)
        if not frame.has_text and not frame.pictures and frame.attributes.get("id"):
            self._block(f'<p id="{escape(frame.attributes["id"])}"></p>', frame)

    def _figure(self, frame: _Frame) -> None:
        caption = f"<figcaption>{frame.caption}</figcaption>" if frame.caption else ""
        content = frame.html().strip()
        is_nested = "<figure" in content
        if (frame.pictures and not frame.has_block) or (
            not is_nested and content.startswith(("<table", "<blockquote", "<pre"))
        ):
            self._block(f"<figure{_identity(frame)}>{content}{caption}</figure>", frame)
        elif frame.has_block:
            for each in self._set(frame):
                self._block(each, frame)
            if frame.caption:
                self._block(f"<p>{frame.caption}</p>", frame)
        else:
            # What it showed is not here: a link, and the words below it.
            is_said = _words(frame.caption) == _words(content)
            below = f"<br>{frame.caption}" if frame.caption and not is_said else ""
            for each in _line([(False, content + below)]):
                self._block(each, frame)

    def _caption(self, frame: _Frame) -> None:
        words = _trim(frame.html())
        words = re.sub(r"</p>\s*<p[^>]*>", "<br>", words)
        words = re.sub(r"</?p[^>]*>", "", words)
        around = next((each for each in reversed(self._stack) if each.tag == "figure"), None)
        if not frame.has_text:
            return
        if around is None:
            self._block(f"<p>{words}</p>", frame)
        else:
            around.caption = f"{around.caption}<br>{words}" if around.caption else words

    def _anchor(self, frame: _Frame) -> None:
        if "wp-block-file__button" in frame.attributes.get("class", ""):
            # “Download”: the same file again.
            return
        name = frame.attributes.get("id") or frame.attributes.get("name", "")
        if name:
            frame.attributes["id"] = name
        href = self._address(frame.attributes.get("href", ""))
        frame.attributes["href"] = href
        leads_to_file = bool(href) and self._is_file_of_picture(href)
        if frame.has_block or not href or (frame.pictures and not frame.has_text and leads_to_file):
            if name and not frame.has_block:
                self._add(f'<a id="{escape(name)}"></a>')
            self._pour(frame)
        elif frame.has_text or frame.pictures:
            self._add(f"{_opening(frame)}{frame.html()}</a>")
            self._tell_parent(frame)
        elif name:
            self._add(f'<a id="{escape(name)}"></a>')

    def _address(self, href: str) -> str:
        if not href or href.startswith(("#", "mailto:", "tel:")):
            return href
        new = self._around.address(href)
        if new is None:
            return href
        if not new:
            if not self._is_file_of_picture(href):
                self._report(
                    Finding(
                        "link", href[:200], LEFT, _("leads to what is not here: kept as it was")
                    )
                )
            return href
        self._report(Finding("link", "to the old site", CONVERTED, _("leads to its new address")))
        return new

    def _is_file_of_picture(self, href: str) -> bool:
        return (
            bool(PICTURE_FILE.search(urlsplit(href).path)) if is_web(absolute(href)) else False
        ) or self._around.attachment_at(href) is not None

    # Pictures and players.

    def _picture(self, attributes: Attributes) -> None:
        src = absolute(
            attributes.get("data-src")
            or attributes.get("data-lazy-src")
            or attributes.get("src", "")
        )
        classes = attributes.get("class", "")
        alt = attributes.get("alt", "")
        if "wp-smiley" in classes or "emoji" in classes.split():
            self._add(escape(alt))
            self._stack[-1].has_text = self._stack[-1].has_text or bool(alt)
            return
        if attributes.get("width") in {"0", "1"} and attributes.get("height") in {"0", "1"}:
            self._report(
                Finding("picture", label(src), LEFT, _("a pixel that counts readers: taken out"))
            )
            return
        if (found := self._attachment(attributes, src)) and found.picture:
            self._show(found.picture, alt or found.alt)
            self._report(Finding("picture", "of the old site", CONVERTED))
            return
        url = src or (found.url if found else "")
        if not is_web(url):
            self._report(
                Finding(
                    "picture", url[:100] or alt or "?", LEFT, _("without an address: taken out")
                )
            )
            return
        is_ours = found is not None or self._around.address(url) is not None
        reason = (
            _("its file was not given: a link to the old site stands in its place")
            if is_ours
            else _("of another site, never loaded for readers: a link stands in its place")
        )
        self._report(Finding("picture", url[:300], LEFT, reason))
        words = alt or (found.title if found else "") or _file_name(url)
        in_link = any(frame.tag == "a" and frame.attributes.get("href") for frame in self._stack)
        self._add(escape(words) if in_link else link(url, words))
        self._stack[-1].has_text = True

    def _attachment(self, attributes: Attributes, src: str) -> Attachment | None:
        by_class = NUMBER_IN_CLASS.search(attributes.get("class", ""))
        number = by_class[1] if by_class else attributes.get("data-id", "")
        at_address = self._around.attachment_at(src) if src else None
        if at_address and at_address.picture:
            return at_address
        named = self._around.attachment(number) if number else None
        return named if named and (named.picture or not at_address) else at_address

    def _show(self, picture: Picture, alt: str) -> None:
        self.pictures.add(picture.pk)
        self._stack[-1].pictures += 1
        self._add(
            f'<img src="{escape(picture.src)}" alt="{escape(alt or picture.alt)}" '
            f'width="{picture.width}" height="{picture.height}">'
        )

    def _media(self, kind: str, address: str) -> None:
        url = absolute(address)
        if not is_web(url):
            self._report(Finding("embed", kind, LEFT, _("without an address: taken out")))
            return
        self._report(Finding("embed", kind, CONVERTED, _("now a link: %s") % url[:300]))
        if any(frame.tag in INLINE for frame in self._stack):
            self._add(escape(label(url)))
            self._stack[-1].has_text = True
        else:
            self._add(f"<p>{link(url)}</p>", is_block=True)


def _line(runs: list[tuple[bool, str]], opening: str = "<p>") -> list[str]:
    """A paragraph, or figures when there is nothing but pictures."""
    html = _trim("".join([run for _is_block, run in runs]))
    if not html:
        return []
    if "<" not in html and "&" not in html:
        return [f"{opening}{html}</p>"]
    words = re.sub(r"<(?!img\b)[^>]*>", "", html).replace("&nbsp;", " ")
    if not words.strip(BLANK):
        return [f"{opening}{html}</p>"] if "<a id=" in html else []
    if "<img" in words and not re.sub(r"<img\b[^>]*>", "", words).strip(BLANK):
        pictures = re.findall(r"(?:<a [^>]*>)?\s*<img\b[^>]*>\s*(?:</a>)?", html)
        return [f"<figure>{each.strip()}</figure>" for each in pictures]
    figures, html = _leading_pictures(html)
    return [*figures, f"{opening}{html}</p>"]


def _leading_pictures(html: str) -> tuple[list[str], str]:
    """WordPress let words run around the picture that a paragraph begins with; we set it above."""
    figures: list[str] = []
    done = 0
    while found := LEADING_PICTURE.match(html, done):
        width = re.search(r' width="(\d+)"', found[0])
        if width is None or int(width[1]) < SMALLEST_FIGURE:
            break
        figures.append(f"<figure>{found[1]}</figure>")
        done = found.end()
    return figures, html[done:]


def _named(tag: str, classes: list[str], depth: int) -> str:
    """What an element is to us: some are only clothes of another."""
    if depth > DEEPEST:
        return "span"
    for name, known in CLOTHES.items():
        if known & set(classes):
            return name
    return RENAMED.get(tag, tag)


def _words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).strip()


def _trim(html: str) -> str:
    """Without line breaks and blanks at both ends."""
    begins = re.match(r"(?:<br>|\s)*", html)
    start, end = begins.end() if begins else 0, len(html)
    while end > start:
        if html[end - 1].isspace():
            end -= 1
        elif html.endswith("<br>", start, end):
            end -= len("<br>")
        else:
            break
    return html[start:end]


def _opening(frame: _Frame) -> str:
    kept = "".join(
        f' {name}="{escape(frame.attributes[name])}"'
        for name in KEPT.get(frame.tag, KEPT_EVERYWHERE)
        if name in frame.attributes
    )
    return f"<{frame.tag}{kept}>"


def _identity(frame: _Frame) -> str:
    return f' id="{escape(frame.attributes["id"])}"' if frame.attributes.get("id") else ""


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2] or label(url)
