"""The fundraiser's desk: a campaign in plain units, a prompt, promised letters."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import now

from donations.models import Campaign, GoalKind, Placement, Prompt, Reminder
from tests.desks import Desk, adding, changing, errors_of, somebody
from tests.donations.factories import CampaignFactory, PromptFactory, ReminderFactory

pytestmark = pytest.mark.django_db

NEW_CAMPAIGN = adding("donations_campaign")
NEW_PROMPT = adding("donations_prompt")
AUTUMN = {
    "name": "Autumn",
    "goal_kind": "monthly",
    "currency": "USD",
    "goal": "12500.50",
    "monthly_amounts": "25, 5, 10",
    "yearly_amounts": "60; 120",
    "once_amounts": "",
    "suggested_position": "0",
}
WORDS = {
    "placement": "banner",
    "headline": "Will you help?",
    "text": "We report.",
    "button": "Give",
}


@pytest.fixture
def desk() -> Desk:
    return Desk(somebody("Fundraisers"))


@pytest.fixture
def editor() -> Desk:
    return Desk(somebody("Editors"))


class TestCampaign:
    def test_amounts_are_typed_as_people_say_them(self, desk: Desk) -> None:
        desk.fill_in(NEW_CAMPAIGN, **AUTUMN)
        campaign = Campaign.objects.get()
        assert campaign.currency == "usd"
        assert campaign.goal_minor == 12_500_50
        assert campaign.monthly_amounts == [5_00, 10_00, 25_00]
        assert campaign.yearly_amounts == [60_00, 120_00]
        assert campaign.once_amounts == []
        assert campaign.suggested_position == 0

    def test_saving_again_changes_nothing(self, desk: Desk) -> None:
        campaign = CampaignFactory(monthly_amounts=[5_00, 7_50], goal_minor=10_000_00)
        assert desk.form(changing(campaign))["monthly_amounts"] == "5, 7.50"
        desk.fill_in(changing(campaign))
        before, after = vars(campaign), vars(Campaign.objects.get())
        assert {name: after[name] for name in before if name != "_state"} == {
            name: before[name] for name in before if name != "_state"
        }

    def test_a_currency_without_cents_has_none(self, desk: Desk) -> None:
        desk.fill_in(
            NEW_CAMPAIGN,
            **{**AUTUMN, "currency": "jpy", "goal": "900000", "monthly_amounts": "500, 1000",
               "yearly_amounts": ""},
        )  # fmt: skip
        campaign = Campaign.objects.get()
        assert (campaign.goal_minor, campaign.monthly_amounts) == (900_000, [500, 1000])

    def test_a_goal_in_people_needs_no_money(self, desk: Desk) -> None:
        desk.fill_in(
            NEW_CAMPAIGN, **{**AUTUMN, "goal_kind": "supporters", "goal_supporters": "1000"}
        )
        campaign = Campaign.objects.get()
        assert (campaign.goal_kind, campaign.goal_supporters) == (GoalKind.SUPPORTERS, 1000)
        assert campaign.goal_minor is None

    @pytest.mark.parametrize(
        ("changes", "field", "says"),
        [
            ({"monthly_amounts": "5, ten"}, "monthly_amounts", "Part the amounts"),
            ({"monthly_amounts": "5,10,25"}, "monthly_amounts", "Part the amounts"),
            ({"monthly_amounts": "0, 5"}, "monthly_amounts", "smallest amount is $2"),
            ({"monthly_amounts": "-1"}, "monthly_amounts", "smallest amount is $2"),
            ({"monthly_amounts": "1.005"}, "monthly_amounts", "two digits"),
            ({"monthly_amounts": "1000000000000"}, "monthly_amounts", "largest amount"),
            ({"monthly_amounts": "2 3 4 5 6 7 8"}, "monthly_amounts", "At most 6"),
            ({"monthly_amounts": ""}, "monthly_amounts", "required"),
            ({"goal": ""}, "goal", "How much?"),
            ({"goal": "0"}, "goal", "more than nothing"),
            ({"goal": "-5"}, "goal", "more than nothing"),
            ({"goal": "a lot"}, "goal", "cannot read"),
            ({"goal": "9" * 20}, "goal", "within reason"),
            ({"goal_kind": "supporters"}, "goal_supporters", "How many"),
            ({"goal_kind": "supporters", "goal_supporters": "0"}, "goal_supporters", "How many"),
            ({"currency": "dollars"}, "currency", ""),
            ({"currency": "$$$"}, "currency", "Three small letters"),
            ({"suggested_position": "7"}, "suggested_position", ""),
            ({"starts_at_0": "soon"}, "starts_at", "no date"),
            ({"ends_at_0": "2001-01-01", "ends_at_1": "10:00"}, "__all__", "end before it starts"),
        ],
    )
    def test_what_cannot_be_meant_is_said_beside_its_field(
        self, desk: Desk, changes: dict[str, str], field: str, says: str
    ) -> None:
        errors = errors_of(desk.fill_in(NEW_CAMPAIGN, **{**AUTUMN, **changes}))
        assert says in " ".join(errors[field])
        assert not Campaign.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "badge"),
        [
            ({}, "● live"),
            ({"is_paused": True}, "paused"),
            ({"starts_at": now() + timedelta(days=3)}, "from "),
            ({"ends_at": now() - timedelta(days=3)}, "over"),
        ],
    )
    def test_the_list_says_what_is_live_and_how_far_it_is(
        self, desk: Desk, changes: dict[str, Any], badge: str
    ) -> None:
        CampaignFactory(**changes)
        text = desk.open(reverse("admin:donations_campaign_changelist")).text
        assert badge in text
        assert "$0 / $10,000" in text

    def test_it_is_paused_and_goes_on_with_one_press(self, desk: Desk) -> None:
        campaign = CampaignFactory()
        chosen = {"_selected_action": [campaign.pk]}
        for action, is_paused in (("pause", True), ("resume", False)):
            desk.client.post(
                reverse("admin:donations_campaign_changelist"), {**chosen, "action": action}
            )
            assert Campaign.objects.get().is_paused is is_paused


class TestPrompt:
    def test_words_go_live(self, desk: Desk) -> None:
        campaign = CampaignFactory()
        desk.fill_in(
            NEW_PROMPT, **WORDS, campaign=campaign.pk, is_live="on", languages=["ru", "uk"],
            sections="world,  culture,",
        )  # fmt: skip
        prompt = Prompt.objects.live(now()).get()
        assert (prompt.placement, prompt.headline) == (Placement.BANNER, "Will you help?")
        assert prompt.languages == ["ru", "uk"]
        assert prompt.sections == ["world", "culture"]
        assert prompt.topics == []

    def test_saving_again_changes_nothing(self, desk: Desk) -> None:
        prompt = PromptFactory(sections=["world", "culture"], topics=["rivers"], languages=["ru"])
        desk.fill_in(changing(prompt))
        again = Prompt.objects.get()
        assert (again.sections, again.topics, again.languages, again.text) == (
            prompt.sections, prompt.topics, prompt.languages, prompt.text,
        )  # fmt: skip

    def test_a_new_one_is_off_until_somebody_says_so(self, desk: Desk) -> None:
        desk.fill_in(NEW_PROMPT, **WORDS, campaign=CampaignFactory().pk)
        assert not Prompt.objects.live(now()).exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"headline": ""}, "headline"),
            ({"headline": "x" * 121}, "headline"),
            ({"text": "x" * 601}, "text"),
            ({"placement": "ceiling"}, "placement"),
            ({"languages": ["xx"]}, "languages"),
            (
                {"starts_at_0": "2026-02-02", "starts_at_1": "10:00",
                 "ends_at_0": "2026-02-01", "ends_at_1": "10:00"},
                "ends_at",
            ),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_beside_its_field(
        self, desk: Desk, changes: dict[str, Any], field: str
    ) -> None:
        campaign = CampaignFactory()
        response = desk.fill_in(NEW_PROMPT, **{**WORDS, "campaign": campaign.pk, **changes})
        assert errors_of(response)[field]
        assert not Prompt.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "badge"),
        [
            ({}, "● live"),
            ({"is_live": False}, ">off<"),
            ({"campaign__is_paused": True}, "the campaign is paused"),
            ({"ends_at": now() - timedelta(days=1)}, ">over<"),
            ({"starts_at": now() + timedelta(days=1)}, ">from "),
        ],
    )
    def test_the_list_says_what_readers_see_and_if_nothing_why(
        self, desk: Desk, changes: dict[str, Any], badge: str
    ) -> None:
        PromptFactory(**changes)
        assert badge in desk.open(reverse("admin:donations_prompt_changelist")).text


class TestReminders:
    def test_nobody_sees_an_address(self, desk: Desk) -> None:
        reminder = ReminderFactory(email="reader@example.com")
        for address in (reverse("admin:donations_reminder_changelist"), changing(reminder)):
            assert "reader@example.com" not in desk.open(address).text

    def test_whoever_knows_an_address_finds_it_and_may_delete_it(self, desk: Desk) -> None:
        reminder = ReminderFactory(email="reader@example.com")
        ReminderFactory(email="reader@example.com.au")
        found = desk.open(f"{reverse('admin:donations_reminder_changelist')}?q=Reader@example.com")
        assert [row.pk for row in found.context["cl"].result_list] == [reminder.pk]
        desk.client.post(
            reverse("admin:donations_reminder_delete", args=[reminder.pk]), {"post": "yes"}
        )
        assert not Reminder.objects.filter(pk=reminder.pk).exists()

    def test_nobody_writes_or_changes_one(self, desk: Desk) -> None:
        assert desk.open(adding("donations_reminder")).status_code == 403
        reminder = ReminderFactory()
        assert desk.client.post(changing(reminder), {"state": "sent"}).status_code == 403


@pytest.mark.parametrize("model", ["campaign", "prompt", "reminder"])
def test_editors_have_no_say_in_it(editor: Desk, model: str) -> None:
    assert editor.open(reverse(f"admin:donations_{model}_changelist")).status_code == 403
