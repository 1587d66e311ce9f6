"""Addresses of the paper. Order matters only for `/<slug>/`, which comes last."""

from django.urls import URLPattern, URLResolver

app_name = "articles"

urlpatterns: list[URLPattern | URLResolver] = []
