"""What reader pages look up has an index, and what nothing looks up has none any more.

Built in the migration's own transaction and not concurrently: even for a large archive that is a
second, in which readers read on and only saving a story waits; and it leaves no broken index.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_permission_to_publish"),
    ]

    operations = [
        migrations.AlterField(
            model_name="article",
            name="slug",
            field=models.SlugField(
                allow_unicode=True, db_index=False, max_length=120, verbose_name="address"
            ),
        ),
        migrations.AlterField(
            model_name="byline",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bylines",
                to="articles.article",
            ),
        ),
        migrations.AlterField(
            model_name="byline",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bylines",
                to="articles.author",
                verbose_name="author",
            ),
        ),
        migrations.AlterField(
            model_name="image",
            name="sha256",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="redirect",
            name="old_address",
            field=models.CharField(
                help_text="Path, and query if it had one: /2014/05/old-name/ or /?p=12.",
                max_length=500,
                verbose_name="old address",
            ),
        ),
        migrations.AlterField(
            model_name="relatedarticle",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="related_links",
                to="articles.article",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("status", "published")),
                fields=["section", "language", "-published_at", "-id"],
                name="article_read_next",
            ),
        ),
        migrations.AddIndex(
            model_name="byline",
            index=models.Index(fields=["author", "article"], name="byline_author"),
        ),
        migrations.AddIndex(
            model_name="image",
            index=models.Index(fields=["sha256"], name="image_sha256"),
        ),
        migrations.AddConstraint(
            model_name="redirect",
            constraint=models.UniqueConstraint(
                fields=("old_address",), name="one_redirect_per_old_address"
            ),
        ),
    ]
