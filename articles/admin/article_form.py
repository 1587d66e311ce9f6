"""What an editor writes on a story, and what is said when something on it cannot be kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from concurrency.exceptions import VersionError
from concurrency.forms import VersionField
from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles import publishing
from articles.admin import prose
from articles.models import Article, Status
from newsroom.clock import PaperTimeField


class Action(StrEnum):
    """What the pressed button asks for, by its name."""

    SAVE = "_save"
    REVIEW = "_review"
    PUBLISH = "_publish"
    SCHEDULE = "_schedule"
    BACK_TO_DRAFT = "_back_to_draft"


class PostedVersion(VersionField):  # type: ignore[misc]
    """The version that an editor began with. One that is not ours is no version of this story."""

    def to_python(self, value: Any) -> int:
        try:
            return int(super().to_python(value))
        except VersionError:
            return -1


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]
    # Set by the desk on the class that it makes for each request.
    action = Action.SAVE

    body = prose.prose_field(label=_("Text"), required=False)
    version = PostedVersion()
    published_at = PaperTimeField(
        label=_("Publication"),
        required=False,
        help_text=_(
            "Empty: at the moment you publish. A time to come keeps the story back till then."
        ),
    )
    is_update = forms.BooleanField(
        label=_("Tell readers that the story was updated just now"),
        required=False,
        help_text=_("For a change in substance, not for a comma."),
    )

    class Meta:
        model = Article
        fields = [
            "headline", "standfirst", "body", "wire_credit", "dateline", "section", "topics",
            "kicker", "language", "lead_image", "lead_caption", "is_sensitive", "slug",
            "published_at", "version",
        ]  # fmt: skip
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 2, "dir": "auto", "class": "headline-field"}),
            "standfirst": forms.Textarea(
                attrs={"rows": 3, "dir": "auto", "class": "vLargeTextField"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = now()
        # What another editor saved since this one opened the story.
        self.saved_meanwhile: Article | None = None
        if slug := self.fields.get("slug"):
            slug.required = False
            slug.help_text = _(
                "The last part of the story’s address. Empty: made from the headline."
            )
        if "body" in self.fields and not prose.is_kept_whole(self.instance.body):
            prose.edit_as_html(self.fields["body"])

    def clean_headline(self) -> str:
        # A headline is one line, however it was pasted.
        return " ".join(self.cleaned_data["headline"].split())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and cleaned.get("version") != self.instance.version:
            self.saved_meanwhile = Article.objects.get(pk=self.instance.pk)
            self.add_error(
                None,
                gettext(
                    "Somebody else saved this story while you were writing. Nothing of yours is "
                    "saved yet, and nothing is lost: both texts are on this page."
                ),
            )
            return cleaned
        self._check_time(cleaned.get("published_at"), self.at)
        self._settle_address(self.at)
        return cleaned

    def _check_time(self, due: datetime | None, at: datetime) -> None:
        if "published_at" in self.errors:
            return
        if self.action == Action.SCHEDULE and (due is None or due <= at):
            self.add_error("published_at", _("Set a time to come, or publish now."))
        elif self._stays_published and due is None:
            self.add_error("published_at", _("A published story has a time."))
        elif (
            self.action in {Action.SAVE, Action.SCHEDULE}
            and due is not None
            and due > at
            and publishing.is_open(self.instance, at)
        ):
            self.add_error(
                "published_at",
                _("Readers have this story already. Withdraw it to take it down."),
            )

    def _settle_address(self, at: datetime) -> None:
        """Make the address from the headline where none is given, and refuse one that is taken."""
        headline, slug = self.cleaned_data.get("headline"), self.cleaned_data.get("slug")
        if not headline or "slug" in self.errors:
            return
        if slug == self.instance.slug == publishing.slug_from(self.instance.headline) and not (
            publishing.has_appeared(self.instance, at)
        ):
            slug = ""  # was made from the headline, and goes on following it
        on = None
        if self._stays_published or self.action in {Action.PUBLISH, Action.SCHEDULE}:
            due = self.cleaned_data.get("published_at") or at
            if self.action == Action.PUBLISH:
                due = min(due, at)
            on = publishing.day_of(self.instance, due, at)
        elif publishing.has_appeared(self.instance, at):
            on = self.instance.published_on
        if not slug:
            slug = publishing.slug_from(headline)
            if on is not None:
                slug = publishing.free_slug(slug, on, self.instance)
        elif on is not None and publishing.is_taken(slug, on, self.instance):
            self.add_error(
                "slug",
                _("Another story of that day has this address. Change the address a little."),
            )
        self.cleaned_data["slug"] = slug

    @property
    def _stays_published(self) -> bool:
        return self.instance.status == Status.PUBLISHED and self.action == Action.SAVE
