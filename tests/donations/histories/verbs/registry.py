"""The verbs of histories, each with how often it happens."""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from tests.donations.histories.world import World

# Draws who and how much, does it, and says what it did; with nothing to do it says nothing.
Verb: TypeAlias = Callable[[World, Random], str]
VERBS: dict[str, Verb] = {}
WEIGHTS: dict[str, int] = {}


def verb(weight: int) -> Callable[[Verb], Verb]:
    """`weight`: how often, compared with the others."""

    def register(do: Verb) -> Verb:
        VERBS[do.__name__] = do
        WEIGHTS[do.__name__] = weight
        return do

    return register
