"""Each desk opens its own room and no other: every admin address, every role, GET and POST."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils.html import strip_tags
from django.utils.timezone import now

from newsroom.mail import queue_mail
from newsroom.models import Alert, OutgoingMail, Paper
from tests.articles.factories import ArticleFactory, TopicFactory
from tests.desks import Desk, administrator, changing, errors_of, somebody

pytestmark = pytest.mark.django_db

# What each desk may open: an app, or one of its models.
ROOMS = {
    "Editors": {"articles", "newsroom_paper"},
    "Fundraisers": {"donations", "newsroom_alert", "newsroom_outgoingmail"},
    None: set(),
}
# For whoever has an account, whatever their desk: no row of anybody is behind these.
FOR_ALL = {
    "index", "login", "logout", "password_change", "password_change_done", "jsi18n",
    "autocomplete", "view_on_site", "app_list",
}  # fmt: skip


def addresses() -> list[tuple[str, str]]:
    """The name and an example of every address of the admin."""

    def walk(patterns: list[Any]) -> Any:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns)
            elif isinstance(each, URLPattern) and each.name:
                yield each

    found = {}
    for pattern in walk(admin.site.get_urls()):
        arguments: list[Any] = ["1"] * pattern.pattern.regex.groups or (
            [1] * len(pattern.pattern.converters)
        )
        if pattern.name not in FOR_ALL:
            found[pattern.name] = reverse(f"admin:{pattern.name}", args=arguments)
    return sorted(found.items())


def is_in(rooms: set[str], name: str) -> bool:
    return any(name == room or name.startswith(f"{room}_") for room in rooms)


def test_there_are_addresses_to_walk() -> None:
    names = [name for name, _address in addresses()]
    assert len(names) > 50
    for room in ("articles_article_withdraw", "newsroom_paper_change", "auth_user_add"):
        assert room in names
    assert any(name.startswith("donations_") for name in names)


@pytest.mark.parametrize("role", ["Editors", "Fundraisers", None])
def test_a_desk_opens_its_room_and_no_other(role: str | None) -> None:
    desk = Desk(somebody(role))
    for name, address in addresses():
        statuses = [
            desk.client.get(address).status_code,
            desk.client.post(address, {"action": "delete_selected"}).status_code,
        ]
        if is_in(ROOMS[role], name):
            if name.endswith("_changelist"):
                assert statuses[0] in {200, 302}, address
        else:
            # Where there is no such row, its history leads back to the front of the admin.
            refused = {302, 403} if name.endswith("_history") else {403}
            assert set(statuses) <= refused, name


@pytest.mark.parametrize("role", ["nobody", "a reader with an account"])
def test_without_a_desk_there_is_only_the_door(role: str) -> None:
    client = Client()
    if role != "nobody":
        client.force_login(User.objects.create_user("reader"))
    for _name, address in addresses():
        for response in (client.get(address), client.post(address)):
            assert response.status_code == 302, address
            assert response["Location"].startswith("/admin/login/"), address


def test_an_administrator_opens_everything() -> None:
    desk = Desk(administrator())
    for name, address in addresses():
        if name.endswith("_changelist"):
            assert desk.client.get(address, follow=True).status_code == 200, address


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("Editors", {"articles", "newsroom"}, {"donations", "auth"}),
        ("Fundraisers", {"donations", "newsroom"}, {"articles", "auth"}),
    ],
)
def test_the_front_of_the_admin_shows_the_desk_alone(
    role: str, shown: set[str], hidden: set[str]
) -> None:
    desk = Desk(somebody(role))
    apps = {app["app_label"] for app in desk.open("/admin/").context["app_list"]}
    assert apps == shown
    for app in hidden:
        assert desk.open(f"/admin/{app}/").status_code == 404
    models = {
        model["object_name"]
        for app in desk.open("/admin/").context["app_list"]
        if app["app_label"] == "newsroom"
        for model in app["models"]
    }
    assert models == ({"Paper"} if role == "Editors" else {"Alert", "OutgoingMail"})


def test_the_side_door_of_suggestions_is_closed_too() -> None:
    TopicFactory(name="Secret")
    question = {
        "app_label": "articles",
        "model_name": "article",
        "field_name": "topics",
        "term": "",
    }
    address = reverse("admin:autocomplete")
    assert "Secret" in Desk(somebody("Editors")).client.get(address, question).content.decode()
    assert Desk(somebody("Fundraisers")).client.get(address, question).status_code == 403
    assert Client().get(address, question).status_code == 302


def test_an_editor_changes_the_paper_and_there_is_one() -> None:
    desk = Desk(somebody("Editors"))
    response = desk.client.get("/admin/newsroom/paper/", follow=True)
    address = response.redirect_chain[-1][0]
    assert 'type="color"' in response.content.decode()
    saved = desk.fill_in(
        address, name="The Evening Post", time_zone="Asia/Tbilisi", accent_colour="#123456"
    )
    (said,) = saved.context["messages"]
    assert strip_tags(str(said)) == "The paper “The Evening Post” was changed successfully."
    paper = Paper.objects.get()
    assert (paper.name, paper.time_zone, paper.accent_colour) == (
        "The Evening Post",
        "Asia/Tbilisi",
        "#123456",
    )
    assert "The Evening Post" in desk.open("/admin/").content.decode()
    for broken in ({"time_zone": "Mars/Base"}, {"accent_colour": "red"}, {"name": ""}):
        assert list(errors_of(desk.fill_in(address, **broken))) == list(broken)
    assert desk.client.get("/admin/newsroom/paper/add/").status_code == 403
    assert desk.client.post("/admin/newsroom/paper/1/delete/", {"post": "yes"}).status_code == 403
    assert Paper.objects.get() == paper


def test_a_logo_is_a_picture() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.articles.factories import drawn_picture

    desk = Desk(somebody("Editors"))
    address = "/admin/newsroom/paper/1/change/"
    for name, content in (("logo.png", b"<html>"), ("logo.svg", b"<svg/>")):
        response = desk.fill_in(address, logo=SimpleUploadedFile(name, content))
        assert list(errors_of(response)) == ["logo"]
    desk.fill_in(address, logo=SimpleUploadedFile("logo.jpg", drawn_picture()))
    assert (Paper.load().logo.name or "").startswith("paper/logo")


@pytest.mark.parametrize("role", ["administrator", "Fundraisers"])
def test_an_alert_is_closed_by_a_person(role: str) -> None:
    alert = Alert.objects.create(
        cause="disk.full", message="The disk is full.", first_at=now(), last_at=now()
    )
    close = {"action": "close", "_selected_action": [alert.pk]}
    desk = Desk(administrator() if role == "administrator" else somebody(role))
    assert "The disk is full." in desk.open("/admin/newsroom/alert/").content.decode()
    desk.client.post("/admin/newsroom/alert/", close)
    alert.refresh_from_db()
    assert alert.closed_at is not None
    assert "The disk is full." not in desk.open("/admin/newsroom/alert/").content.decode()
    closed = desk.open("/admin/newsroom/alert/?state=closed").content.decode()
    assert "The disk is full." in closed


def test_a_mail_is_looked_at_and_sent_again(run_jobs: Any, mailoutbox: list[Any]) -> None:
    mail = queue_mail(
        purpose="receipt", about="1", recipient="a@example.com", subject="Thanks", text="…"
    )
    once = queue_mail(
        purpose="reminder", about="1", recipient="b@example.com", subject="Now?", text="…",
        at_most_once=True,
    )  # fmt: skip
    assert mail
    assert once
    run_jobs()
    assert len(mailoutbox) == 2
    again = {"action": "send_again", "_selected_action": [mail.pk, once.pk]}

    fundraiser = Desk(somebody("Fundraisers"))
    page = fundraiser.open("/admin/newsroom/outgoingmail/").content.decode()
    assert "a@example.com" in page
    assert "sent" in page
    fundraiser.client.post("/admin/newsroom/outgoingmail/", again)
    assert run_jobs() == 0

    desk = Desk(administrator())
    response = desk.client.post("/admin/newsroom/outgoingmail/", again, follow=True)
    assert "1 mail is on its way" in response.content.decode()
    assert "1 mail is sent at most once" in response.content.decode()
    run_jobs()
    assert [each.to for each in mailoutbox] == [
        ["a@example.com"],
        ["b@example.com"],
        ["a@example.com"],
    ]
    first, _second, third = mailoutbox
    assert first.extra_headers["Message-ID"] == third.extra_headers["Message-ID"]
    assert desk.client.post(changing(mail), {"subject": "x"}).status_code == 403
    assert OutgoingMail.objects.get(pk=mail.pk).sent_at is not None


def test_a_fundraiser_never_reads_a_draft() -> None:
    article = ArticleFactory(headline="Not yet told")
    desk = Desk(somebody("Fundraisers"))
    content_type = article._meta.label_lower
    for address in (
        changing(article),
        f"{changing(article).removesuffix('change/')}history/",
        "/admin/articles/article/?q=told",
        f"/admin/r/1/{article.pk}/",
    ):
        assert "Not yet told" not in desk.open(address).content.decode(), content_type
