"""Prompts that may be shown, and money that went back, are found without reading all others.

Not built concurrently: both are a moment's work, and a migration that stops leaves nothing behind.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0006_told_goals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("refund", "refund_failed", "dispute", "dispute_returned"))
                ),
                fields=["payment_intent"],
                include=("amount_minor",),
                name="ledger_went_back",
            ),
        ),
        migrations.AddIndex(
            model_name="prompt",
            index=models.Index(
                condition=models.Q(("is_live", True)), fields=["campaign"], name="prompt_live"
            ),
        ),
    ]
