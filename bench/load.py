"""Stripe as a sender of many events: one thread, many connections, bodies signed beforehand.

Runs as a process of its own, so that it takes nothing from those whose time is measured but its
share of the machine. Prints its figures as one line of JSON.
"""

import argparse
import hashlib
import hmac
import json
import selectors
import socket
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.answers import read_answer

PATIENCE = 30.0  # seconds without any answer


class Order(NamedTuple):
    """What to send: `rate` events a second, or 0 for as many as are taken."""

    port: int
    path: str
    secret: str
    connections: int
    seconds: float
    rate: float
    run: str  # keeps the ids of this run apart from those of others
    most: int  # no more events than this
    api_version: str


@dataclass
class Figures:
    answers: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # connections that ended without an answer
    latencies: list[float] = field(default_factory=list)  # seconds, of what was answered 2xx
    seconds: float = 0.0

    def as_json(self) -> str:
        ranked = sorted(self.latencies)

        def rank(share: float) -> float:
            place = min(len(ranked) - 1, int(share * len(ranked)))
            return round(ranked[place] * 1_000, 2) if ranked else 0.0

        return json.dumps(
            {
                "answers": {str(status): count for status, count in self.answers.items()},
                "broken": self.broken,
                "events_a_second": round(len(ranked) / self.seconds, 1) if self.seconds else 0.0,
                "p50": rank(0.50),
                "p95": rank(0.95),
                "p99": rank(0.99),
                "seconds": round(self.seconds, 3),
            }
        )


def an_event(identifier: str, at: int, api_version: str) -> bytes:
    """As long as Stripe's own word of a paid checkout session: about 3.5 kB."""
    session = {
        "id": f"cs_test_{identifier}",
        "object": "checkout.session",
        "amount_total": 500,
        "currency": "usd",
        "customer_details": {"email": "supporter@example.com", "name": "Ada Example"},
        "livemode": False,
        "metadata": {"newsroom": "support", "intent": "0b5b2f5e-0000-4000-8000-000000000000"},
        "mode": "subscription",
        "payment_status": "paid",
        "status": "complete",
        **{f"field_{number}": None for number in range(60)},
        "success_url": "https://paper.example/support/thanks/?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://paper.example/support/?amount=5&every=month" + "&x=1" * 200,
    }
    event = {
        "id": f"evt_{identifier}",
        "object": "event",
        "api_version": api_version,
        "created": at,
        "data": {"object": session},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "checkout.session.completed",
    }
    return json.dumps(event, indent=2).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    made = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def _request(order: Order, number: int, at: int) -> bytes:
    body = an_event(f"{order.run}x{number}", at, order.api_version)
    head = (
        f"POST {order.path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\n"
        "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Stripe-Signature: {signature(order.secret, body, at)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection:
    """One at a time goes over it, kept open as long as the other side keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got = b""
        self.due = 0.0
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, due: float) -> None:
        self.due, self.got = due, b""
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """The status once the answer is whole; 0 when the other side hung up."""
        chunk = self.socket.recv(65_536)
        if not chunk:
            return 0
        self.got += chunk
        answer = read_answer(self.got)
        return answer and answer.status


def run(order: Order) -> Figures:
    at = int(time.time())
    total = int(order.rate * order.seconds) if order.rate else order.most
    requests = deque(_request(order, number, at) for number in range(total))
    figures = Figures()
    selector = selectors.DefaultSelector()
    free = deque(_Connection(order.port) for _ in range(order.connections))
    begin = time.perf_counter()
    until = begin + order.seconds
    sent = under_way = 0
    while True:
        now = time.perf_counter()
        wait = PATIENCE
        while free and requests:
            due = begin + sent / order.rate if order.rate else now
            if due > now or (not order.rate and now >= until):
                wait = max(0.0, due - now)
                break
            connection = free.popleft()
            connection.send(requests.popleft(), due)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            sent, under_way = sent + 1, under_way + 1
        if not under_way and (not requests or (not order.rate and now >= until)):
            break
        ready = selector.select(wait)
        if not ready and wait == PATIENCE:
            raise TimeoutError("nothing was answered any more")
        for key, _ in ready:
            connection = key.data
            status = connection.answer()
            if status is None:
                continue
            selector.unregister(connection.socket)
            under_way -= 1
            if status:
                figures.answers[status] += 1
                if 200 <= status < 300:
                    figures.latencies.append(time.perf_counter() - connection.due)
            else:
                figures.broken += 1
                connection.socket.close()
                connection.open()
            free.append(connection)
    figures.seconds = time.perf_counter() - begin
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, kind in Order.__annotations__.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, required=True)
    print(run(Order(**vars(parser.parse_args()))).as_json(), file=sys.stdout)


if __name__ == "__main__":
    main()
