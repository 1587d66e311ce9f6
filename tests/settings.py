"""The product's own settings, with what makes tests quick. Nothing here changes behaviour."""

from newsroom.settings import *  # noqa: F403
from newsroom.settings import DATABASES, STORAGES

STORAGES = {
    **STORAGES,
    # No collectstatic first: files are found where they lie.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
IMAGEFIELD_AUTOGENERATE = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The live server's threads keep nothing open that a dropped database would wait for.
DATABASES["default"]["CONN_MAX_AGE"] = 0
