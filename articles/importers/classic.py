"""Texts of the classic editor: a blank line is a paragraph, the end of a line a line break."""

import re

# Kept letter by letter.
VERBATIM = re.compile(r"<(?:(pre|script|style|textarea|svg|math)\b|!--)", re.IGNORECASE)
BLOCKS = (
    "address|article|aside|blockquote|body|caption|center|col|colgroup|dd|details|dialog|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|"
    "option|p|pre|section|select|summary|table|tbody|td|tfoot|th|thead|tr|ul|iframe|object|video|"
    "audio"
)
TAG = re.compile(
    # Bounded, so that a text full of beginnings is read once and not once for each of them.
    rf"<(/?)({BLOCKS})(?=[\s>/])(?:[^<>\"']|\"[^\"]{{0,4000}}\"|'[^']{{0,4000}}'){{0,4000}}>",
    re.IGNORECASE,
)
ALONE = frozenset({"hr", "col"})
# Where loose text becomes paragraphs; where it does only when a blank line asks for it; where the
# end of a line is a line break at least.
SETS_PARAGRAPHS = frozenset(
    {"", "address", "article", "aside", "blockquote", "body", "center", "details", "div", "footer",
     "form", "fieldset", "header", "main", "section"}
)  # fmt: skip
MAY_SET_PARAGRAPHS = frozenset({"li", "td", "th", "dd", "figcaption"})
BREAKS_LINES = MAY_SET_PARAGRAPHS | {"p", "dt", "caption", "summary"}

BLANK_LINE = re.compile(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*)+")
LINE_END = re.compile(r"(?:<br\s{0,9}/?>)?[ \t]{0,99}\n[ \t]*", re.IGNORECASE)
# An address alone on its line: WordPress shows what is there.
LONE_ADDRESS = re.compile(r"^[ \t]*(https?://[^\s<>\"'\[\]]+)[ \t]*$", re.MULTILINE)


def paragraphs(text: str) -> str:
    """HTML with its paragraphs and line breaks spelled out. Once is enough: twice changes nothing
    that has its own `<p>`."""
    text, kept = _set_aside(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = LONE_ADDRESS.sub(lambda found: f"\n\n{found[1]}\n\n", text)
    out: list[str] = []
    inside = [""]
    done = 0
    for tag in TAG.finditer(text):
        out.append(_loose(text[done : tag.start()], inside[-1]))
        out.append(tag[0])
        done = tag.end()
        name = tag[2].lower()
        if name in ALONE:
            continue
        if not tag[1]:
            inside.append(name)
        elif name in inside:
            while inside.pop() != name:
                pass
    out.append(_loose(text[done:], inside[-1]))
    return re.sub("\x02(\\d+)\x03", lambda found: kept[int(found[1])], "".join(out))


def _set_aside(text: str) -> tuple[str, list[str]]:
    """The text with a mark for everything verbatim, and what the marks stand for."""
    lower = text.lower()
    out: list[str] = []
    kept: list[str] = []
    done = 0
    # Of what never ends, the end is searched once.
    endless: set[str] = set()
    for begins in VERBATIM.finditer(text):
        if begins.start() < done:
            continue
        end_mark = f"</{begins[1].lower()}>" if begins[1] else "-->"
        if end_mark in endless or (end := lower.find(end_mark, begins.end())) < 0:
            endless.add(end_mark)
            continue
        end += len(end_mark)
        out.append(f"{text[done : begins.start()]}\x02{len(kept)}\x03")
        kept.append(text[begins.start() : end])
        done = end
    out.append(text[done:])
    return "".join(out), kept


def _loose(text: str, container: str) -> str:
    if not text.strip():
        return text
    if container in SETS_PARAGRAPHS:
        return _set(text)
    if container in MAY_SET_PARAGRAPHS and BLANK_LINE.search(text.strip()):
        return _set(text)
    if container in BREAKS_LINES:
        return LINE_END.sub("<br>", text.strip("\n"))
    return text


def _set(text: str) -> str:
    out = []
    for each in BLANK_LINE.split(text):
        if not (stripped := each.strip()):
            continue
        # A kept `<pre>` or comment on its own is no paragraph.
        if re.fullmatch("(?:\x02\\d+\x03\\s*)+", stripped):
            out.append(stripped)
        else:
            out.append(f"<p>{LINE_END.sub('<br>', stripped)}</p>")
    return "\n".join(out)
