"""What a setting must look like, and the sentence that says so when it does not."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

WHERE = "Put it into the environment or into .env; .env.example has a line about it."


def required(env: Env, name: str) -> str:
    value = str(env.str(name, default="")).strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {WHERE}")
    return value


def secret(env: Env, name: str) -> str:
    value = required(env, name)
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} is too short: use at least 32 random characters.")
    return value


def switch(env: Env, name: str, *, default: bool = False) -> bool:
    value = str(env.str(name, default="1" if default else "0")).strip().lower()
    if value not in {"1", "0", "true", "false", "on", "off", "yes", "no", ""}:
        raise ImproperlyConfigured(f"{name} is 1 or 0; it is {value!r}.")
    return value in {"1", "true", "on", "yes"}


def seconds(env: Env, name: str, default: int) -> int:
    value = str(env.str(name, default=str(default))).strip()
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is a whole number of seconds; it is {value!r}.")
    return int(value)


def currencies(env: Env) -> list[str]:
    """ISO 4217 codes in small letters, the first one preselected."""
    codes = [each.strip().lower() for each in env.list("CURRENCIES", default=["usd", "eur", "gbp"])]
    if not codes or not all(len(each) == 3 and each.isascii() and each.isalpha() for each in codes):
        raise ImproperlyConfigured("CURRENCIES is a list such as usd,eur,gbp.")
    return codes


def log_level(env: Env) -> str:
    level = str(env.str("LOG_LEVEL", default="INFO")).upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured("LOG_LEVEL is DEBUG, INFO, WARNING or ERROR.")
    return level


def origin(name: str, value: str) -> str:
    """`https://paper.example`: scheme and host, nothing after them."""
    value = value.rstrip("/")
    try:
        parts = urlsplit(value)
        is_origin = (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and value == f"{parts.scheme}://{parts.netloc}"
            and "@" not in parts.netloc
        )
        parts.port  # noqa: B018 - a port that is no number raises here
    except ValueError:
        is_origin = False
    if not is_origin:
        raise ImproperlyConfigured(
            f"{name} must be an origin such as https://paper.example, without a path; "
            f"it is {value!r}."
        )
    return value


def stripe_secret_key(env: Env, *, debug: bool, demo: bool) -> str:
    key = required(env, "STRIPE_SECRET_KEY")
    if not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY must be a secret or restricted key of Stripe "
            "(sk_live_…, rk_live_…, sk_test_… or rk_test_…)."
        )
    if "_live_" in key[:8] and (debug or demo):
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY is a live key, which is refused while DEBUG or DEMO is on."
        )
    return key


def stripe_webhook_secrets(env: Env) -> list[str]:
    """One signing secret, or several separated by commas while they are rotated."""
    secrets = [part.strip() for part in required(env, "STRIPE_WEBHOOK_SECRET").split(",")]
    if not all(part.startswith("whsec_") and len(part) >= 16 for part in secrets):
        raise ImproperlyConfigured(
            "STRIPE_WEBHOOK_SECRET must be one or more whsec_… secrets, separated by commas."
        )
    return secrets


def database(env: Env) -> dict[str, object]:
    url = required(env, "DATABASE_URL")
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name."
        )
    try:
        config: dict[str, object] = dict(env.db_url_config(url))
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from error
    if not config.get("NAME"):
        raise ImproperlyConfigured("DATABASE_URL names no database.")
    return config
