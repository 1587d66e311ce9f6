"""Who may do what in the admin. Each app names its own desk; nobody lists them all.

An app's `AppConfig` may carry `desk` (the group's name, such as "Editors") and
`desk_permissions` (what that group needs beside the app's own models). Administrators
are Django's superusers.
"""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission


def grant_desk_permissions(sender: AppConfig, using: str = "default", **kwargs: Any) -> None:
    desk: str | None = getattr(sender, "desk", None)
    if desk is None:
        return
    group, _ = Group.objects.using(using).get_or_create(name=desk)
    permissions = list(Permission.objects.using(using).filter(content_type__app_label=sender.label))
    for name in getattr(sender, "desk_permissions", ()):
        app_label, codename = name.split(".")
        permissions += Permission.objects.using(using).filter(
            content_type__app_label=app_label, codename=codename
        )
    group.permissions.add(*permissions)
