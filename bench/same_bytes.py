"""The least that a Python server can do: one answer, known since its start, with its headers."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_folder = Path(os.environ["BENCH_ANSWER"])
HEADERS = [(name, value) for name, value in json.loads((_folder / "headers.json").read_text())]
BODY = (_folder / "body").read_bytes()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    start_response("200 OK", HEADERS)
    return [BODY]
