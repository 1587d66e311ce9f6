"""`/outbox/`: the mail of the demo, read in the browser."""

from django.urls import path

from newsroom.dev import outbox

app_name = "outbox"

urlpatterns = [
    path("", outbox.outbox, name="outbox"),
    path("<str:key>/", outbox.letter, name="letter"),
    path("<str:key>/html/", outbox.letter_html, name="letter_html"),
]
