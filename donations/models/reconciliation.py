from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reconciliation(models.Model):
    """One comparison of our books with Stripe's: how far it came, and what it found."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    livemode = models.BooleanField(_("real money"))
    is_dry_run = models.BooleanField(_("only looked"), default=False)
    # Older objects were not looked at; null: all that Stripe knows.
    since = models.DateTimeField(_("of what happened since"), null=True, blank=True)
    # By kind of object: the last id that was done, and whether all are. And what it began with.
    progress = models.JSONField(default=dict)
    compared = models.PositiveIntegerField(_("compared"), default=0)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ReconciledPage(models.Model):
    """What Stripe listed, kept until the comparison ends: the rest of our books is unknown there.

    In the database, so that a comparison goes on after it was killed.
    """

    reconciliation = models.ForeignKey(
        Reconciliation, models.CASCADE, related_name="pages", verbose_name=_("reconciliation")
    )
    ids = ArrayField(models.CharField(max_length=255))

    def __str__(self) -> str:
        return f"{self.reconciliation_id}: {len(self.ids)}"


class DifferentThing(models.TextChoices):
    CUSTOMER = "customer", _("customer")
    SUBSCRIPTION = "subscription", _("subscription")
    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    DISPUTE = "dispute", _("dispute")


class Difference(models.Model):
    """Something that Stripe and we did not say alike."""

    reconciliation = models.ForeignKey(
        Reconciliation, models.CASCADE, related_name="differences",
        verbose_name=_("reconciliation"),
    )  # fmt: skip
    thing = models.CharField(_("thing"), max_length=12, choices=DifferentThing.choices)
    stripe_id = models.CharField(_("id"), max_length=255)
    # Stable words for the code and a person: `missing here`, `amount`, `status`.
    what = models.CharField(_("what"), max_length=60)
    ours = models.CharField(_("here"), max_length=255, blank=True)
    stripes = models.CharField(_("at Stripe"), max_length=255, blank=True)
    repaired_at = models.DateTimeField(_("repaired"), null=True, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "thing", "stripe_id", "what"],
                name="one_difference_a_reconciliation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.thing} {self.stripe_id}: {self.what}"
