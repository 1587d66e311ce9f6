"""What the forms of support show."""

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _

register = template.Library()

# Those that have a drawing in donations/methods.html.
METHODS = {
    "card": _("Card"),
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "sepa_debit": _("Bank debit"),
    "paypal": "PayPal",
    "link": "Link",
}


@register.simple_tag
def payment_methods() -> list[tuple[str, str]]:
    """Key and name of each method that the paper shows, in its order."""
    return [(key, str(METHODS[key])) for key in settings.PAYMENT_METHODS_SHOWN if key in METHODS]
