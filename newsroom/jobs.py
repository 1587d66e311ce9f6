"""The job queue, by name: verbs queue work without knowing who does it.

A job lives in PostgreSQL and is committed, or not, with the change that asked for it. Whoever
does it may be killed and done again, so every task must bear repetition.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app as current_app


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
    job = current_app.configure_task(
        task, allow_unknown=True, schedule_at=at, queueing_lock=once_as
    )
    if once_as is None:
        job.defer(**arguments)
        return
    try:
        # A refused insert would spoil the caller's transaction without a savepoint.
        with transaction.atomic():
            job.defer(**arguments)
    except exceptions.AlreadyEnqueued:
        pass
