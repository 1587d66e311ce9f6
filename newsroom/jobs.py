"""The job queue, by name: verbs queue work without knowing who does it.

A job lives in PostgreSQL and is committed, or not, with the change that asked for it. Whoever
does it may be killed and done again, so every task must bear repetition.
"""

from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from procrastinate import RetryStrategy, exceptions
from procrastinate.contrib.django import app as current_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

# For a task that looks after its own failures: only the database's own can end it. Seconds: 1, 11,
# 21 and so on, for some eight minutes.
WHILE_THE_DATABASE_IS_AWAY = RetryStrategy(
    max_attempts=10,
    wait=1,
    linear_wait=10,
    retry_exceptions={InterfaceError, OperationalError},
)

# Within the worker the app has connections of its own, on which a job would be seen, and done,
# before the change that it belongs to is committed.
_of_this_transaction = JobManager(DjangoConnector())


def defer(
    task: str,
    *,
    at: datetime | None = None,
    once_as: str | None = None,
    **arguments: Any,
) -> None:
    """Queue a task (`"donations.apply_event"`) with its ids.

    `once_as` names the work: while a job of that name waits, another is not added.
    """
    if once_as is None:
        _job(task, at, None).defer(**arguments)
        return
    try:
        # A refused insert would spoil the caller's transaction without a savepoint.
        with transaction.atomic():
            _job(task, at, once_as).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        pass


def queued_with(task: str, *, once_as: str, arguments: str) -> str:
    """As `defer`, as a part of the statement that writes what the work is about: SQL, made of SQL.

    For what comes in by the hundred a second, and is so new that nobody can have queued it.
    """
    return (
        f"procrastinate_defer_jobs_v1(ARRAY[ROW('default', '{task}', 0, NULL, {once_as}, "
        f"{arguments}, NULL)::procrastinate_job_to_defer_v1])"
    )


def _job(task: str, at: datetime | None, once_as: str | None) -> Any:
    job = current_app.configure_task(
        task, allow_unknown=True, schedule_at=at, queueing_lock=once_as
    )
    job.job_manager = _of_this_transaction
    return job
