"""A Python that has read what we stand on, and nothing of ours.

What is forked from it begins where `python manage.py …` would, without reading it again:
one start a line on standard input, its exit code a line on standard output.
"""

import json
import os
import runpy
import sys
from typing import Any

import django.core.management.commands.check
import django.db.models
import environ
import lxml.html
import PIL.Image
import procrastinate
import psycopg
import stripe

READ_ALREADY = (django, environ, lxml, PIL, procrastinate, psycopg, stripe)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _start(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _start(order: dict[str, Any]) -> None:
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = order["arguments"]
    runpy.run_path(order["arguments"][0], run_name="__main__")
    sys.exit(0)


if __name__ == "__main__":
    main()
