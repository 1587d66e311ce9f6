"""A bad setting stops the start with one clear sentence; every setting is explained."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
import stripe.params.checkout._session_create_params as create_params

from newsroom import environment

ROOT = Path(__file__).resolve().parents[2]

GOOD = {
    "ENV_FILE": "",
    "SITE_URL": "https://paper.example",
    "DATABASE_URL": "postgresql://newsroom:secret@127.0.0.1:1/newsroom",
    "SECRET_KEY": "for-the-tests-only-" * 3,
    "HASH_KEY": "h" * 50,
    "STRIPE_SECRET_KEY": "sk_test_something",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
    "EMAIL_URL": "smtp+tls://u:p@mail.example:587",
    "OPERATORS": "ops@paper.example",
}


class RunManage(Protocol):
    def __call__(
        self, *arguments: str, **changed: str | None
    ) -> "subprocess.CompletedProcess[str]": ...


@pytest.fixture(scope="module")
def run_manage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunManage]:
    """`python manage.py …` in an environment of its own, started from a Python that is warm."""
    place = tmp_path_factory.mktemp("starts")
    stdout, stderr = place / "stdout", place / "stderr"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.newsroom.warm"],
        cwd=ROOT, env=_environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as warm:  # fmt: skip
        assert warm.stdin
        assert warm.stdout

        def run(*arguments: str, **changed: str | None) -> "subprocess.CompletedProcess[str]":
            assert warm.stdin
            assert warm.stdout
            order = {
                "arguments": ["manage.py", *arguments],
                "env": _environment(**changed),
                "stdout": str(stdout),
                "stderr": str(stderr),
            }
            print(json.dumps(order), file=warm.stdin, flush=True)
            code = int(warm.stdout.readline())
            return subprocess.CompletedProcess(
                arguments, code, stdout.read_text(), stderr.read_text()
            )

        yield run
        warm.stdin.close()


def _environment(**changed: str | None) -> dict[str, str]:
    env = {"PATH": os.environ["PATH"], **GOOD, **changed}
    return {name: value for name, value in env.items() if value is not None}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SITE_URL", None, "SITE_URL is not set"),
        ("SITE_URL", "paper.example", "must be an origin"),
        ("SITE_URL", "https://paper.example/news", "must be an origin"),
        ("SITE_URL", "https://paper.example:port", "must be an origin"),
        ("DATABASE_URL", None, "DATABASE_URL is not set"),
        ("DATABASE_URL", "mysql://u:p@h/n", "must name a PostgreSQL database"),
        ("DATABASE_URL", "postgresql://u:p@h:5432/", "names no database"),
        ("SECRET_KEY", None, "SECRET_KEY is not set"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("HASH_KEY", None, "HASH_KEY is not set"),
        ("STRIPE_SECRET_KEY", None, "STRIPE_SECRET_KEY is not set"),
        ("STRIPE_SECRET_KEY", "pk_live_x", "must be a secret or restricted key"),
        ("EMAIL_URL", None, "EMAIL_URL is not set"),
        ("DEBUG", "perhaps", "DEBUG is 1 or 0"),
        ("HSTS_SECONDS", "a year", "whole number of seconds"),
        ("CURRENCIES", "dollars", "CURRENCIES is a list"),
        ("CURRENCIES", "usd,xyz", "we do not know the limits of 'xyz'"),
        ("CURRENCIES", "usd,irr", "we do not know the limits of 'irr'"),
        ("STRIPE_PAYMENT_METHOD_CONFIGURATION", "card", "an id such as pmc_1AbC"),
        ("STRIPE_EXCLUDED_PAYMENT_METHODS", "clarna", "knows no 'clarna'. Did you mean klarna?"),
        ("STRIPE_EXCLUDED_PAYMENT_METHODS", "klarna,barter", "Stripe knows no 'barter'."),
        ("BEHIND_PROXY", "nginx", "BEHIND_PROXY is the number of proxies"),
        ("BEHIND_PROXY", "-1", "BEHIND_PROXY is the number of proxies"),
        ("QUIET_HOURS", "25", "a number of hours from 0 to 24"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is"),
        ("EMAIL_URL", "mail.example", "EMAIL_URL cannot be read"),
        ("EMAIL_URL", "smtp://u:p@host:port", "EMAIL_URL cannot be read"),
        ("PAYMENT_METHODS_SHOWN", "card,barter", "not 'barter'"),
        ("OPERATORS", "ops@paper.example,nobody", "'nobody' is no mail address"),
        ("DEFAULT_FROM_EMAIL", "Our Paper", "'Our Paper' is no mail address"),
    ],
)
def test_a_bad_setting_stops_the_start_in_one_sentence(
    run_manage: RunManage, name: str, value: str | None, says: str
) -> None:
    result = run_manage("check", **{name: value})
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("secret", [None, "", " ", ",", "whsec_", "secret", "whsec_0123456789abcdef,"])  # fmt: skip
def test_row_17_without_the_webhooks_secret_nothing_starts(
    run_manage: RunManage, secret: str | None
) -> None:
    result = run_manage("check", STRIPE_WEBHOOK_SECRET=secret)
    assert result.returncode == 1
    assert "STRIPE_WEBHOOK_SECRET" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def _run(code: str, **changed: str | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=_environment(**changed), capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("yes", ["1", "true", "on", "2"])
def test_proxies_are_counted(yes: str) -> None:
    code = "from newsroom import settings; print(settings.BEHIND_PROXY)"
    result = _run(code, BEHIND_PROXY=yes)
    assert result.stdout.strip() == ("2" if yes == "2" else "1")


def test_the_methods_that_can_be_left_out_are_those_of_the_sdk() -> None:
    source = Path(create_params.__file__).read_text()
    field = source.partition("excluded_payment_method_types: NotRequired[")[2].partition('"""')[0]
    assert set(re.findall(r'"(\w+)"', field)) == environment.EXCLUDABLE_METHODS


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("STRIPE_SECRT_KEY=sk_test_x", "STRIPE_SECRT_KEY in .env is no setting. Did you mean STR"),
        ("  export Currencys=usd", "Currencys in .env is no setting."),
        ("WEATHER=fair", "WEATHER in .env is no setting. .env.example lists all"),
    ],
)
def test_a_setting_that_nobody_knows_is_not_passed_over(
    run_manage: RunManage, line: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"# NOT_ONE=\nCURRENCIES=eur\n{line}\n")
    result = run_manage("check", ENV_FILE=str(tmp_path / ".env"))
    assert result.returncode == 1
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_live_key_is_refused_while_debugging(run_manage: RunManage) -> None:
    result = run_manage("check", STRIPE_SECRET_KEY="sk_live_x", DEBUG="1")
    assert result.returncode == 1
    assert "live key" in result.stderr


def test_a_production_start_is_clean(run_manage: RunManage) -> None:
    result = run_manage("check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changed", "identifier"),
    [
        ({"SITE_URL": "http://paper.example"}, "newsroom.E001"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:1"}, "newsroom.E003"),
        ({"OPERATORS": None}, "newsroom.W001"),
        ({"NEWSROOM_CRASH_AT": "after-insert"}, "newsroom.E006"),
    ],
)
def test_a_release_says_what_is_missing(
    run_manage: RunManage, changed: dict[str, str | None], identifier: str
) -> None:
    result = run_manage("check", "--deploy", "--fail-level", "WARNING", **changed)
    assert result.returncode == 1
    assert identifier in result.stderr


def test_a_broken_environment_stops_gunicorn_for_good() -> None:
    result = _run("import newsroom.wsgi", SECRET_KEY="")
    assert result.returncode == 4  # gunicorn's "the application does not load"
    assert "SECRET_KEY is not set" in result.stderr


def test_every_setting_is_in_the_example_and_no_other() -> None:
    used = set()
    for path in (ROOT / "newsroom/settings.py", ROOT / "newsroom/environment.py"):
        source = path.read_text()
        used |= set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))
        used |= set(
            re.findall(
                r"(?:required|secret|switch|seconds|number|hours|address|addresses)\(\s*env, \"([A-Z_]+)\"",
                source,
            )
        )
    used |= {"ENV_FILE"}
    example = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert used == explained
