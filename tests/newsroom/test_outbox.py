"""The demo's mail, read in the browser."""

import re
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.newsroom.outbox_urls")]


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)


def send(*subjects: str, html: str = "") -> None:
    with get_connection() as connection:
        for subject in subjects:
            message = EmailMultiAlternatives(
                subject,
                "Bonjour ” http://127.0.0.1/reset/abc/.\n",
                "paper@example.com",
                ["ada@example.com"],
                connection=connection,
            )
            if html:
                message.attach_alternative(html, "text/html")
            message.send()


def test_an_empty_outbox_says_so(client: Client) -> None:
    assert "There is none yet" in client.get("/outbox/").content.decode()


def test_every_letter_is_listed_and_opens(client: Client) -> None:
    send("Première lettre", "Second letter")
    page = client.get("/outbox/").content.decode()
    assert "Première lettre" in page
    assert "Second letter" in page
    for address in re.findall(r'href="(/outbox/[^"]+)"', page):
        letter = client.get(address).content.decode()
        assert "Bonjour ”" in letter
        assert 'href="http://127.0.0.1/reset/abc/"' in letter


def test_the_html_of_a_letter_is_shown_but_runs_nothing(client: Client) -> None:
    send("Rich", html="<p style='color:red'>Rich</p>")
    address = re.search(r'href="(/outbox/[^"]+)"', client.get("/outbox/").content.decode())
    assert address
    response = client.get(f"{address[1]}html/")
    assert b"color:red" in response.content
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "script-src 'none'" in response["Content-Security-Policy"]


def test_a_letter_that_is_not_there(client: Client) -> None:
    assert client.get("/outbox/nothing-0/").status_code == 404


@pytest.mark.urls("newsroom.urls")
def test_outside_the_demo_there_is_no_outbox(client: Client) -> None:
    assert client.get("/outbox/").status_code == 404
