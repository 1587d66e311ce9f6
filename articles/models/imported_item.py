from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedItem(models.Model):
    """What became of one thing of another system, so that a second import finds it again."""

    source = models.CharField(
        _("source"),
        max_length=200,
        help_text=_("System and site, such as wordpress:example.org."),
    )
    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(_("key there"), max_length=200)
    digest = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Of what was read; the same digest is skipped."),
    )
    object_id = models.BigIntegerField(_("row here"), null=True)
    imported_at = models.DateTimeField(_("imported"), auto_now=True)

    class Meta:
        verbose_name = _("imported item")
        verbose_name_plural = _("imported items")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "key"], name="imported_once_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.key}"
