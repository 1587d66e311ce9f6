from django.db import models
from django.utils.translation import gettext_lazy as _
from imagefield.fields import ImageField, PPOIField

from articles.renditions import FORMATS
from newsroom.purging import ShownToReaders


class Image(ShownToReaders):
    """A picture with what a serious paper prints beside it."""

    file = ImageField(
        _("picture"),
        upload_to="pictures/%Y/%m/",
        width_field="width",
        height_field="height",
        ppoi_field="focal_point",
        formats=FORMATS,
        auto_add_fields=False,
        max_length=255,
    )
    width = models.PositiveIntegerField(_("width"), default=0, editable=False)
    height = models.PositiveIntegerField(_("height"), default=0, editable=False)
    focal_point = PPOIField(_("focal point"))
    alt = models.CharField(
        _("what it shows"),
        max_length=300,
        blank=True,
        help_text=_("For readers who cannot see it. Leave empty only for pure decoration."),
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    credit = models.CharField(_("credit"), max_length=160, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["sha256"], name="image_sha256")]

    def __str__(self) -> str:
        return self.caption or self.alt or str(self.file)
