"""A story's text as it is set on its page: the dateline run in, wide tables in a frame."""

from html.parser import HTMLParser

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


def typeset(body: str, dateline: str = "") -> SafeString:
    """`body` is clean already (`articles/html_body.py`); this adds, and never takes away."""
    places = _Places()
    places.feed(body)
    places.close()
    place = places.first_words if places.first_words is not None else 0
    insertions = [*places.insertions]
    if dateline:
        words = format_html('<span class="dateline">{}</span> — ', dateline)
        if places.first_words is None:
            words = format_html('<p class="dateline">{}</p>', dateline)
        insertions.append((place, words))
    parts: list[str] = []
    done = 0
    for offset, inserted in sorted(insertions, key=lambda each: each[0]):
        parts += [body[done:offset], inserted]
        done = offset
    return mark_safe("".join([*parts, body[done:]]))  # noqa: S308 - clean, and escaped above


class _Places(HTMLParser):
    """Where something is to be put in. Read with a parser: an attribute may hold anything."""

    def __init__(self) -> None:
        super().__init__()
        self.insertions: list[tuple[int, str]] = []
        # Just behind the first tag, when the text begins with a paragraph.
        self.first_words: int | None = None
        self._is_begun = False
        self._tables = 0
        self._line_starts = [0]

    def feed(self, data: str) -> None:
        self._line_starts += [at + 1 for at, letter in enumerate(data) if letter == "\n"]
        super().feed(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at, behind = (
            self._offset(),
            self._offset() + len(self.get_starttag_text() or ""),
        )
        if tag == "p" and not self._is_begun:
            self.first_words = behind
        self._is_begun = True
        if tag == "img":
            self.insertions.append((at + len("<img"), ' loading="lazy" decoding="async"'))
        elif tag == "table":
            self._tables += 1
            if self._tables == 1:
                # Scrolled by keyboard too, so it takes the focus and says what it is.
                frame = format_html(
                    '<div class="wide" role="group" tabindex="0" aria-label="{}">',
                    _("Table"),
                )
                self.insertions.append((at, frame))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._tables:
            self._tables -= 1
            if self._tables == 0:
                self.insertions.append((self._offset() + len("</table>"), "</div>"))

    def handle_data(self, data: str) -> None:
        self._is_begun = self._is_begun or bool(data.strip())

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column
