"""The paper as it is, and what one cannot see from outside: who answered, and what was rendered."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.core.signals import request_started

from bench.links import WORKER
from newsroom.wsgi import application as paper

_renders: Counter[str] = Counter()


def _count(sender: object, environ: dict[str, Any], **_: object) -> None:
    _renders[environ["PATH_INFO"]] += 1


request_started.connect(_count)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == WORKER:
        known = {
            "pid": os.getpid(),
            "purges": paper.store.purges_so_far(),
            "renders": _renders,
        }
        body = json.dumps(known).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]
    answer: Iterable[bytes] = paper(environ, start_response)
    return answer
