"""The table of contents. Every first segment here is reserved; see `articles/models/address.py`."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from newsroom import health
from newsroom.media import media
from newsroom.signing_in import PasswordReset

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Their addresses lie under /admin/, where the admin's cookies live.
    path(
        "admin/password_reset/",
        PasswordReset.as_view(extra_email_context={"site_url": settings.SITE_URL}),
        name="admin_password_reset",
    ),
    path(
        "admin/password_reset/done/",
        auth.PasswordResetDoneView.as_view(),
        name="password_reset_done",
    ),
    path(
        "admin/reset/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path(
        "admin/reset/done/",
        auth.PasswordResetCompleteView.as_view(),
        name="password_reset_complete",
    ),
    path("admin/", admin.site.urls),
    path("support/", include("donations.urls")),
]

if settings.SERVE_MEDIA:
    urlpatterns += [
        path("media/<path:path>", media, name="media"),
    ]
if settings.DEMO:
    urlpatterns += [path("outbox/", include("newsroom.dev.urls"))]

urlpatterns += [path("", include("articles.urls"))]

handler404 = "articles.views.errors.not_found"
handler500 = "articles.views.errors.server_error"
