"""Where a process may be told to die, to prove that nothing is lost when it does.

`NEWSROOM_CRASH_AT=after-insert` kills the process, as kill -9 would, the first time that it comes
to the point of that name. Never set in production: a check of every release refuses it.
"""

import os
import signal
from typing import Literal, get_args

VARIABLE = "NEWSROOM_CRASH_AT"

Point = Literal[
    # Checkout.
    "after-intent-before-stripe",
    "after-stripe-before-session-id",
    # An event comes in.
    "after-insert",
    "after-commit-before-response",
    # It is applied.
    "after-job-taken",
    "after-retrieve",
    "after-ledger-before-commit",
    "after-letter-before-its-job",
    "after-close-before-commit",
    "after-commit-before-mail",
    # Mail goes out.
    "after-mark-before-SMTP",
    "after-SMTP-before-mark",
    # The books are compared with Stripe's.
    "between-reconciled-pages",
]
POINTS: tuple[str, ...] = get_args(Point)

armed_at = os.environ.get(VARIABLE, "")


def crash_point(name: Point) -> None:
    """Call it through this module, so that a test can put something else in its place."""
    if name == armed_at:
        os.kill(os.getpid(), signal.SIGKILL)
