"""The fundraisers' desk: supporters, ledger, events. To read; only events can be applied again."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.timezone import now

from donations.models import EventState, StripeEvent
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import (
    CampaignFactory,
    LedgerEntryFactory,
    SubscriptionFactory,
    SupporterFactory,
    SupportIntentFactory,
)

pytestmark = pytest.mark.django_db

DESKS = ("ledgerentry", "supporter", "subscription", "supportintent", "stripeevent")


@pytest.fixture
def fundraiser(client: Client) -> Client:
    user = User.objects.create_user("fatima", is_staff=True)
    user.groups.add(Group.objects.get(name="Fundraisers"))
    client.force_login(user)
    return client


@pytest.fixture
def books() -> None:
    supporter = SupporterFactory(email="ada@example.com")
    subscription = SubscriptionFactory(supporter=supporter)
    LedgerEntryFactory(supporter=supporter, subscription=subscription, interval="month", campaign=CampaignFactory())  # fmt: skip
    LedgerEntryFactory(kind="refund", amount_minor=-5_00, source="re_1", supporter=supporter)
    SupportIntentFactory(supporter=supporter)
    StripeEvent.objects.create(
        event_id="evt_1", type="invoice.paid", object_id="in_1", livemode=False, body="{}",
        happened_at=now(), state=EventState.DEAD, error="StripeAway: no answer",
    )  # fmt: skip


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("desk", DESKS)
def test_every_desk_lists_searches_filters_and_shows(fundraiser: Client, desk: str) -> None:
    base = f"/admin/donations/{desk}/"
    assert fundraiser.get(base).status_code == 200
    assert fundraiser.get(base, {"q": "ada@example.com"}).status_code == 200
    model = fundraiser.get(base).context["cl"].model
    shown = fundraiser.get(f"{base}{model.objects.first().pk}/change/")
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("desk", DESKS)
def test_nothing_is_added_changed_or_deleted_by_hand(admin_client: Client, desk: str) -> None:
    base = f"/admin/donations/{desk}/"
    pk = admin_client.get(base).context["cl"].model.objects.first().pk
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}add/", {}).status_code == 403
    assert admin_client.post(f"{base}{pk}/change/", {"email": "x@example.com"}).status_code == 403
    assert admin_client.post(f"{base}{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.usefixtures("books")
def test_a_supporter_is_found_with_all_that_they_gave(fundraiser: Client) -> None:
    found = fundraiser.get("/admin/donations/supporter/", {"q": "ada@"}).context["cl"].result_list
    (supporter,) = found
    page = fundraiser.get(f"/admin/donations/supporter/{supporter.pk}/change/").content.decode()
    assert "$5" in page
    assert "$20" in page
    assert "$5 was refunded" in page
    for giving, number in (("month", 1), ("year", 0), ("once", 0)):
        listed = fundraiser.get("/admin/donations/supporter/", {"giving": giving}).context["cl"]
        assert listed.result_count == number


@pytest.mark.parametrize("desk", DESKS)
def test_editors_see_no_money(client: Client, desk: str) -> None:
    user = User.objects.create_user("eve", is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    assert client.get(f"/admin/donations/{desk}/").status_code == 403


def test_an_event_that_failed_is_applied_again(
    fundraiser: Client,
    start: Callable[..., str],
    stripe_side: Stripe,
    tell: Tell,
    run_jobs: RunJobs,
) -> None:
    stripe_side.pay(start(every="once"))
    (event,) = stripe_side.events("checkout.session.completed")
    tell(event)
    run_jobs()
    StripeEvent.objects.update(state=EventState.DEAD, attempts=9, error="RuntimeError: a bug")
    response = fundraiser.post(
        "/admin/donations/stripeevent/",
        {"action": "apply_again", "_selected_action": [StripeEvent.objects.get().pk]},
        follow=True,
    )
    assert "1 event will be applied again" in response.content.decode()
    run_jobs()
    stored = StripeEvent.objects.get()
    assert (stored.state, stored.error, stored.attempts) == (EventState.APPLIED, "", 1)
