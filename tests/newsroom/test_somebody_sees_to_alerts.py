"""From a cause to the person who closes it: told once, never lost, never deleted."""

import ast
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from newsroom.alert_advice import ADVICE, what_to_do
from newsroom.alerts import alert
from newsroom.models import Alert, OutgoingMail
from tests.conftest import RunJobs
from tests.desks import Desk, administrator, changing, somebody

pytestmark = pytest.mark.django_db
LIST = "/admin/newsroom/alert/"


@pytest.fixture(autouse=True)
def _operators(settings: Settings) -> None:
    settings.OPERATORS = ["ops@example.com", "night@example.com"]


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Fundraisers", "fatima"))


# Being told.


def test_every_operator_is_told_once_what_happened_and_what_to_do(
    run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    alert("stripe.dispute:dp_1", "A bank questions payment pi_1.")
    alert("stripe.dispute:dp_1", "A bank questions payment pi_1.")
    alert("stripe.dispute:dp_2", "A bank questions payment pi_2.")
    run_jobs()
    told = sorted((mail.to[0], mail.subject) for mail in mailoutbox)
    assert told == [
        (address, f"Newsroom needs you: stripe.dispute:{dispute}")
        for address in ("night@example.com", "ops@example.com")
        for dispute in ("dp_1", "dp_2")
    ]
    body = str(mailoutbox[0].body)
    assert "A bank questions payment pi_1." in body
    assert "before its deadline" in body
    assert f"{django_settings.SITE_URL}{LIST}" in body


def test_of_what_is_rolled_back_nobody_is_told_and_the_next_time_is_the_first() -> None:
    ProcrastinateJob.objects.all()._raw_delete("default")
    with pytest.raises(RuntimeError), transaction.atomic():
        alert("ledger.below_zero", "More went back than was paid.")
        raise RuntimeError
    assert not Alert.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert not ProcrastinateJob.objects.exists()
    alert("ledger.below_zero", "More went back than was paid.")
    assert Alert.objects.get().times == 1
    assert OutgoingMail.objects.count() == 2
    assert ProcrastinateJob.objects.count() == 2


@pytest.fixture
def _empty_queue() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_empty_queue")
def test_many_who_raise_a_cause_at_once_make_one_alert_and_one_mail_each() -> None:
    at_once = threading.Barrier(8)

    def raise_it(n: int) -> None:
        try:
            at_once.wait(10)
            for _again in range(5):
                with transaction.atomic():
                    alert("stripe.refused", f"Thread {n}.")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(raise_it, range(8)))
    assert Alert.objects.get().times == 40
    assert sorted(OutgoingMail.objects.values_list("recipient", flat=True)) == [
        "night@example.com",
        "ops@example.com",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_empty_queue")
def test_the_second_of_two_stands_when_the_first_is_rolled_back() -> None:
    first_has_raised, second_waits = threading.Event(), threading.Event()

    def fail() -> None:
        try:
            with transaction.atomic():
                alert("stripe.refused", "The first.")
                first_has_raised.set()
                second_waits.wait(10)
                raise RuntimeError
        except RuntimeError:
            pass
        finally:
            connection.close()

    def succeed() -> None:
        try:
            first_has_raised.wait(10)
            second_waits.set()
            with transaction.atomic():
                alert("stripe.refused", "The second.")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(fail), pool.submit(succeed)]:
            each.result(20)
    row = Alert.objects.get()
    assert (row.message, row.times) == ("The second.", 1)
    assert OutgoingMail.objects.count() == 2


def test_a_cause_longer_than_its_column_is_the_same_cause_again() -> None:
    long, other = f"stripe.dispute:dp_{'x' * 400}", f"stripe.dispute:dp_{'x' * 399}y"
    for _again in range(2):
        alert(long, "A bank\0 asks.")
    alert(other, "Another.")
    found = {each.message: each for each in Alert.objects.all()}
    assert {message: each.times for message, each in found.items()} == {"A bank asks.": 2, "Another.": 1}  # fmt: skip
    assert all(len(each.cause) == 120 for each in found.values())
    assert OutgoingMail.objects.count() == 4
    assert what_to_do(found["Another."].cause) == ADVICE["stripe.dispute"]


def test_a_long_cause_is_mailed_to_each_operator_every_day() -> None:
    import time_machine

    cause = f"stripe.fraud_warning:pi_{'1' * 90}"
    for day in ("2026-11-24", "2026-11-25"):
        with time_machine.travel(f"{day}T09:00:00Z", tick=False):
            alert(cause, "A bank warns.")
    assert OutgoingMail.objects.count() == 4


# Knowing what to do.


def raised_causes() -> set[str]:
    """What stands in the code, before any id."""
    found = set()
    root = Path(django_settings.BASE_DIR)
    for app in ("newsroom", "articles", "donations"):
        for file in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"alert", "_alert"}:  # fmt: skip
                    cause = node.args[0]
                    if isinstance(cause, ast.JoinedStr):
                        cause = cause.values[0]
                    if isinstance(cause, ast.Constant):
                        found.add(str(cause.value).partition(":")[0])
    return found


def test_there_is_a_sentence_for_every_cause() -> None:
    causes = raised_causes()
    assert len(causes) > 10
    assert causes - set(ADVICE) == set()
    assert set(ADVICE) - causes == set()


def test_a_cause_without_a_sentence_gets_a_general_one() -> None:
    assert "close the alert" in what_to_do("volcano.erupted")


# Seeing to it.


def test_the_front_of_the_admin_says_how_many_are_open(desk: Desk) -> None:
    assert "open alert" not in desk.open("/admin/").content.decode()
    alert("disk.full", "No space.")
    assert "1 open alert<" in desk.open("/admin/").content.decode()
    alert("clock.wrong", "Two minutes.")
    assert "2 open alerts" in desk.open("/admin/").content.decode()
    assert "open alert" not in Desk(somebody("Editors")).open("/admin/").content.decode()


def test_one_press_closes_it_and_says_who_did(desk: Desk) -> None:
    alert("stripe.refused", "Stripe said no.")
    row = Alert.objects.get()
    page = desk.open(LIST).content.decode()
    assert "Stripe said no." in page
    assert escape(what_to_do("stripe.refused")) in page
    address = f"{LIST}{row.pk}/close/"
    assert f'formaction="{address}"' in page
    assert f'formaction="{address}"' in desk.open(changing(row)).content.decode()
    desk.open(address)
    assert Alert.objects.filter(closed_at=None).exists()
    closed = desk.client.post(address, follow=True)
    assert "it opens anew" in closed.content.decode()
    row.refresh_from_db()
    assert row.closed_by == "fatima"
    assert row.closed_at is not None
    other = Desk(administrator("boss"))
    again = other.client.post(address, follow=True)
    assert "before you" in again.content.decode()
    row.refresh_from_db()
    assert row.closed_by == "fatima"
    for shown in (desk.open(f"{LIST}?state=closed"), desk.open(changing(row))):
        assert "fatima" in shown.content.decode()
        assert "formaction" not in shown.content.decode()
    desk.user.delete()
    assert "fatima" in other.open(f"{LIST}?state=closed").content.decode()


def test_the_press_needs_its_own_page(desk: Desk) -> None:
    from django.test import Client

    alert("stripe.refused", "Stripe said no.")
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(desk.user)
    assert stranger.post(f"{LIST}{Alert.objects.get().pk}/close/").status_code == 403
    assert Alert.objects.filter(closed_at=None).exists()


@pytest.mark.parametrize("role", ["Editors", None])
def test_nobody_else_closes_one(role: str | None) -> None:
    alert("stripe.refused", "Stripe said no.")
    someone = Desk(somebody(role))
    address = f"{LIST}{Alert.objects.get().pk}/close/"
    assert someone.client.get(address).status_code == 403
    assert someone.client.post(address).status_code == 403
    assert Alert.objects.filter(closed_at=None).exists()


def test_open_ones_come_first_and_none_is_deleted(desk: Desk) -> None:
    alert("first.closed", "Old.")
    Alert.objects.update(closed_at=now(), closed_by="x")
    alert("then.open", "Open.")
    Alert.objects.filter(cause="then.open").update(last_at=Alert.objects.get(cause="first.closed").first_at)  # fmt: skip
    rows = desk.open(f"{LIST}?state=all").context["cl"].result_list
    assert [row.cause for row in rows] == ["then.open", "first.closed"]
    for row in Alert.objects.all():
        boss = Desk(administrator(f"boss{row.pk}"))
        assert boss.client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        delete = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        boss.client.post(LIST, delete)
    assert Alert.objects.count() == 2


def test_many_alerts_take_no_more_questions(desk: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.open(LIST)
        return len(queries)

    alert("one.cause", "One.")
    few = asked()
    for n in range(30):
        alert(f"cause.{n}", "More.")
    assert asked() == few


QUESTIONS = [
        "q=%00", "state=%00", "state=nonsense", f"q={'word+' * 2_000}", "purpose=%00",
        "purpose__exact=%00", "id=%00", f"id={'9' * 40}", "p=-1", f"p={'9' * 40}", "o=99.-99.x",
        "created_at__year=99999", f"created_at__year={'9' * 40}",
        "created_at__year=2026&created_at__month=13&created_at__day=40", "created_at__gte=soon",
        "recipient__regex=[", "_facets=1", "all=", "id__in=1,x", "last_at__gte=%00", "e=1",
]  # fmt: skip


@pytest.mark.parametrize("address", [LIST, "/admin/newsroom/outgoingmail/"])
def test_a_list_stands_whatever_its_address_asks_for(desk: Desk, address: str) -> None:
    alert("disk.full", "No space.")
    for question in QUESTIONS:
        response = desk.client.get(f"{address}?{question}", follow=True)
        assert response.status_code in {200, 400}, question[:80]
