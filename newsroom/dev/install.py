"""Build `.venv` from the pinned requirements: `python3 newsroom/dev/install.py demo|dev`.

Runs on the system's own Python, before anything is installed, and must be readable to one as old
as 3.7: it is what tells its owner that it is too old.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
NEEDED_MB = {"demo": 900, "dev": 1800}


def main(wanted: str) -> None:
    _use_a_python_that_is_new_enough()
    # What the tests need includes what the demo needs.
    if _is_installed("dev") or _is_installed(wanted):
        return
    _check_disk(wanted)
    started = time.monotonic()
    _say("Installing (this takes a minute the first time) …")
    uv = shutil.which("uv")
    if not _stamps():
        # Nothing here was ever finished: whatever lies here is half an installation.
        shutil.rmtree(VENV, ignore_errors=True)
        if uv:
            _run([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)])
        else:
            _make_venv()
    # Compiled now, as pip does, and not at every start where Python may not write.
    with_uv = [str(uv), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    _run([*(with_uv if uv else _pip()), "--require-hashes", "-r", str(_requirements(wanted))])
    for stamp in _stamps():
        stamp.unlink()
    _stamp(wanted).write_text(_digest(wanted))
    _say(f"Installed in {time.monotonic() - started:.0f} s.")


def _use_a_python_that_is_new_enough() -> None:
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        newer = shutil.which(name)
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same script, no shell
    _stop(
        f"Newsroom needs Python 3.11 or newer; this is {sys.version.split()[0]}.",
        "On Debian 12 or newer: apt install python3 python3-venv. On macOS: brew install "
        "python@3.13, or install uv and run: uv python install 3.13.",
    )


def _make_venv() -> None:
    if _succeeds(sys.executable, "-m", "venv", str(VENV)):
        return
    # Debian parts venv from its pip; another pip may be there to help it.
    shutil.rmtree(VENV, ignore_errors=True)
    if _succeeds(sys.executable, "-m", "pip", "--version") and _succeeds(
        sys.executable, "-m", "venv", "--without-pip", str(VENV)
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    _stop(
        "This Python can make no virtual environment.",
        "Install what it lacks: apt install python3-venv (Debian, Ubuntu), or install uv.",
    )


def _pip() -> list[str]:
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if _succeeds(str(PYTHON), "-m", "pip", "--version"):
        return [str(PYTHON), "-m", "pip", *quiet]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON), *quiet]


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode == 0:
        return
    lines = [line for line in done.stdout.splitlines() if line and "WARNING" not in line]
    _stop(
        "Installing failed:\n" + "\n".join(f"    {line}" for line in lines[-6:]),
        "Is the network up, and does it reach your Python package index? Then try again; "
        "nothing is lost.",
    )


def _check_disk(wanted: str) -> None:
    free = shutil.disk_usage(str(ROOT)).free // 1024**2
    if free < NEEDED_MB[wanted]:
        _stop(
            f"The disk is nearly full: {free} MB are free here.",
            f"Newsroom needs about {NEEDED_MB[wanted]} MB. Make room and try again.",
        )


def _requirements(wanted: str) -> Path:
    return ROOT / "requirements" / f"{wanted}.txt"


def _stamp(wanted: str) -> Path:
    return VENV / f"installed-{wanted}"


def _stamps() -> list[Path]:
    return list(VENV.glob("installed-*"))


def _digest(wanted: str) -> str:
    return hashlib.sha256(_requirements(wanted).read_bytes()).hexdigest()


def _is_installed(wanted: str) -> bool:
    stamp = _stamp(wanted)
    return stamp.exists() and stamp.read_text() == _digest(wanted) and os.access(PYTHON, os.X_OK)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


def _stop(cause: str, cure: str) -> None:
    sys.exit(f"\n  {cause}\n  {cure}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo")
