"""A copy of the database with the live key, at another address, reads Stripe and changes nothing."""

from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from donations import standing, stripe_api
from donations.models import PaymentSettings
from donations.standing import Refusal, RefusalKind
from newsroom.models import Alert
from tests.donations.conftest import Stripe

pytestmark = pytest.mark.django_db
HOME = "https://paper.example"


@pytest.fixture
def copy(settings: Settings) -> str:
    """Here, with a live key, the paper of another address."""
    settings.STRIPE_LIVEMODE = True
    PaymentSettings(pinned_site_url=HOME).save()
    return str(settings.SITE_URL)


def said(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_first_use_of_a_live_key_pins_the_address(settings: Settings) -> None:
    settings.STRIPE_LIVEMODE = True
    settings.SITE_URL = HOME
    assert standing.refusal() is None
    assert PaymentSettings.load().pinned_site_url == HOME
    settings.SITE_URL = "https://staging.paper.example"
    assert standing.refusal() == Refusal(RefusalKind.READ_ONLY, HOME)


def test_a_test_key_works_anywhere_and_pins_nothing(settings: Settings) -> None:
    PaymentSettings(pinned_site_url=HOME).save()
    assert standing.refusal() is None
    PaymentSettings().save()
    assert standing.refusal() is None
    assert PaymentSettings.load().pinned_site_url == ""
    assert not Alert.objects.exists()


def test_a_paused_paper_says_so() -> None:
    PaymentSettings(is_paused=True).save()
    assert standing.refusal() == Refusal(RefusalKind.PAUSED)


def test_a_copy_is_read_only_even_while_it_is_paused(copy: str) -> None:
    PaymentSettings.objects.update(is_paused=True)
    assert standing.refusal() == Refusal(RefusalKind.READ_ONLY, HOME)


def test_a_copy_changes_nothing_at_stripe_and_says_what_to_do(
    copy: str, stripe_side: Stripe
) -> None:
    with pytest.raises(stripe_api.ReadOnly):
        stripe_api.create_product("newsroom_support", "The Paper")
    with pytest.raises(stripe_api.StripeRefused):
        stripe_api.create_session({"mode": "payment"}, idempotency_key="key")
    assert stripe_side.requests() == []
    alert = Alert.objects.get(cause="payments.read_only")
    for word in (HOME, copy, "pin_site_url"):
        assert word in alert.message


def test_a_copy_may_read(copy: str, stripe_side: Stripe) -> None:
    with pytest.raises(stripe_api.StripeGone):
        stripe_api.retrieve_customer("cus_nobody")
    assert [each["method"] for each in stripe_side.requests()] == ["GET"]


def test_after_a_move_the_new_address_is_pinned(copy: str) -> None:
    assert said("pin_site_url") == f"{copy} takes money now, no longer {HOME}.\n"
    assert standing.refusal() is None
    assert said("pin_site_url") == f"{copy} takes money.\n"


def test_there_is_nothing_to_pin_with_a_test_key() -> None:
    with pytest.raises(CommandError, match="test key"):
        call_command("pin_site_url")
    assert not PaymentSettings.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_that_come_first_at_once_pin_one_address(settings: Settings) -> None:
    settings.STRIPE_LIVEMODE = True
    together = Barrier(4)
    found: list[bool] = []

    def come() -> None:
        together.wait()
        found.append(standing.is_copy())
        connection.close()

    threads = [Thread(target=come) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [False] * 4
    assert PaymentSettings.load().pinned_site_url == settings.SITE_URL
