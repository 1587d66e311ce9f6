from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.models.campaign import Campaign
from donations.models.prompt import Prompt
from donations.models.subscription import Subscription
from donations.models.supporter import Supporter


class EntryKind(models.TextChoices):
    PAYMENT = "payment", _("payment")
    FEE = "fee", _("fee")
    REFUND = "refund", _("refund")
    REFUND_FAILED = "refund_failed", _("refund failed")
    DISPUTE = "dispute", _("dispute")
    DISPUTE_RETURNED = "dispute_returned", _("dispute returned")
    ADJUSTMENT = "adjustment", _("adjustment")


# What went back of what people gave. Fees are ours to pay.
WENT_BACK = (
    EntryKind.REFUND,
    EntryKind.REFUND_FAILED,
    EntryKind.DISPUTE,
    EntryKind.DISPUTE_RETURNED,
)


class LedgerEntry(models.Model):
    """One fact about money. Never changed, never deleted: PostgreSQL itself refuses both."""

    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind.choices)
    # Stripe's id of what this entry records: pi_…, inpay_…, re_…, txn_…. A fee has the id of the
    # balance transaction that it was kept from, and carries that one's settlement.
    source = models.CharField(_("source"), max_length=255, unique=True)
    payment_intent = models.CharField(_("payment"), max_length=255, blank=True, db_index=True)
    # Signed, in minor units: a payment is positive, a refund negative.
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    # What it came to in the currency of our account, when Stripe has said so: before its fee.
    settled_minor = models.BigIntegerField(_("settled"), null=True, blank=True)
    settlement_currency = models.CharField(
        _("settled in"), max_length=3, blank=True, default="", db_default=""
    )
    exchange_rate = models.DecimalField(
        _("rate"), max_digits=24, decimal_places=12, null=True, blank=True
    )
    interval = models.CharField(
        _("every"),
        max_length=5,
        blank=True,
        help_text=_("month, year, or empty for one-time."),
    )
    livemode = models.BooleanField(_("real money"))
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    supporter = models.ForeignKey(
        Supporter, models.PROTECT, null=True, blank=True, verbose_name=_("supporter"),
        related_name="entries",
    )  # fmt: skip
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, verbose_name=_("subscription"),
        related_name="entries",
    )  # fmt: skip
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, verbose_name=_("campaign")
    )
    prompt = models.ForeignKey(
        Prompt, models.PROTECT, null=True, blank=True, verbose_name=_("prompt")
    )
    placement = models.CharField(_("placement"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["-occurred_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment_intent"],
                condition=models.Q(kind="payment") & ~models.Q(payment_intent=""),
                name="one_payment_per_payment_intent",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="payment") | models.Q(amount_minor__gt=0),
                name="payments_are_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["currency", "occurred_at"], name="ledger_month"),
            models.Index(fields=["-occurred_at", "-id"], name="ledger_newest"),
            # What went back is rare, and is taken off every goal.
            models.Index(
                fields=["payment_intent"],
                include=["amount_minor"],
                condition=models.Q(kind__in=WENT_BACK),
                name="ledger_went_back",
            ),
        ]
        permissions = [("export_ledger", "Can export the ledger")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"
