"""The picture desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles import pictures
from articles.models import Article, Author, Image


class PictureField(forms.FileField):
    """An upload that was looked at and written anew; see `articles/pictures.py`."""

    sha256 = ""

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        if upload is None:
            return None
        accepted = pictures.accept(upload, upload.name or "")
        self.sha256 = accepted.sha256
        return accepted.file


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Image
        fields = ["file", "alt", "caption", "credit", "focal_point"]
        field_classes = {"file": PictureField}
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "dir": "auto"}),
            "caption": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField", "dir": "auto"}),
        }
        help_texts = {
            "file": _(
                "JPEG, PNG, WebP, AVIF or GIF, up to 25 MB. Where and with what it was taken is "
                "removed. Click into the picture to say what must stay in sight."
            ),
            "caption": _("What readers should know. One or two sentences."),
            "credit": _("Who made it, and for whom, such as “Ana Kova / Reuters”."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        field = self.fields.get("file")
        if isinstance(field, PictureField) and field.sha256 and not self.errors.get("file"):
            self._refuse_twin(field.sha256)
            self.instance.sha256 = field.sha256
        return cleaned

    def _refuse_twin(self, sha256: str) -> None:
        twin = Image.objects.filter(sha256=sha256).exclude(pk=self.instance.pk).first()
        if twin is None:
            return
        address = reverse("admin:articles_image_change", args=[twin.pk])
        message = format_html(
            '{} <a href="{}" target="_blank">{}</a>',
            _("This picture is here already:"),
            address,
            twin,
        )
        self.add_error("file", ValidationError(message, code="duplicate"))


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ImageForm
    fields = ["file", "alt", "caption", "credit", "focal_point", "address", "used_in"]
    readonly_fields = ["address", "used_in"]
    list_display = ["picture", "description", "credit", "size", "uploaded_at"]
    list_display_links = ["picture", "description"]
    list_per_page = 50
    date_hierarchy = "uploaded_at"
    search_fields = ["caption", "alt", "credit", "file"]
    actions = None

    class Media:
        css = {"all": ["articles/desk.css"]}

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return [name for name in fields if obj or name not in self.readonly_fields]

    @admin.display(description=_("picture"))
    def picture(self, image: Image) -> SafeString:
        return thumbnail(image)

    @admin.display(description=_("what it shows"), ordering="caption")
    def description(self, image: Image) -> str:
        return str(image)

    @admin.display(description=_("pixels"), ordering="width")
    def size(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description=_("address"))
    def address(self, image: Image) -> SafeString:
        """What the text editor's picture button asks for."""
        return format_html(
            '<code>{}</code><br><span class="quiet">{}</span>',
            image.file.url,
            _("For a picture within a text: copy this address into the editor’s picture button."),
        )

    @admin.display(description=_("used in"))
    def used_in(self, image: Image) -> SafeString | str:
        users = [*stories_with(image), *Author.objects.filter(portrait=image)]
        if not users:
            return str(_("nothing yet"))
        return format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            (
                (reverse(f"admin:articles_{each._meta.model_name}_change", args=[each.pk]), each)
                for each in users
            ),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """A picture that is in use stays, or a published story would lose it."""
        if obj is not None and (
            stories_with(obj).exists() or Author.objects.filter(portrait=obj).exists()
        ):
            return False
        return super().has_delete_permission(request, obj)


def stories_with(image: Image) -> QuerySet[Article]:
    return Article.objects.filter(Q(lead_image=image) | Q(body__contains=image.file.name))


def thumbnail(image: Image) -> SafeString:
    return format_html(
        '<img class="thumbnail" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        image.file.jpg_800,
        image.alt,
        image.width,
        image.height,
    )
