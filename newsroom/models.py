"""The paper itself, and what both apps stand on: mail to send, alerts, counted attempts."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from newsroom.purging import ShownToReaders


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(value)s” is no time zone. Write it like Europe/Vilnius."),
            params={"value": value},
        )


class Paper(ShownToReaders):
    """One row: what an editor may change about the paper as a whole."""

    name = models.CharField(_("name"), max_length=80, default="Newsroom")
    motto = models.CharField(_("motto"), max_length=160, blank=True)
    description = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("One sentence about the paper, for search engines and feeds."),
    )
    accent_colour = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#8a1c1c",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour like #8a1c1c."))],
        help_text=_("For links that matter and for the ask. Dark enough to read on paper."),
    )
    accent_colour_dark = models.CharField(
        _("accent colour on dark"),
        max_length=7,
        default="#f0a08c",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour like #f0a08c."))],
        help_text=_("The same for readers whose screen is dark. Light enough to read on black."),
    )
    logo = models.FileField(
        _("logo"),
        upload_to="paper/",
        blank=True,
        validators=[FileExtensionValidator(["png", "webp", "jpg", "jpeg"])],
        help_text=_("Optional: a PNG, WebP or JPEG. Without one, the name is set in type."),
    )
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    contact_email = models.EmailField(_("contact address"), blank=True)
    copyright_line = models.CharField(_("copyright line"), max_length=200, blank=True)
    social_links = models.TextField(
        _("elsewhere"),
        blank=True,
        help_text=_("One address a line, such as a channel or a mirror of the paper."),
    )

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("the paper")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_paper")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def load(cls) -> "Paper":
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def social_addresses(self) -> list[str]:
        lines = (line.strip() for line in self.social_links.splitlines())
        return [line for line in lines if line.startswith("https://")]


class Alert(models.Model):
    """Something that needs a person. Open until somebody closes it."""

    cause = models.CharField(_("cause"), max_length=120)
    message = models.TextField(_("message"))
    times = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # A name as it was then: it stays when the account goes.
    closed_by = models.CharField(
        _("closed by"), max_length=150, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause"],
                condition=models.Q(closed_at=None),
                name="one_open_alert_per_cause",
            )
        ]

    def __str__(self) -> str:
        return self.cause


class OutgoingMail(models.Model):
    """One mail to one person, written down with the change that called for it."""

    purpose = models.CharField(_("purpose"), max_length=40)
    about = models.CharField(
        _("about"),
        max_length=120,
        help_text=_("The thing this mail is about, once per purpose."),
    )
    recipient = models.CharField(_("recipient"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    at_most_once = models.BooleanField(
        _("at most once"),
        default=False,
        help_text=_("Never repeated when it is unknown whether it went out; then forgotten."),
    )
    expires_at = models.DateTimeField(_("wanted until"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    gave_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "about"], name="one_mail_per_purpose_and_about"
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(sent_at=None, gave_up_at=None),
                name="mail_waiting",
            ),
            models.Index(fields=["recipient"], name="mail_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.about}"


class CountedAttempt(models.Model):
    """How often something was tried in a window of time; see `newsroom/limits.py`."""

    key = models.CharField(max_length=120)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window"], name="one_count_per_key_and_window")
        ]
        indexes = [models.Index(fields=["window"], name="counted_attempt_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
