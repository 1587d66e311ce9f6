"""Settings, read from the environment and from `.env`. Each is explained in `.env.example`."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from newsroom import environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
_env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
if _env_file and Path(_env_file).is_file():
    environment.refuse_unknown(Path(_env_file), BASE_DIR / ".env.example")
    environ.Env.read_env(_env_file)

DEMO = environment.switch(env, "DEMO")
DEBUG = environment.switch(env, "DEBUG")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
if DEMO and (DATA_DIR / "demo.env").is_file():
    # Written by `make run`: the embedded database, the stand-in, secrets made on the spot.
    environ.Env.read_env(str(DATA_DIR / "demo.env"))

SITE_URL = environment.origin("SITE_URL", environment.required(env, "SITE_URL"))
MIRROR_ORIGINS = [
    environment.origin("MIRROR_ORIGINS", each) for each in env.list("MIRROR_ORIGINS", default=[])
]
IS_HTTPS = SITE_URL.startswith("https://")
_hosts = [urlsplit(each).hostname or "" for each in (SITE_URL, *MIRROR_ORIGINS)]
ALLOWED_HOSTS = [*_hosts, *env.list("ALLOWED_HOSTS", default=[])]
if DEMO:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]

SECRET_KEY = environment.secret(env, "SECRET_KEY")
# Keys the hashes that limit abuse. Changing it forgets them, so it is not SECRET_KEY.
HASH_KEY = environment.secret(env, "HASH_KEY")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "newsroom",
    "articles",
    "donations",
    "django.contrib.admin",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "django_prose_editor",
    "imagefield",
    "concurrency",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsroom.pagecache.middleware.page_headers",
    "newsroom.policy.PolicyMiddleware",
    "newsroom.inline.allow_inline",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "newsroom.paper.local_to_the_paper",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "newsroom.templates.WithoutMargins",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.paper.context",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": {
        **environment.database(env),
        "ENGINE": "newsroom.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
# For what is told and heard (LISTEN), where DATABASE_URL leads to a pooler.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="")

# A web process: its threads, and the memory for finished pages.
WEB_THREADS = environment.number(env, "WEB_THREADS", 8, least=2, most=64)
PAGE_CACHE_MB = environment.number(env, "PAGE_CACHE_MB", 64, least=8, most=4_096)

# Signing in. Only the desks have accounts; readers and supporters never do.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 4

# Cookies: the admin's stay in the admin, so that no reader page ever sees one.
_prefix = "__Secure-" if IS_HTTPS else ""
COOKIE_PREFIX = _prefix
SESSION_COOKIE_NAME = f"{_prefix}newsroom_session"
SESSION_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_prefix}newsroom_csrf"
CSRF_COOKIE_PATH = "/admin/"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL, *MIRROR_ORIGINS]

# Transport and headers.
SECURE_SSL_REDIRECT = IS_HTTPS
# Stripe does not follow redirects, and probes ask over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^support/stripe/webhook/$"]
BEHIND_PROXY = environment.proxies(env)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = environment.seconds(env, "HSTS_SECONDS", 31_536_000) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS and environment.switch(
    env, "HSTS_INCLUDE_SUBDOMAINS", default=True
)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
# `no-referrer` would make browsers send `Origin: null` with our own forms.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

# Money: Stripe, or the stand-in that `make run` starts.
STRIPE_SECRET_KEY = environment.stripe_secret_key(env, debug=DEBUG, demo=DEMO)
STRIPE_WEBHOOK_SECRETS = environment.stripe_webhook_secrets(env)
STRIPE_API_BASE = (
    environment.origin("STRIPE_API_BASE", env.str("STRIPE_API_BASE", default=""))
    if env.str("STRIPE_API_BASE", default="")
    else ""
)
STRIPE_LIVEMODE = "_live_" in STRIPE_SECRET_KEY[:8]
# Older support on the same account: subscriptions to these products are the paper's too.
STRIPE_PRODUCTS = [each.strip() for each in env.list("STRIPE_PRODUCTS", default=[])]
# Icons beside the ask. What is really taken is whatever the Stripe account has switched on.
PAYMENT_METHODS_SHOWN = environment.payment_methods(env)
STRIPE_PAYMENT_METHOD_CONFIGURATION = environment.payment_method_configuration(env)
STRIPE_EXCLUDED_PAYMENT_METHODS = environment.excluded_payment_methods(env)
CURRENCIES = environment.currencies(env)
# So long without a payment, where there usually is one, needs a person. 0: never.
QUIET_HOURS = environment.hours(env, "QUIET_HOURS", 6)


# Stripe's own pages are where our forms' redirects end; some browsers apply form-action to them.
_stripe_origins = (
    [STRIPE_API_BASE]
    if STRIPE_API_BASE
    else ["https://checkout.stripe.com", "https://billing.stripe.com"]
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # What stands in a page itself is allowed there by its hash; see newsroom/inline.py.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF, SITE_URL, *_stripe_origins],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Words and time. Times are stored in UTC; readers see the paper's own zone.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("ru", _("Russian")),
    ("uk", _("Ukrainian")),
    ("de", _("German")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("ar", _("Arabic")),
    ("fa", _("Persian")),
]
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
# Where Django's own ways of writing a date are wanting.
FORMAT_MODULE_PATH = "newsroom.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
SERVE_MEDIA = environment.switch(env, "SERVE_MEDIA", default=DEMO)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
IMAGEFIELD_BIN_DEPTH = 2
IMAGEFIELD_AUTOGENERATE = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# Mail. `EMAIL_URL=smtp+tls://user:password@host:587`
if env.str("EMAIL_URL", default=""):
    vars().update(environment.mail(env))
elif DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
else:
    raise ImproperlyConfigured(f"EMAIL_URL is not set. {environment.WHERE}")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.address(
    env, "DEFAULT_FROM_EMAIL", default=f"newsroom@{urlsplit(SITE_URL).hostname or 'localhost'}"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who hears of what needs a person; see `newsroom/alerts.py`.
OPERATORS = environment.addresses(env, "OPERATORS")

# Names, never contents: no address, no amount, no text of a person goes to the log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.log_level(env)},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # It announces every periodic task at every start.
        "procrastinate": {"level": "WARNING"},
        # And it every rendition of every picture.
        "imagefield": {"level": "WARNING"},
        # And Stripe's SDK every call, with its address.
        "stripe": {"level": "WARNING"},
    },
}
