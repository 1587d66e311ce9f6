from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="article",
            options={
                "ordering": ["-published_at", "-pk"],
                "permissions": [("publish_article", "Can publish, schedule and withdraw")],
                "verbose_name": "article",
                "verbose_name_plural": "articles",
            },
        )
    ]
