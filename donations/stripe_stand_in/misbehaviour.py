"""Faults on order: what the stand-in is to do badly next, or again and again."""

import random
import threading
from dataclasses import dataclass, field

LONGEST_HANG = 30.0

KINDS = (
    "hang",  # hold the request, then drop it unanswered and undone
    "hang_after",  # do it, then hold and never answer
    "429",
    "500",  # undone; like Stripe's own, saved under the idempotency key
    "500_after",  # done, but answered with a (saved) 500
    "503",  # undone and not saved: a retry may succeed
    "decline",  # the next card payment, whatever the card
)


@dataclass
class _Order:
    kind: str
    path: str
    left: int


@dataclass
class Weather:
    """Faults that come by chance until it clears up: of a hundred requests to a path, so many."""

    percent: int = 0
    kinds: tuple[str, ...] = ()
    path: str = "/"
    seed: int = 0
    hang_for: float = LONGEST_HANG  # seconds
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  chance, not secrets

    def strikes(self, path: str, *, paying: bool) -> str | None:
        kinds = [kind for kind in self.kinds if (kind == "decline") == paying]
        if not kinds or not path.startswith(self.path):
            return None
        if self._random.random() * 100 >= self.percent:
            return None
        return self._random.choice(kinds)


class Misbehaviour:
    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self.weather = Weather()
        self._lock = threading.Lock()
        self._calm = threading.Event()

    def order(self, kind: str, path: str, times: int) -> None:
        """The next `times` requests whose path begins with `path` go wrong."""
        with self._lock:
            self._orders.append(_Order(kind, path, times))

    def take(self, path: str, *, paying: bool = False) -> str | None:
        """What goes wrong with this request (or with this payment), if anything."""
        with self._lock:
            for order in self._orders:
                if (order.kind == "decline") == paying and path.startswith(order.path):
                    order.left -= 1
                    if order.left <= 0:
                        self._orders.remove(order)
                    return order.kind
            return self.weather.strikes(path, paying=paying)

    def hang(self) -> None:
        """Until `reset`, half a minute at most."""
        self._calm.wait(self.weather.hang_for)

    def reset(self) -> None:
        with self._lock:
            self._orders.clear()
            self.weather = Weather()
            released, self._calm = self._calm, threading.Event()
        released.set()
