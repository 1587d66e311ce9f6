from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from newsroom.purging import ShownToReaders


class FrontPageSlot(ShownToReaders):
    """A place on the front page that an editor filled by hand."""

    class Place(models.TextChoices):
        LEAD = "lead", _("lead story")
        SECOND = "second", _("second rank")
        OPINION = "opinion", _("opinion")

    place = models.CharField(_("place"), max_length=10, choices=Place.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    article = models.ForeignKey(
        Article,
        models.CASCADE,
        related_name="front_page_slots",
        verbose_name=_("article"),
    )

    class Meta:
        verbose_name = _("front-page place")
        verbose_name_plural = _("front page")
        ordering = ["place", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                name="once_on_the_front_page",
                violation_error_message=_("This story already has a place on the front page."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.article}"
