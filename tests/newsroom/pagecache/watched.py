"""The paper for gunicorn, and what a test wants to know of each process that serves it.

Every render is a line in the file $RENDERS; `/_memory` tells what this process holds.
"""

import json
import os
import resource
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from newsroom.wsgi import application as cache

RENDERS = Path(os.environ["RENDERS"])
_paper = cache._application


def _counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if "newsroom.dependencies" in environ:
        path = quote(environ["PATH_INFO"], encoding="latin-1")
        line = f"{os.getpid()} {path}?{quote(environ['QUERY_STRING'])}\n"
        with RENDERS.open("ab", buffering=0) as log:
            log.write(line.encode())
    answer: Iterable[bytes] = _paper(environ, start_response)
    return answer


cache._application = _counted
# Its threads were given the paper without us.
cache._forget_everything()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/_memory":
        answer: Iterable[bytes] = cache(environ, start_response)
        return answer
    held = {
        "pid": os.getpid(),
        "bytes": cache.store.size,
        "pages": len(cache.store),
        "hears": not cache.listener.is_deaf(),
        "purges": cache.store.purges_so_far(),
        "resident": int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize(),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(held).encode()]
