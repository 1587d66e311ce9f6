from donations.models.access_link import AccessLink
from donations.models.campaign import Campaign, GoalKind
from donations.models.frequency import Frequency
from donations.models.ledger_entry import EntryKind, LedgerEntry
from donations.models.payment_settings import PaymentSettings
from donations.models.prompt import Placement, Prompt
from donations.models.reconciliation import (
    Difference,
    DifferentThing,
    ReconciledPage,
    Reconciliation,
)
from donations.models.reminder import Reminder
from donations.models.stripe_event import EventState, StripeEvent
from donations.models.subscription import Subscription
from donations.models.support_intent import IntentState, SupportIntent
from donations.models.supporter import Supporter
from donations.models.told_goal import ToldGoal

__all__ = [
    "AccessLink",
    "Campaign",
    "Difference",
    "DifferentThing",
    "EntryKind",
    "EventState",
    "Frequency",
    "GoalKind",
    "IntentState",
    "LedgerEntry",
    "PaymentSettings",
    "Placement",
    "Prompt",
    "ReconciledPage",
    "Reconciliation",
    "Reminder",
    "StripeEvent",
    "Subscription",
    "SupportIntent",
    "Supporter",
    "ToldGoal",
]
