from datetime import date, datetime
from typing import Self

from concurrency.fields import IntegerVersionField
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.author import Author
from articles.models.body_field import BodyField
from articles.models.image import Image
from articles.models.search_vector import search_words
from articles.models.section import Section
from articles.models.topic import Topic
from newsroom.folded import FoldedRows, folded
from newsroom.page import PageFacts
from newsroom.purging import ShownToReaders

RIGHT_TO_LEFT = frozenset({"ar", "fa"})


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, at: datetime) -> Self:
        """What readers may see at this moment. The one place that spells the embargo."""
        return self.filter(status=Status.PUBLISHED, published_at__lte=at)

    def scheduled(self, at: datetime) -> Self:
        """Ready, and waiting for its second."""
        return self.filter(status=Status.PUBLISHED, published_at__gt=at)

    def dated(self, on: date) -> Self:
        return self.filter(published_on=on)

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-pk")

    def listed(self) -> Self:
        """With what a headline in a list shows, but for who wrote it; bodies stay away."""
        return self.select_related("section", "lead_image").defer("body", "words")

    def with_bylines(self) -> Self:
        """In the same query, as all that follows."""
        of_the_story = Byline.objects.filter(article=OuterRef("pk"))
        return self.annotate(
            folded_bylines=folded(
                of_the_story, "id", "role", "position", author=("id", "name", "slug")
            )
        )

    def with_topics(self) -> Self:
        of_the_story = Topic.objects.filter(articles=OuterRef("pk"))
        return self.annotate(folded_topics=folded(of_the_story, "id", "name", "slug"))

    def with_corrections(self) -> Self:
        of_the_story = Correction.objects.filter(article=OuterRef("pk"))
        return self.annotate(folded_corrections=folded(of_the_story, "id", "text", "made_at"))

    def whole(self) -> Self:
        """With everything that stands on the story's own page, but for other stories."""
        whole = self.select_related("section", "lead_image").defer("words")
        return whole.with_bylines().with_topics().with_corrections()

    def next_change(self, at: datetime) -> datetime | None:
        """When the next story of this set appears."""
        return self.changes(at).first()

    def knowing_next_change(self, at: datetime) -> Self:
        """Each with `next_change`: when the next story of the whole paper appears."""
        return self.annotate(next_change=Subquery(Article.objects.changes(at)[:1]))

    def changes(self, at: datetime) -> models.QuerySet["Article", datetime | None]:
        """The moments at which stories of this set appear."""
        return self.scheduled(at).order_by("published_at").values_list("published_at", flat=True)


class Article(ShownToReaders):
    """A story: one headline, one address, one life from draft to archive."""

    headline = models.CharField(_("headline"), max_length=250)
    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        help_text=_("One or two sentences below the headline that say why to read on."),
    )
    # Found by its date and this together: alone it has no index.
    slug = models.SlugField(_("address"), max_length=120, allow_unicode=True, db_index=False)
    kicker = models.CharField(
        _("kicker"),
        max_length=60,
        blank=True,
        help_text=_("Above the headline; else the section."),
    )
    section = models.ForeignKey(
        Section, models.PROTECT, verbose_name=_("section"), related_name="articles"
    )
    topics = models.ManyToManyField(
        Topic, verbose_name=_("topics"), related_name="articles", blank=True
    )
    authors = models.ManyToManyField(
        Author,
        through="articles.Byline",
        related_name="articles",
        verbose_name=_("authors"),
    )
    wire_credit = models.CharField(
        _("wire credit"),
        max_length=120,
        blank=True,
        help_text=_("The agency, when the story comes from one."),
    )
    dateline = models.CharField(
        _("dateline"),
        max_length=80,
        blank=True,
        help_text=_("The place, such as PARIS."),
    )
    body = BodyField(_("text"), blank=True)
    lead_image = models.ForeignKey(
        Image, models.SET_NULL, verbose_name=_("lead picture"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    lead_caption = models.CharField(
        _("caption here"),
        max_length=500,
        blank=True,
        help_text=_("Instead of the picture's own caption."),
    )
    related = models.ManyToManyField(
        "self",
        through="articles.RelatedArticle",
        symmetrical=False,
        verbose_name=_("related"),
    )
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("A story on which the paper asks for nothing: a death, an attack."),
    )

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    published_at = models.DateTimeField(
        _("publication"),
        null=True,
        blank=True,
        help_text=_("A time to come keeps the story back until that second."),
    )
    # The date in the address: of first publication, where the paper is. Frozen from then on.
    published_on = models.DateField(null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("Shown to readers. Set it when the story changes in substance."),
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    changed_at = models.DateTimeField(_("last saved"), auto_now=True)
    version = IntegerVersionField()
    words = search_words()

    objects = ArticleQuerySet.as_manager()

    # What a query may bring along.
    next_change: datetime | None
    folded_bylines = FoldedRows("bylines")
    folded_topics = FoldedRows("topics")
    folded_corrections = FoldedRows("corrections")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_at", "-pk"]
        permissions = [("publish_article", _("Can publish, schedule and withdraw"))]
        constraints = [
            models.UniqueConstraint(
                fields=["published_on", "slug"],
                condition=models.Q(published_on__isnull=False),
                name="one_article_per_address",
                violation_error_message=_(
                    "Another story of that day has this address. Change the address a little."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.PUBLISHED)
                | models.Q(published_at__isnull=False, published_on__isnull=False),
                name="published_articles_have_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                condition=models.Q(status=Status.PUBLISHED),
                name="article_published",
            ),
            models.Index(
                fields=["section", "-published_at", "-id"],
                condition=models.Q(status=Status.PUBLISHED),
                name="article_section_published",
            ),
            # What to read next. In a paper of many languages the newest of one may be far down.
            models.Index(
                fields=["section", "language", "-published_at", "-id"],
                condition=models.Q(status=Status.PUBLISHED),
                name="article_read_next",
            ),
            GinIndex(fields=["words"], name="article_words"),
        ]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        """`/2026/11/24/slug/`. A draft without a date has no address and gives ""."""
        if self.published_on is None:
            return ""
        on = self.published_on
        return reverse("articles:article", args=[f"{on:%Y}", f"{on:%m}", f"{on:%d}", self.slug])

    def is_visible(self, at: datetime) -> bool:
        return (
            self.status == Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= at
        )

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def caption(self) -> str:
        return self.lead_caption or (self.lead_image.caption if self.lead_image else "")

    def facts(self, *, is_preview: bool = False) -> PageFacts:
        return PageFacts(
            kind="article",
            language=self.language,
            section=self.section.slug,
            topics=tuple(topic.slug for topic in self.topics.all()),
            is_sensitive=self.is_sensitive,
            is_preview=is_preview,
        )


class Byline(ShownToReaders):
    """One author of one story, with what they did."""

    # The indexes below begin with these two.
    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines", db_index=False)
    author = models.ForeignKey(
        Author, models.PROTECT, related_name="bylines", verbose_name=_("author"), db_index=False
    )
    role = models.CharField(
        _("role"),
        max_length=60,
        blank=True,
        help_text=_("Such as “Photographs”; empty for text."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "author", "role"],
                name="one_byline_per_author_and_role",
            )
        ]
        indexes = [models.Index(fields=["author", "article"], name="byline_author")]

    def __str__(self) -> str:
        return str(self.author)


class Correction(ShownToReaders):
    """What was wrong, said openly."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="corrections")
    text = models.TextField(_("correction"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class RelatedArticle(ShownToReaders):
    """A story that editors put beside another."""

    # The constraint below has an index that begins with it.
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="related_links", db_index=False
    )
    other = models.ForeignKey(
        Article, models.CASCADE, related_name="related_from", verbose_name=_("article")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("related article")
        verbose_name_plural = _("related articles")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "other"], name="related_once"),
            models.CheckConstraint(
                condition=~models.Q(article=models.F("other")),
                name="not_related_to_itself",
            ),
        ]

    def __str__(self) -> str:
        return str(self.other)
