"""What waits for somebody at the desks that one may open."""

from typing import Any

from django import template
from django.apps import apps
from django.contrib import admin
from django.template import Context

from newsroom.desks import Waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_at_desks(context: Context) -> list[Waiting]:
    """Asks each desk of the page's `app_list`, which holds only what its reader may open."""
    found = []
    for app in context.get("app_list") or ():
        for shown in app["models"]:
            desk: Any = admin.site.get_model_admin(
                apps.get_model(app["app_label"], shown["object_name"])
            )
            waiting = desk.waiting() if hasattr(desk, "waiting") else None
            if waiting is not None:
                found.append(waiting)
    return found
