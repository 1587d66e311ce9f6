"""A process that has loaded everything and forks others, each of which may be told to die.

Starting Django anew takes 0.8 s, a fork 30 ms. It has one thread and no connection, so its children
are as good as new: the web server is gunicorn with its production settings, the worker is
procrastinate's. Orders come as lines of JSON, and each is answered by one.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command

from newsroom.dev.processes import end_with_our_parent


def main() -> None:
    end_with_our_parent()
    django.setup()
    from django.conf import settings

    # Mail leaves by a socket, to whoever counts it.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_PORT"])
    import newsroom.urls  # noqa: F401

    acts: dict[str, Callable[..., None]] = {
        "compare": compare, "serve": serve, "stay": stay, "work": work,
    }  # fmt: skip
    answer({"ready": True})
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        act = order.pop("act")
        if act == "end":
            os.kill(order["pid"], order["signal"])
        if act in {"end", "wait"}:
            answer({"status": status_of(order["pid"])})
        else:
            answer({"pid": fork(acts[act], order)})


def answer(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def fork(act: Callable[..., None], order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        end_with_our_parent()
        os.dup2(2, 1)  # only the parent answers
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        act(**order)
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def status_of(pid: int) -> int:
    """As `subprocess` has it: negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work(crash_at: str) -> None:
    """Do what is due, then stop."""
    from newsroom import crash_points

    crash_points.armed_at = crash_at
    call_command("procrastinate", "worker", "--one-shot", "--concurrency", "2")


def stay() -> None:
    """The worker of production, until it is ended."""
    call_command("work")


def compare(crash_at: str) -> None:
    """Compare the books with Stripe's, from where that was broken off."""
    from newsroom import crash_points

    crash_points.armed_at = crash_at
    call_command("reconcile_stripe")


def serve(port: int, crash_at: str = "", workers: int = 1, patience: float = 0) -> None:
    """gunicorn. Its first worker is told to die; those that take its place are not.

    `patience` is how many seconds it waits for PostgreSQL; 0: as in production.
    """
    from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]

    from newsroom import crash_points, database

    if patience:
        database.PATIENCE = patience

    def arm(server: object, worker: Any) -> None:
        crash_points.armed_at = crash_at if worker.age == 1 else ""

    sys.argv = [
        "gunicorn", "-c", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--preload", "--log-level", "warning",
    ]  # fmt: skip
    site = WSGIApplication("%(prog)s")
    site.cfg.set("post_fork", arm)
    site.run()


if __name__ == "__main__":
    main()
