"""`.data/demo.env`: what `make run` found or made, for whoever else talks to the demo."""

import secrets
from pathlib import Path

from newsroom.dev.processes import free_port, is_listening

STAND_IN_PORT = 12111


def write(path: Path, *, site: str, database: str | None, uses_stand_in: bool) -> dict[str, str]:
    """Write the file and give what it holds. Secrets once made stay: links must outlive a start."""
    before = read(path)
    env = {
        "SITE_URL": site,
        "SECRET_KEY": before.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "HASH_KEY": before.get("HASH_KEY") or secrets.token_urlsafe(50),
    }
    if database:
        env["DATABASE_URL"] = database
    if uses_stand_in:
        env["STRIPE_SECRET_KEY"] = "sk_test_demo"  # noqa: S105 - the stand-in takes any
        env["STRIPE_WEBHOOK_SECRET"] = before.get("STRIPE_WEBHOOK_SECRET") or (
            f"whsec_{secrets.token_hex(16)}"
        )
        env["STRIPE_API_BASE"] = _stand_in_address(before.get("STRIPE_API_BASE", ""))
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    lines = (f"{name}={value}\n" for name, value in env.items())
    fresh.write_text("# Written by `make run` at every start.\n" + "".join(lines))
    fresh.rename(path)
    return env


def read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, _, value in lines if value and not name.startswith("#")}


def _stand_in_address(before: str) -> str:
    """The one of last time, so that a payment page left open still works; else a free one."""
    known = before.rpartition(":")[2]
    for port in (int(known) if known.isdecimal() else 0, STAND_IN_PORT):
        if port and not is_listening(port):
            return f"http://127.0.0.1:{port}"
    return f"http://127.0.0.1:{free_port()}"
