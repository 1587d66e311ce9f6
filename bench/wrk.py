"""Readers who ask for one page as often as they get it, played by wrk."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.rounds import Figures

INSTALL = "There is no wrk on this machine. Install it with: apt install wrk"
# One name for every server here, whatever the machine's own resolver thinks of it.
ALL_HERE = Path(__file__).with_name("all_here.lua")
CONNECTIONS = 16
PATIENCE = 30  # seconds; its own are 2


class Request(NamedTuple):
    url: str
    accept_encoding: str
    connections: int = CONNECTIONS


def require() -> None:
    if shutil.which("wrk") is None:
        sys.exit(INSTALL)


def ask(request: Request, seconds: float) -> Figures:
    """Requests, errors (a status of 400 or more, a broken connection), and times in ms."""
    done = subprocess.run(
        [
            "wrk", "--threads", "1", "--connections", str(request.connections),
            "--duration", f"{max(1, round(seconds))}s", "--latency", "--script", ALL_HERE,
            "--timeout", f"{PATIENCE}s",
            "--header", f"Accept-Encoding: {request.accept_encoding}", request.url,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return read(done.stdout)


def read(said: str) -> Figures:
    refused = _number(r"Non-2xx or 3xx responses: (\d+)", said, default=0)
    broken = sum(
        _number(rf"Socket errors:.*\b{kind} (\d+)", said, default=0)
        for kind in ("connect", "read", "write", "timeout")
    )
    return {
        "requests": _number(r"(\d+) requests in", said),
        "requests_a_second": _number(r"Requests/sec:\s+([\d.]+)", said),
        "p50": _milliseconds("50%", said),
        "p99": _milliseconds("99%", said),
        "errors": refused + broken,
    }


def _number(pattern: str, said: str, default: float | None = None) -> float:
    found = re.search(pattern, said)
    if found is None and default is not None:
        return default
    assert found, f"wrk did not say {pattern}:\n{said}"
    return float(found[1])


def _milliseconds(rank: str, said: str) -> float:
    found = re.search(rf"{rank}\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found, f"wrk did not say how long {rank} took:\n{said}"
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}[found[2]]
