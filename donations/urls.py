"""Addresses of support, all under /support/."""

from django.urls import URLPattern, URLResolver, path

from donations.views import checkout, manage
from donations.views.reader_css import reader_css
from donations.views.reminders import later
from donations.views.support import support
from donations.views.thanks import thanks
from donations.views.webhook import webhook

app_name = "donations"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", support, name="support"),
    path("checkout/", checkout.start, name="checkout"),
    path("thanks/", thanks, name="thanks"),
    path("stripe/webhook/", webhook, name="webhook"),
    path("later/", later, name="later"),
    path("manage/", manage.manage, name="manage"),
    path("manage/entry/", manage.entry, name="entry"),
    path("manage/access/", manage.open_access, name="access"),
    path("manage/portal/", manage.portal, name="portal"),
    path("manage/back/", manage.back, name="manage_back"),
    path("reader.css", reader_css, name="reader_css"),
]
