"""See to it that there is a Chromium for the browser tests, or say how to get one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find() -> str | None:
    """Its path: what CHROMIUM names, or what the system has."""
    if given := os.environ.get("CHROMIUM"):
        return given
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or next((str(path) for path in ON_MACOS if path.exists()), None)


def main() -> None:
    if find() is None:
        _install()
    if find() is None:
        sys.exit(
            "\n  The browser tests need Chromium, and there is none here.\n"
            "  Debian, Ubuntu: apt install chromium. macOS: brew install --cask chromium.\n"
            "  Or name one: CHROMIUM=/path/to/it make test\n"
        )


def _install() -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        return
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and not shutil.which("sudo"):
        return
    print("  Installing Chromium with apt …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        done = subprocess.run(
            [*prefix, apt, *arguments],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            print(f"  apt-get {arguments[0]} failed: {done.stderr.strip()[-300:]}", flush=True)


if __name__ == "__main__":
    main()
