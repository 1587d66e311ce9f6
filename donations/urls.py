"""Addresses of support, all under /support/."""

from django.urls import URLPattern, URLResolver, path

from donations.views.reader_css import reader_css
from donations.views.reminders import later

app_name = "donations"

urlpatterns: list[URLPattern | URLResolver] = [
    path("later/", later, name="later"),
    path("reader.css", reader_css, name="reader_css"),
]
