"""The site's addresses as the demo has them."""

from django.urls import include, path

urlpatterns = [
    path("outbox/", include("newsroom.dev.urls")),
    path("", include("newsroom.urls")),
]
