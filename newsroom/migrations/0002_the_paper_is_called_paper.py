from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="paper",
            options={"verbose_name": "paper", "verbose_name_plural": "the paper"},
        ),
    ]
