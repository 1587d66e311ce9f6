"""The text field of stories and pages: it can make what readers may be sent, and nothing else."""

from html.parser import HTMLParser
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media  # type: ignore[import-untyped]

from articles import html_body
from newsroom import inline

# The hash of a style that the field writes into its page.
WRITTEN_BY_THE_EDITOR = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["mailto", "tel"]},
    "Figure": True,
    "Image": True,
    "Caption": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "SpecialCharacters": True,
    "HTML": True,
    # The browser's own spelling check, in the language of whoever writes.
    "NoSpellCheck": False,
}
# What the editor gives back as it got it. A text with anything else is edited as HTML, or opening
# and saving an old story would quietly take its anchors, definitions or code away.
SAFE: dict[str, set[str]] = {
    "p": set(),
    "h2": set(),
    "h3": set(),
    "strong": set(),
    "em": set(),
    "s": set(),
    "sub": set(),
    "sup": set(),
    "blockquote": set(),
    "ul": set(),
    "ol": {"start"},
    "li": set(),
    "a": {"href", "title"},
    "br": set(),
    "hr": set(),
    "figure": set(),
    "figcaption": set(),
    "img": {"src", "alt", "title", "width", "height"},
    "table": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}


def prose_field(**kwargs: Any) -> forms.Field:
    field: forms.Field = ProseEditorFormField(
        config={"extensions": EXTENSIONS},
        sanitize=html_body.clean,
        widget=AdminProseEditorWidget(attrs={"rows": 20}),
        **kwargs,
    )
    return field


def edit_as_html(field: forms.Field) -> None:
    """Turn a prose field into plain HTML, with the reason beside it."""
    field.widget = forms.Textarea(
        attrs={"rows": 30, "class": "vLargeTextField html-text", "dir": "auto"}
    )
    field.help_text = _(
        "This text has parts that the text editor does not know, such as anchors or code, so it "
        "is shown as HTML. What readers may not be sent is taken out when you save."
    )


def is_kept_whole(body: str) -> bool:
    """The editor would give this text back with everything in it."""
    seen = _Seen()
    seen.feed(body)
    seen.close()
    return not seen.is_strange


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.is_strange = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in SAFE or not {name for name, _value in attrs} <= SAFE[tag]:
            self.is_strange = True


class ProseDesk:
    """A desk whose form has a prose field: its import map is an inline script, so it is signed."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
        inline.allow("style-src", WRITTEN_BY_THE_EDITOR)
        inline.allow("font-src", "'self'")
        context["media"] = Media.from_media(context["media"], nonce=nonce)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc,no-any-return]
