"""Styles and scripts that stand in the page itself; see `newsroom/inline.py`."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from newsroom import inline
from newsroom.models import Paper

register = template.Library()


@register.simple_tag(takes_context=True)
def style(context: Context, *parts: str) -> SafeString:
    """`{% style "frame prose" %}`: what is always needed, these parts, the paper's colours."""
    paper: Any = context.get("paper") or Paper()
    names = ("base", *(name for part in parts for name in part.split()))
    found = inline.style(names, paper.accent_colour, paper.accent_colour_dark)
    inline.allow("style-src", found.source)
    return format_html("<style>{}</style>", mark_safe(found.text))  # noqa: S308 - our own files


@register.simple_tag
def script(name: str, kind: str = "") -> SafeString:
    """`{% script "asking" "module" %}`"""
    found = inline.script(name)
    inline.allow("script-src", found.source)
    opening = format_html('<script type="{}">', kind) if kind else mark_safe("<script>")
    return format_html("{}{}</script>", opening, mark_safe(found.text))  # noqa: S308 - our own files
