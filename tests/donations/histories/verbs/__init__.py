"""What may happen in a history."""

from tests.donations.histories.verbs import banks, dashboard, machines, readers
from tests.donations.histories.verbs.registry import VERBS, WEIGHTS, Verb

__all__ = ["VERBS", "WEIGHTS", "Verb", "banks", "dashboard", "machines", "readers"]
