from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = _("Support")
    desk = "Fundraisers"
    desk_permissions = (
        "newsroom.view_alert",
        "newsroom.change_alert",
        "newsroom.view_outgoingmail",
    )

    def ready(self) -> None:
        from donations import money, purging

        money.refuse_unknown(settings.CURRENCIES)
        purging.connect()
