"""How long a web process waits for PostgreSQL, and when it does not even ask.

One that is stopped refuses at once. One that is frozen, or whose machine is gone, refuses nothing:
whoever asks it waits for ever, and soon every thread does. So in a web process a statement fails
after a while, and once PostgreSQL has let somebody wait in vain it is left alone for REST seconds:
all that needs it fails at once. The worker and commands may wait.
"""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from psycopg import Connection, OperationalError

# Seconds for one statement, with all that it waits for; to connect takes 2 at most.
PATIENCE = 2.0
# At a desk, where a list may be long and one person waits for it.
PATIENCE_AT_DESKS = 10.0
REST = 5.0
# The same for readers, as the header says it.
RETRY_AFTER = str(int(REST))
# So long without any answer while somebody waits for one: it is not just slow.
SILENCE = 0.5
_INTERVAL = 0.1  # psycopg's own

_limited = False
_answered_at = monotonic()
_rests_until = 0.0
_waiting: dict[object, float] = {}
_here = threading.local()


def wait_briefly() -> None:
    """From now on, in this process, whoever waits for too long fails."""
    global _limited
    _limited = True


def is_limited() -> bool:
    return _limited


def is_silent() -> bool:
    """PostgreSQL owes this process an answer and gives none to anybody, or did so a moment ago."""
    at = monotonic()
    if at < _rests_until:
        return True
    since = min([*_waiting.values()], default=at)
    return at - max(since, _answered_at) > SILENCE


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All statements of this thread together take no longer than this."""
    _here.deadline = monotonic() + seconds
    try:
        yield
    finally:
        _here.deadline = None


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Each statement of this thread takes no longer than this, instead of PATIENCE."""
    _here.patience = seconds
    try:
        yield
    finally:
        _here.patience = None


@contextmanager
def asking() -> Iterator[None]:
    """Somebody waits for PostgreSQL. Raises `OperationalError` while it rests."""
    if monotonic() < _rests_until:
        raise OperationalError("the database gave no answer a moment ago")
    me = object()
    _waiting[me] = monotonic()
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        answered()  # an error is an answer
        raise
    else:
        answered()
    finally:
        del _waiting[me]


def answered() -> None:
    """PostgreSQL lives: nobody has to keep away from it."""
    global _answered_at, _rests_until
    _answered_at = monotonic()
    _rests_until = 0.0


def rest_if_silent() -> None:
    """Somebody waited in vain, and nobody else has been answered meanwhile."""
    global _rests_until
    if is_silent():
        _rests_until = monotonic() + REST


def limit(session: Connection[Any]) -> None:
    """Statements of this session end in time, or with `OperationalError`."""
    wait = session.wait

    def bounded(
        work: Generator[Any, Any, Any], interval: float = _INTERVAL, timeout: float | None = None
    ) -> Any:
        seconds = _patience() if timeout is None else timeout
        with asking():
            try:
                return wait(work, interval=interval, timeout=seconds)
            except OperationalError as error:
                if type(error).__name__ != "_WaitTimeout":
                    raise
                rest_if_silent()
                # Half of an answer may still come: nobody may use this connection again.
                session.pgconn.finish()
                raise OperationalError(f"no answer within {seconds:.1f} s") from error

    session.wait = bounded  # type: ignore[assignment,method-assign]


def _patience() -> float:
    seconds = getattr(_here, "patience", None) or PATIENCE
    deadline: float | None = getattr(_here, "deadline", None)
    return seconds if deadline is None else max(0.05, min(seconds, deadline - monotonic()))
