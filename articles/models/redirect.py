from functools import reduce
from operator import or_

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article
from articles.models.author import Author
from articles.models.page import Page
from articles.models.section import Section
from articles.models.topic import Topic
from newsroom.purging import ShownToReaders

TARGETS = ("article", "page", "section", "topic", "author")


def exactly_one(fields: tuple[str, ...]) -> models.Q:
    """A row condition: one of these foreign keys is set, the others are not."""
    return reduce(
        or_,
        (models.Q(**{f"{each}__isnull": each != set_one for each in fields}) for set_one in fields),
    )


class Redirect(ShownToReaders):
    """An address that something used to have. It follows the thing, wherever that moves next."""

    old_address = models.CharField(
        _("old address"),
        max_length=500,
        help_text=_("Path, and query if it had one: /2014/05/old-name/ or /?p=12."),
    )
    article = models.ForeignKey(Article, models.CASCADE, null=True, blank=True)
    page = models.ForeignKey(Page, models.CASCADE, null=True, blank=True)
    section = models.ForeignKey(Section, models.CASCADE, null=True, blank=True)
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, blank=True)
    author = models.ForeignKey(Author, models.CASCADE, null=True, blank=True)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["old_address"]
        constraints = [
            # `unique=True` would keep a second index, for searches by how an address begins.
            models.UniqueConstraint(fields=["old_address"], name="one_redirect_per_old_address"),
            models.CheckConstraint(condition=exactly_one(TARGETS), name="redirect_has_one_target"),
        ]

    def __str__(self) -> str:
        return self.old_address

    @property
    def target(self) -> "Article | Page | Section | Topic | Author":
        for name in TARGETS:
            target: Article | Page | Section | Topic | Author | None = getattr(self, name)
            if target is not None:
                return target
        raise AssertionError("The database lets no redirect be without a target.")
