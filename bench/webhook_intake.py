"""How many of Stripe's events are taken a second, beside a server that only checks signatures.

Everything runs here: a PostgreSQL that waits for its disk, gunicorn as in production with two
workers, and Stripe out of reach. Rounds of both alternate, and medians are shown.
"""

import json
import os
import subprocess
import sys
from typing import Any, NamedTuple

import psycopg

from bench.paper import Server, a_paper, start_gunicorn
from bench.processor import seconds_of
from bench.rounds import ROUNDS, SECONDS, Figures, alternate, medians, ratio, table, verdict
from newsroom.dev.house import ROOT, House
from newsroom.dev.processes import free_port

SECRET = "whsec_only_for_the_bench_0123456789"  # noqa: S105
PATH = "/support/stripe/webhook/"
CONNECTIONS = 16
STEADY = 300  # events a second that must be taken
SLOWEST = 100  # ms, the 95th percentile at that rate


class Way(NamedTuple):
    name: str
    rate: int  # events a second; 0: as many as are taken
    connections: int


WAYS = (
    Way("as many as are taken", 0, CONNECTIONS),
    Way(f"{STEADY} a second", STEADY, CONNECTIONS),
)


def main() -> None:
    # Nobody listens there.
    nobody = f"http://127.0.0.1:{free_port()}"
    with a_paper(STRIPE_WEBHOOK_SECRET=SECRET, STRIPE_API_BASE=nobody) as house:
        assert house.postgres is not None
        intake = start_gunicorn(house, "intake", "newsroom.wsgi:application", "--preload")
        bare = start_gunicorn(
            house, "signature only", "bench.signature_only:application", "--preload"
        )
        each = [(way, server) for way in WAYS for server in (intake, bare)]
        taken = 0

        def one_round(pair: tuple[Way, Server], number: int) -> Figures:
            nonlocal taken
            way, server = pair
            figures = _round(house, server, way, f"{number}x{way.rate}x{server.port}")
            if server is intake:
                taken += int(figures["taken"])
            return figures

        found = dict(zip(each, alternate(each, one_round), strict=True))
        _show(found, intake, bare)
        _compare(taken, house.postgres.url)


def _round(house: House, server: Server, way: Way, run: str) -> Figures:
    assert house.postgres is not None
    database = [house.postgres.pid]
    before = seconds_of([server.pid]), seconds_of(database)
    command = [
        sys.executable, "-m", "bench.load", "--port", str(server.port), "--path", PATH,
        "--secret", SECRET, "--connections", str(way.connections), "--seconds", str(SECONDS),
        "--rate", str(way.rate), "--run", run, "--most", str(int(4_000 * SECONDS)),
        "--api-version", _api_version(),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    said: dict[str, Any] = json.loads(done.stdout)
    taken = said["answers"].get("200", 0)
    return {
        "taken": taken,
        **{name: said[name] for name in ("events_a_second", "p50", "p95", "p99")},
        "web_ms": (seconds_of([server.pid]) - before[0]) * 1_000 / (taken or 1),
        "database_ms": (seconds_of(database) - before[1]) * 1_000 / (taken or 1),
        "load": os.getloadavg()[0],
    }


def _api_version() -> str:
    import stripe

    return str(stripe.api_version)


def _show(found: dict[tuple[Way, Server], list[Figures]], intake: Server, bare: Server) -> None:
    loads = [figures["load"] for rounds in found.values() for figures in rounds]
    print(
        f"\nTaking Stripe's events: 2 gunicorn workers, {os.cpu_count()} processors, "
        f"load average {min(loads):.1f} to {max(loads):.1f}; medians of {ROUNDS} rounds of "
        f"{SECONDS:.0f} s over {CONNECTIONS} connections\n"
    )
    lines = []
    for (way, server), rounds in found.items():
        median = medians(rounds)
        times = (f"{median[name]:.1f}" for name in ("p50", "p95", "p99"))
        costs = (f"{median[name]:.2f}" for name in ("web_ms", "database_ms"))
        events = f"{median['events_a_second']:,.0f}"
        lines.append([f"{way.name}, {server.name}", events, *times, *costs])
    table(["", "events/s", "p50 ms", "p95 ms", "p99 ms", "web ms", "PostgreSQL ms"], lines)
    flat, steady = WAYS
    more = ratio("events_a_second", found[flat, bare], found[flat, intake])
    print(f"\nOne that only checks the signature takes {more:.1f} times as many.")
    rate, slow = (
        medians(found[flat, intake])["events_a_second"],
        medians(found[steady, intake])["p95"],
    )
    verdict(
        rate >= STEADY and slow < SLOWEST,
        f"at least {STEADY} a second, and there 95 % within {SLOWEST} ms.",
    )


def _compare(taken: int, url: str) -> None:
    """Whatever was answered with yes is there, once, with its job."""
    with psycopg.connect(url) as session:
        row = session.execute(
            "SELECT (SELECT count(*) FROM donations_stripeevent),"
            " (SELECT count(DISTINCT args->>'event_id') FROM procrastinate_jobs"
            "   WHERE task_name = 'donations.apply_event')"
        ).fetchone()
    if row != (taken, taken):
        sys.exit(f"LOST: {taken} events were answered with yes; stored and queued are {row}.")
    print(f"All {taken:,} events that were answered with yes are stored once and queued.")


if __name__ == "__main__":
    main()
