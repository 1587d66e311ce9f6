"""The desks' door: a name and a password, a forgotten one by mail, and no way to guess."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from newsroom.models import Paper
from newsroom.signing_in import PER_NAME_AND_NETWORK, RESETS_PER_ADDRESS, WINDOW
from tests.desks import PASSWORD, somebody

pytestmark = pytest.mark.django_db

NEW = "a quite different one"


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/admin/login/?next=/admin/", {"username": name, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_door_names_the_paper_and_helps_who_forgot(client: Client) -> None:
    Paper(name="The Evening Post").save()
    response = client.get("/admin/", follow=True)
    page = response.content.decode()
    assert "The Evening Post" in page
    assert "Forgotten password?" in page
    assert "Django" not in page


def test_signing_in_and_out(client: Client) -> None:
    somebody("Editors", "ana")
    response = sign_in(client, "ana", PASSWORD)
    assert response["Location"] == "/admin/"
    assert is_in(client)
    for cookie in response.cookies.values():
        assert cookie["path"] == "/admin/"
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    client.post("/admin/logout/")
    assert not is_in(client)


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("reader", PASSWORD), ("", "")]
)
def test_the_door_stays_shut(name: str, password: str, client: Client) -> None:
    somebody("Editors", "ana")
    User.objects.create_user("reader", "reader@example.com", PASSWORD)
    assert sign_in(client, name, password).status_code == 200
    assert not is_in(client)


def test_guessing_is_slowed_and_then_over(client: Client) -> None:
    somebody("Editors", "ana")
    somebody("Editors", "boris")
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        for _ in range(PER_NAME_AND_NETWORK):
            assert "do not belong together" in sign_in(client, "ana", "wrong").content.decode()
        assert "Too many tries" in sign_in(client, "ANA", PASSWORD).content.decode()
        assert not is_in(client)
        # A colleague in the same office is not kept out.
        assert sign_in(Client(), "boris", PASSWORD).status_code == 302
        clock.shift(WINDOW)
        assert sign_in(client, "ana", PASSWORD).status_code == 302


def test_who_knows_the_password_comes_in_as_often_as_they_like() -> None:
    somebody("Editors", "ana")
    for _ in range(PER_NAME_AND_NETWORK + 2):
        assert sign_in(Client(), "ana", PASSWORD).status_code == 302


def ask(client: Client, address: str) -> str:
    response = client.post("/admin/password_reset/", {"email": address}, follow=True)
    assert response.status_code == 200
    page: str = response.content.decode()
    return re.sub(r"nonce=\S+|csrfmiddlewaretoken\S+ \S+", "", page)


def link_in(mail: Any) -> str:
    found = re.search(rf"{re.escape(settings.SITE_URL)}(/admin/reset/\S+)", mail.body)
    assert found, mail.body
    return found[1]


def test_a_forgotten_password_is_replaced_by_mail(client: Client, mailoutbox: list[Any]) -> None:
    user = somebody("Editors", "ana")
    assert "password" in client.get("/admin/password_reset/").content.decode()
    ask(client, user.email)
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    assert "ana" in mail.body
    assert "\n" not in mail.subject
    response = client.get(link_in(mail), follow=True)
    form = response.redirect_chain[-1][0]
    for broken in (
        {"new_password1": NEW, "new_password2": "another"},
        {"new_password1": "short", "new_password2": "short"},
    ):
        assert client.post(form, broken).status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    response = client.post(form, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert response.status_code == 200
    assert sign_in(client, "ana", NEW).status_code == 302
    assert is_in(client)
    # Once used, the link is spent.
    spent = Client().get(link_in(mail), follow=True).content.decode()
    assert 'name="new_password1"' not in spent


def test_a_reset_link_is_good_for_four_hours(client: Client, mailoutbox: list[Any]) -> None:
    user = somebody("Editors", "ana")
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        ask(client, user.email)
        clock.shift(timedelta(hours=4, seconds=1))
        page = client.get(link_in(mailoutbox[0]), follow=True).content.decode()
    assert 'name="new_password1"' not in page


def test_nobody_learns_who_has_an_account(client: Client, mailoutbox: list[Any]) -> None:
    user = somebody("Editors", "ana")
    assert ask(client, user.email) == ask(Client(), "nobody@example.com")
    assert len(mailoutbox) == 1


def test_nobody_is_flooded_with_reset_mails(client: Client, mailoutbox: list[Any]) -> None:
    user = somebody("Editors", "ana")
    for _ in range(RESETS_PER_ADDRESS + 3):
        ask(client, user.email)
    assert len(mailoutbox) == RESETS_PER_ADDRESS


def test_a_strange_host_gets_no_say_in_the_link(client: Client, mailoutbox: list[Any]) -> None:
    user = somebody("Editors", "ana")
    client.post("/admin/password_reset/", {"email": user.email}, headers={"host": "evil.example"})
    assert not mailoutbox
