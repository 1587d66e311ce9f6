from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0003_who_closed_an_alert")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="wanted until"),
        ),
    ]
