from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "The paper"

    def ready(self) -> None:
        from newsroom import checks, roles  # noqa: F401 - registers the system checks
        from newsroom.purging import spoil_everything

        post_migrate.connect(roles.grant_desk_permissions, dispatch_uid="newsroom.roles")
        for signal in (post_save, post_delete):
            signal.connect(spoil_everything, sender="newsroom.Paper")
