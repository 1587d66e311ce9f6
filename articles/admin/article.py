"""The editors' desk: from an empty page to readers, and back when it must be."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import publishing
from articles.admin.article_form import Action, ArticleForm
from articles.admin.image import thumbnail
from articles.admin.prose import ProseDesk
from articles.models import Article, ArticleQuerySet, Byline, Correction, RelatedArticle, Status
from articles.preview_links import GOOD_FOR, preview_link
from articles.search import clean_query, matching
from newsroom.clock import PaperTimeField

PUBLISH = "articles.publish_article"
DONE = {
    Action.PUBLISH: gettext_lazy("Published."),
    Action.SCHEDULE: gettext_lazy("Scheduled."),
    Action.BACK_TO_DRAFT: gettext_lazy("Taken back to draft."),
    Action.REVIEW: gettext_lazy("Handed in for review."),
}


class BylineInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Byline
    extra = 0
    fields = ["author", "role", "position"]
    autocomplete_fields = ["author"]
    verbose_name_plural = gettext_lazy("By, in this order")


class RelatedInline(admin.TabularInline):  # type: ignore[type-arg]
    model = RelatedArticle
    fk_name = "article"
    extra = 0
    fields = ["other", "position"]
    autocomplete_fields = ["other"]
    verbose_name_plural = gettext_lazy("Related articles, in this order")


class CorrectionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Correction
    extra = 0
    fields = ["text", "made_at"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "made_at":
            return PaperTimeField(label=gettext_lazy("Made"), initial=now)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Status.choices, ("scheduled", gettext_lazy("scheduled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        at, articles = now(), Article.objects.all()
        if self.value() == "scheduled":
            return queryset.filter(pk__in=articles.scheduled(at).values("pk"))
        if self.value() == Status.PUBLISHED:
            return queryset.filter(pk__in=articles.published(at).values("pk"))
        return queryset.filter(status=self.value()) if self.value() in Status else queryset


@admin.register(Article)
class ArticleAdmin(ProseDesk, admin.ModelAdmin):  # type: ignore[type-arg]
    form = ArticleForm
    fieldsets = [
        (None, {"fields": ["headline", "standfirst", "body"]}),
        (
            gettext_lazy("Where it stands"),
            {
                "fields": [
                    "wire_credit", "dateline", "section", "topics", "kicker", "language",
                ]
            },
        ),
        (
            gettext_lazy("Lead picture"),
            {"fields": ["lead_image", "lead_picture", "lead_caption"]},
        ),
        (
            gettext_lazy("Publication"),
            {"fields": ["published_at", "slug", "is_sensitive", "is_update", "version"]},
        ),
    ]  # fmt: skip
    autocomplete_fields = ["topics", "lead_image"]
    readonly_fields = ["lead_picture"]
    inlines = [BylineInline, RelatedInline, CorrectionInline]

    list_display = ["headline", "state", "section", "by", "published_at"]
    list_filter = [StateFilter, "section", "language", "bylines__author"]
    list_per_page = 50
    date_hierarchy = "published_at"
    search_fields = ["headline"]
    search_help_text = gettext_lazy("Words of the headline, the standfirst or the text")
    show_facets = admin.ShowFacets.NEVER
    actions = None
    change_form_template = "admin/articles/article/change_form.html"

    class Media:
        css = {"all": ["articles/desk.css"]}

    # What the list shows.

    def get_queryset(self, request: HttpRequest) -> ArticleQuerySet:
        articles = Article.objects.order_by(*self.get_ordering(request) or ["-changed_at"])
        if request.resolver_match and request.resolver_match.url_name == "articles_article_change":
            return articles
        return articles.select_related("section").prefetch_related("bylines__author").defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        query = clean_query(search_term)
        if not query:
            return queryset, False
        # As readers search; and by the beginning of a word, as one picks from a list.
        return queryset.filter(matching(query) | Q(headline__icontains=query)), False

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, article: Article) -> SafeString:
        state, words = state_of(article, now())
        return format_html('<span class="state state--{}">{}</span>', state, words)

    @admin.display(description=gettext_lazy("by"))
    def by(self, article: Article) -> str:
        return article.wire_credit or ", ".join(
            dict.fromkeys(byline.author.name for byline in article.bylines.all())
        )

    # What the form is given.

    @admin.display(description=gettext_lazy("as it is saved"))
    def lead_picture(self, article: Article) -> SafeString | str:
        return thumbnail(article.lead_image) if article.lead_image else "–"

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Article | None:
        """Held while it is saved, so that of two editors the second sees what the first saved."""
        if request.method != "POST":
            return super().get_object(request, object_id, from_field)
        try:
            pk = Article._meta.pk.to_python(object_id)
        except Exception:
            return None
        return Article.objects.select_for_update(of=("self",)).filter(pk=pk).first()

    def get_form(
        self, request: HttpRequest, obj: Article | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.action = action_of(request)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and publishing.has_appeared(obj, now()):
            return fieldsets
        # Nothing to tell readers who never saw it.
        return [
            (title, {**each, "fields": [name for name in each["fields"] if name != "is_update"]})
            for title, each in fieldsets
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        paper = request.paper  # type: ignore[attr-defined]
        return {"language": paper.language, **super().get_changeform_initial_data(request)}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Article | None = None,
    ) -> HttpResponse:
        form, at = context["adminform"].form, now()
        kept = Article.objects.filter(pk=obj.pk).first() if obj else None
        context["desk"] = self._desk(request, kept, at)
        if saved := getattr(form, "saved_meanwhile", None):
            context["saved_meanwhile"] = saved
            context["saved_by"] = _last_save(saved)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _desk(self, request: HttpRequest, kept: Article | None, at: datetime) -> dict[str, Any]:
        state, words = state_of(kept, at) if kept else ("draft", _("new"))
        return {
            "state": state,
            "state_words": words,
            "kept": kept,
            "can_publish": request.user.has_perm(PUBLISH),
            "is_before_readers": state in {"draft", "review", "withdrawn"},
            "preview_link": preview_link(kept) if kept and state != "published" else "",
            "preview_days": GOOD_FOR.days,
            "now": localtime(at).strftime("%Y-%m-%dT%H:%M:%S"),
            "zone": get_current_timezone_name(),
        }

    # What the buttons do.

    def save_model(
        self, request: HttpRequest, obj: Article, form: ArticleForm, change: bool
    ) -> None:
        # The moment that the form was judged at, or a second could pass in between.
        at, action = form.at, form.action
        if action not in {Action.SAVE, Action.REVIEW} and not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        if form.cleaned_data.get("is_update"):
            obj.updated_at = at
        if action == Action.PUBLISH:
            publishing.publish(obj, at)
        elif action == Action.SCHEDULE:
            assert obj.published_at is not None
            publishing.schedule(obj, obj.published_at, at)
        elif action == Action.BACK_TO_DRAFT:
            publishing.back_to_draft(obj, at)
        elif action == Action.REVIEW:
            publishing.back_to_draft(obj, at, Status.REVIEW)
        else:
            publishing.save(obj, at)

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self._stay(request, obj)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        if "_popup" in request.POST:
            return super().response_change(request, obj)
        return self._stay(request, obj)

    def _stay(self, request: HttpRequest, article: Article) -> HttpResponse:
        messages.success(request, outcome(article, now()))
        address = reverse("admin:articles_article_change", args=[article.pk])
        return HttpResponseRedirect(address)

    def view_on_site(self, obj: Article) -> str | None:
        return obj.get_absolute_url() if obj.is_visible(now()) else None

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """The story's history says what was done with it, not only which fields changed."""
        fields = super().construct_change_message(request, form, formsets, add)
        done = DONE.get(form.action)
        if done is None:
            return fields
        changed = LogEntry(change_message=json.dumps(fields)).get_change_message()
        return f"{done} {changed}"

    # Who may do what.

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What readers see, or soon will, is changed only by whoever may publish."""
        if obj is not None and not request.user.has_perm(PUBLISH):
            kept = Article.objects.filter(pk=obj.pk).values_list("status", flat=True).first()
            if kept in {Status.PUBLISHED, Status.WITHDRAWN}:
                return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """A story that readers could open is withdrawn, never deleted."""
        if obj is not None and obj.published_on is not None:
            return False
        return super().has_delete_permission(request, obj)

    # Withdrawing is asked twice.

    def get_urls(self) -> list[URLPattern]:
        withdraw = path(
            "<int:pk>/withdraw/",
            self.admin_site.admin_view(self.withdraw),
            name="articles_article_withdraw",
        )
        return [withdraw, *super().get_urls()]

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        back = reverse("admin:articles_article_change", args=[pk])
        with transaction.atomic():
            article = Article.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if article is None or not publishing.is_open(article, now()):
                messages.warning(request, _("There is nothing to withdraw."))
                return HttpResponseRedirect(
                    back if article else reverse("admin:articles_article_changelist")
                )
            if request.method == "POST":
                publishing.withdraw(article)
                self.log_change(request, article, _("Withdrawn."))
                messages.success(request, outcome(article, now()))
                return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw this story?"),
            "opts": self.opts,
            "article": article,
            "back": back,
        }
        return render(request, "admin/articles/article/withdraw.html", context)


def action_of(request: HttpRequest) -> Action:
    return next((each for each in Action if each in request.POST), Action.SAVE)


def state_of(article: Article, at: datetime) -> tuple[str, str]:
    """A word for style sheets and one for people."""
    if article.status == Status.PUBLISHED and not article.is_visible(at):
        return "scheduled", _("scheduled")
    return article.status, article.get_status_display()


def outcome(article: Article, at: datetime) -> SafeString:
    """What was done, and what readers now see."""
    state, _words = state_of(article, at)
    if state == "published":
        return format_html(
            '{} <a href="{}">{}</a>',
            _("Saved. Readers see it now."),
            article.get_absolute_url(),
            _("Read it on the site"),
        )
    if state == "scheduled":
        assert article.published_at is not None
        return format_html(
            "{}",
            _("Saved. Readers will see it from %(when)s on.")
            % {"when": when(article.published_at)},
        )
    if state == "withdrawn":
        return format_html(
            "{}", _("Saved. The story is withdrawn: its address says so to readers.")
        )
    return format_html("{}", _("Saved as a draft. Readers do not see it."))


def when(at: datetime) -> str:
    """A time as the newsroom says it, with its zone."""
    local = localtime(at)
    time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{date_format(local, 'DATE_FORMAT')}, {time} ({get_current_timezone_name()})"


def _last_save(article: Article) -> LogEntry | None:
    return (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Article), object_id=str(article.pk)
        )
        .select_related("user")
        .order_by("-action_time")
        .first()
    )
