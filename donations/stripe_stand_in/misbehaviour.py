"""Faults on order: what a test asks the stand-in to do badly next."""

import threading
from dataclasses import dataclass

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


class Misbehaviour:
    def __init__(self) -> None:
        self._orders: list[_Order] = []
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
        return None

    def hang(self) -> None:
        """Until `reset`, half a minute at most."""
        self._calm.wait(LONGEST_HANG)

    def reset(self) -> None:
        with self._lock:
            self._orders.clear()
            released, self._calm = self._calm, threading.Event()
        released.set()
