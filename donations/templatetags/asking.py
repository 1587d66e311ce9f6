"""The ask, placed by a page's template."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def support_prompt(context: dict[str, Any], placement: str) -> str:
    return ""
