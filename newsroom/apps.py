from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "The paper"

    def ready(self) -> None:
        from newsroom import checks, roles  # noqa: F401 - registers the system checks

        post_migrate.connect(roles.grant_desk_permissions, dispatch_uid="newsroom.roles")
