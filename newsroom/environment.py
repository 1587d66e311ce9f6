"""What a setting must look like, and the sentence that says so when it does not."""

import difflib
import re
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environ import Env

WHERE = "Put it into the environment or into .env; .env.example has a line about it."


# Those that we can draw; see `templates/donations/methods.html`.
PAYMENT_METHODS = ("card", "apple_pay", "google_pay", "sepa_debit", "paypal", "link")
# Those that Stripe lets a payment page leave out, in its own words.
EXCLUDABLE_METHODS = frozenset(
    # A list with quotes and commas would take fifty lines.
    """acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit
    bancontact billie bizum blik boleto card cashapp crypto customer_balance eps fpx giropay
    grabpay ideal kakao_pay klarna konbini kr_card mb_way mobilepay multibanco naver_pay
    nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix promptpay
    revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint upi
    us_bank_account wechat_pay zip""".split()  # noqa: SIM905
)


def refuse_unknown(env_file: Path, example: Path) -> None:
    """A name in .env that the example does not explain is a slip of the pen, and would be missed."""
    known = set(_names_in(example, commented=True))
    for name in _names_in(env_file, commented=False):
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        guess = f" Did you mean {near[0]}?" if near else " .env.example lists all that there are."
        raise ImproperlyConfigured(f"{name} in {env_file.name} is no setting.{guess}")


def _names_in(file: Path, *, commented: bool) -> list[str]:
    start = r"^#?" if commented else r"^\s*(?:export\s+)?"
    return re.findall(start + r"([A-Za-z_][A-Za-z0-9_]*)\s*=", file.read_text(), re.MULTILINE)


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


def hours(env: Env, name: str, default: int) -> int:
    value = str(env.str(name, default=str(default))).strip()
    if not value.isascii() or not value.isdigit() or int(value) > 24:
        raise ImproperlyConfigured(f"{name} is a number of hours from 0 to 24; it is {value!r}.")
    return int(value)


def number(env: Env, name: str, default: int, *, least: int, most: int) -> int:
    value = str(env.str(name, default=str(default))).strip()
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} is a number from {least} to {most}; it is {value!r}.")
    return int(value)


def proxies(env: Env) -> int:
    """How many proxies of ours a request passes. A plain yes means one."""
    value = str(env.str("BEHIND_PROXY", default="0")).strip().lower()
    value = {"": "0", "true": "1", "on": "1", "yes": "1", "false": "0", "off": "0", "no": "0"}.get(
        value, value
    )
    if value not in {"0", "1", "2", "3", "4"}:
        raise ImproperlyConfigured(
            "BEHIND_PROXY is the number of proxies before the paper, such as 1 for nginx or 2 for "
            f"a CDN before it; it is {value!r}."
        )
    return int(value)


def currencies(env: Env) -> list[str]:
    """ISO 4217 codes in small letters, the first one preselected."""
    codes = [each.strip().lower() for each in env.list("CURRENCIES", default=["usd", "eur", "gbp"])]
    if not codes or not all(len(each) == 3 and each.isascii() and each.isalpha() for each in codes):
        raise ImproperlyConfigured("CURRENCIES is a list such as usd,eur,gbp.")
    return codes


def payment_methods(env: Env) -> list[str]:
    """What is shown beside the ask; what is taken is set at Stripe."""
    methods = [
        each.strip().lower()
        for each in env.list("PAYMENT_METHODS_SHOWN", default=list(PAYMENT_METHODS[:4]))
    ]
    for each in methods:
        if each not in PAYMENT_METHODS:
            raise ImproperlyConfigured(
                f"PAYMENT_METHODS_SHOWN knows {', '.join(PAYMENT_METHODS)}; not {each!r}."
            )
    return methods


def payment_method_configuration(env: Env) -> str:
    """Empty: Stripe's default one, which is what the account has switched on."""
    found = str(env.str("STRIPE_PAYMENT_METHOD_CONFIGURATION", default="")).strip()
    if found and not re.fullmatch(r"pmc_[A-Za-z0-9]{8,100}", found):
        raise ImproperlyConfigured(
            "STRIPE_PAYMENT_METHOD_CONFIGURATION is an id such as pmc_1AbC…, which Stripe's "
            f"dashboard shows under Settings, Payment methods; it is {found!r}."
        )
    return found


def excluded_payment_methods(env: Env) -> list[str]:
    """In Stripe's words, such as `klarna`, in a fixed order."""
    given = env.list("STRIPE_EXCLUDED_PAYMENT_METHODS", default=[])
    methods = sorted({each.strip().lower() for each in given if each.strip()})
    for each in methods:
        if each not in EXCLUDABLE_METHODS:
            near = difflib.get_close_matches(each, EXCLUDABLE_METHODS, n=1)
            guess = f"Did you mean {near[0]}?" if near else "Write it as Stripe does: sepa_debit."
            raise ImproperlyConfigured(
                f"STRIPE_EXCLUDED_PAYMENT_METHODS: Stripe knows no {each!r}. {guess}"
            )
    return methods


def address(env: Env, name: str, *, default: str) -> str:
    """One mail address, with or without a name before it."""
    given = str(env.str(name, default="")).strip()
    return _checked(name, given) if given else default


def addresses(env: Env, name: str) -> list[str]:
    return [_checked(name, each.strip()) for each in env.list(name, default=[]) if each.strip()]


def _checked(name: str, value: str) -> str:
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name}: {value!r} is no mail address.") from error
    return value


def mail(env: Env) -> dict[str, object]:
    """How mail leaves, as Django's EMAIL_… settings."""
    try:
        return dict(env.email_url("EMAIL_URL"))
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read. Write it like smtp+tls://user:password@mail.example:587."
        ) from error


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
        # Whoever knows the secret writes into the ledger, and everybody knows an empty one.
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
