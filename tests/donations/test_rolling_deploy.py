"""While one release replaces another, both work on the same rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from donations import inbox
from donations.models import EventState, LedgerEntry, StripeEvent, Subscription
from tests.conftest import RunJobs
from tests.donations.conftest import Tell
from tests.donations.test_stripe_tells_us import event

pytestmark = pytest.mark.django_db

# The release before: its tables, as it believes that they are.
BEFORE = [("donations", "0002_ledger_is_append_only"), ("newsroom", "0002_the_paper_is_called_paper")]  # fmt: skip
AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def older() -> Any:
    """The older release's models, on the newer tables."""
    return MigrationExecutor(connection).loader.project_state(BEFORE).apps


def test_row_59_every_new_column_fills_itself(older: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE "
            "table_schema = current_schema() AND is_nullable = 'NO' AND column_default IS NULL "
            "AND is_identity = 'NO'"
        )
        must_be_given = cursor.fetchall()
    known = {
        model._meta.db_table: {field.column for field in model._meta.local_fields}
        for model in older.get_models(include_auto_created=True)
        if model._meta.app_label in {"donations", "newsroom"}
    }
    unknown = {(t, c) for t, c in must_be_given if t in known and c not in known[t]}
    assert known
    assert unknown == set()


def test_row_59_what_the_older_release_writes_is_taken(older: Any) -> None:
    supporter = older.get_model("donations", "Supporter").objects.create(
        email="ada@example.com", created_at=AT
    )
    subscription = older.get_model("donations", "Subscription").objects.create(
        stripe_id="sub_1", customer_id="cus_1", supporter=supporter, status="active",
        amount_minor=5_00, currency="usd", interval="month", started_at=AT, synced_at=AT,
    )  # fmt: skip
    older.get_model("donations", "LedgerEntry").objects.create(
        kind="payment", source="inpay_1", amount_minor=5_00, currency="usd", interval="month",
        livemode=False, occurred_at=AT, supporter=supporter, subscription=subscription,
    )  # fmt: skip
    older.get_model("donations", "SupportIntent").objects.create(
        nonce="n", frequency="month", amount_minor=5_00, currency="usd", created_at=AT,
        expires_at=AT,
    )  # fmt: skip
    older.get_model("newsroom", "Alert").objects.create(cause="a", message="", first_at=AT, last_at=AT)  # fmt: skip
    assert (Subscription.objects.get().is_paused, LedgerEntry.objects.get().settled_minor) == (False, None)  # fmt: skip


def test_row_59_an_event_that_the_older_release_stored_is_applied(
    older: Any, run_jobs: RunJobs
) -> None:
    stored = older.get_model("donations", "StripeEvent").objects.create(
        event_id="evt_1", type="balance.available", livemode=False, body="{}", happened_at=AT
    )
    inbox.queue(stored.pk)
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.IGNORED


def test_row_59_a_job_that_another_release_did_not_know_is_made_anew(
    tell: Tell, run_jobs: RunJobs
) -> None:
    tell(event(type="balance.available"))
    # A worker that finds no such task puts the job away as failed.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    inbox.requeue_forgotten()
    assert not ProcrastinateJob.objects.filter(status="todo").exists()
    StripeEvent.objects.update(received_at=now() - inbox.FORGOTTEN_AFTER - timedelta(seconds=1))
    for _ in range(2):
        inbox.requeue_forgotten()
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1
    run_jobs()
    assert StripeEvent.objects.get().state == EventState.IGNORED
