"""A text of WordPress as a text of ours: blocks, shortcodes, paragraphs, pictures, links.

In the end `html_body.clean` decides, as for every text; what it would take away without a word
is made into something that stays, or reported.
"""

import re
from collections import Counter
from dataclasses import dataclass

import nh3
from django.utils.translation import gettext as _

from articles import html_body
from articles.importers import blocks, classic, shortcodes
from articles.importers.findings import LEFT, Finding, Surroundings
from articles.importers.rewriting import DEEPEST, VOID, Rewriter

PAGE_MARKS = re.compile(r"<!--\s{0,9}(?:more\b[^>]{0,200}|nextpage|noteaser)\s{0,9}-->")
# Enough for the rewriter to see what it replaces. The parser is a browser's, so that whatever is
# nested in a way that HTML forbids is well formed from here on.
SEEN_TAGS = html_body.TAGS | {
    "address", "article", "aside", "audio", "b", "big", "body", "center", "details", "div", "embed",
    "footer", "form", "h1", "h5", "h6", "header", "i", "iframe", "kbd", "main", "nav", "object",
    "param", "samp", "section", "source", "span", "strike", "summary", "tt", "u", "var", "video",
    "acronym", "button", "small", "picture", "hgroup", "menu", "mark", "font", "label",
}  # fmt: skip
SEEN_ATTRIBUTES = {
    **{tag: set(names) for tag, names in html_body.ATTRIBUTES.items()},
    "*": {"id", "lang", "dir", "class"},
    "a": {"href", "title", "name"},
    "img": {"src", "alt", "width", "height", "data-id", "data-src", "data-lazy-src"},
    "iframe": {"src", "title", "data-src"},
    "video": {"src", "poster"},
    "audio": {"src"},
    "source": {"src"},
    "embed": {"src"},
    "object": {"data"},
    "param": {"name", "value"},
    "acronym": {"title"},
}
DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "select", "textarea", "title",
                        "svg", "math", "head"}  # fmt: skip
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})\b[^<>]{0,4000}>")
# Void, or ended by their own kind when nobody ends them.
NOT_NESTED = VOID | {"p", "li", "dt", "dd", "td", "th", "tr", "option", "tbody", "thead", "input",
                     "link", "meta", "area", "base", "track"}  # fmt: skip
# What the allow-list takes away and an editor may want to know of.
LOST = (
    ("script", re.compile(r"<script\b", re.I), "a script: taken out"),
    ("style", re.compile(r"<style\b", re.I), "a style sheet: taken out"),
    ("svg", re.compile(r"<svg\b", re.I), "a drawing in the text: taken out"),
    ("math", re.compile(r"<math\b", re.I), "a formula: taken out"),
    ("form", re.compile(r"<(?:input|select|textarea)\b", re.I), "part of a form: taken out"),
    ("javascript:", re.compile(r"=\s{0,9}[\"']?\s{0,9}javascript:", re.I), "a link that is a program: taken out"),
    ("style=", re.compile(r"\sstyle\s{0,9}=", re.I), "a style of its own: taken out"),
    ("on…=", re.compile(r"<[^<>]{1,400}\son[a-z]{3,20}\s{0,9}=", re.I), "a program at an element: taken out"),
)  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """`pictures` are the rows that the text shows, `findings` what happened, with how often."""

    html: str
    findings: Counter[Finding]
    pictures: frozenset[int]


def convert(text: str, around: Surroundings) -> Converted:
    findings: Counter[Finding] = Counter()

    def report(finding: Finding) -> None:
        findings[finding] += 1

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if blocks.has_blocks(text):
        html = blocks.render(text, around, report)
        html = shortcodes.expand(PAGE_MARKS.sub("", html), around, report)
    else:
        text = PAGE_MARKS.sub("\n\n", text)
        html = classic.paragraphs(shortcodes.expand(text, around, report))
    for name, pattern, reason in LOST:
        if count := sum(1 for _each in pattern.finditer(html)):
            findings[Finding("html", name, LEFT, _(reason))] += count
    rewriter = Rewriter(around, report)
    html = rewriter.rewrite(
        nh3.clean(
            _flattened(html),
            tags=SEEN_TAGS - DROPPED_WITH_CONTENT,
            clean_content_tags=DROPPED_WITH_CONTENT,
            attributes=SEEN_ATTRIBUTES,
            url_schemes=html_body.SCHEMES,
            link_rel=None,
        )
    )
    return Converted(html_body.clean(html), findings, frozenset(rewriter.pictures))


def _flattened(html: str) -> str:
    """Without what is nested deeper than anybody means: a parser's work grows with the depth."""
    if html.count("<") <= DEEPEST:
        return html
    out: list[str] = []
    done = depth = 0
    for tag in TAG.finditer(html):
        if tag[2].lower() in NOT_NESTED:
            continue
        depth += 1 if not tag[1] else 0
        if depth > DEEPEST:
            out.append(html[done : tag.start()])
            done = tag.end()
        depth -= 1 if tag[1] and depth else 0
    return "".join([*out, html[done:]]) if done else html
