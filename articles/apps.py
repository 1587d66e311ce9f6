from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")
    desk = "Editors"
    desk_permissions = ("newsroom.view_paper", "newsroom.change_paper")

    def ready(self) -> None:
        from articles import purging

        purging.connect()
