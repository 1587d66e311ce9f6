"""Work of the foundation: sending what is in the outbox, resuming what a dead worker left."""

from datetime import timedelta

from django.utils.timezone import now
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from newsroom import limits, mail
from newsroom.jobs import WHILE_THE_DATABASE_IS_AWAY
from newsroom.models import OutgoingMail

STALLED_AFTER = 30  # seconds without a heartbeat; workers beat every 10


@app.task(name="newsroom.send_mail", retry=WHILE_THE_DATABASE_IS_AWAY)
def send_mail(mail_id: int) -> None:
    mail.send(mail_id)


# No `lock` here: a lock held by the dead worker's job would keep the rescue itself waiting.
@app.periodic(cron="* * * * *")
@app.task(
    name="newsroom.resume_stalled_jobs",
    queueing_lock="newsroom.resume_stalled_jobs",
    pass_context=True,
)
async def resume_stalled_jobs(context: JobContext, timestamp: int) -> None:
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same work waits under its name already, such as its next try.
            await manager.finish_job(job, Status.ABORTED, delete_job=True)


@app.periodic(cron="*/5 * * * *")
@app.task(name="newsroom.sweep_outbox", queueing_lock="newsroom.sweep_outbox")
def sweep_outbox(timestamp: int) -> None:
    """A net below the queue: whatever should have gone out long ago is tried again."""
    mail.close_abandoned(now())
    waiting = OutgoingMail.objects.filter(
        sent_at=None, gave_up_at=None, created_at__lt=now() - timedelta(hours=8)
    )
    for mail_id in waiting.values_list("pk", flat=True)[:500]:
        mail.send(mail_id)


@app.periodic(cron="17 3 * * *")
@app.task(name="newsroom.forget_old_counts", queueing_lock="newsroom.forget_old_counts")
def forget_old_counts(timestamp: int) -> None:
    limits.forget(before=now() - timedelta(days=2))
