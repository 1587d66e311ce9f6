"""How many of Stripe's events are taken a second, beside a server that only checks signatures.

`make bench` (ROUNDS=5 ROUND_LASTS=4 for fewer or shorter ones). Everything runs here: a PostgreSQL that waits for its disk, gunicorn as in production
with two workers, and Stripe out of reach. Rounds of both alternate, and medians are shown.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from newsroom.dev import postgres
from newsroom.dev.house import ROOT, House
from newsroom.dev.processes import free_port, is_listening

SECRET = "whsec_only_for_the_bench_0123456789"  # noqa: S105
PATH = "/support/stripe/webhook/"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("ROUND_LASTS", "4"))
CONNECTIONS = 16
STEADY = 300  # events a second that must be taken
SLOWEST = 100  # ms, the 95th percentile at that rate
TICKS = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    name: str
    application: str
    port: int


class Way(NamedTuple):
    name: str
    rate: int  # events a second; 0: as many as are taken
    connections: int


WAYS = (
    Way("as many as are taken", 0, CONNECTIONS),
    Way(f"{STEADY} a second", STEADY, CONNECTIONS),
)


def main() -> None:
    with _a_paper() as (house, servers):
        assert house.postgres is not None
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        taken = 0
        for number in range(-1, ROUNDS):  # one to warm up
            for way in WAYS:
                for server in servers:
                    figures = _round(house, server, way, f"{number + 1}{way.rate}{server.port}")
                    if server.name == "intake":
                        taken += figures["answers"].get("200", 0)
                    if number >= 0:
                        found.setdefault((way.name, server.name), []).append(figures)
                    print(".", end="", flush=True)
        print()
        _show(found, servers)
        _compare(taken, house.postgres.url)


@contextmanager
def _a_paper() -> Iterator[tuple[House, list[Server]]]:
    folder = Path(tempfile.mkdtemp(prefix="newsroom-bench-"))
    folder.chmod(0o711)  # PostgreSQL's user passes through
    house = House(folder)
    try:
        house.postgres = postgres.start(folder / "postgres")
        intake = Server("intake", "newsroom.wsgi:application", free_port())
        bare = Server("signature only", "bench.signature_only:application", free_port())
        os.environ.update(
            {
                "ENV_FILE": "",
                "DEMO": "0",
                "DEBUG": "0",
                "DATA_DIR": str(folder),
                "DATABASE_URL": house.postgres.url,
                "SITE_URL": f"http://127.0.0.1:{intake.port}",
                "SECRET_KEY": "only-for-the-bench-" * 3,
                "HASH_KEY": "only-for-the-bench-too-" * 3,
                "STRIPE_SECRET_KEY": "sk_test_only_for_the_bench",
                "STRIPE_WEBHOOK_SECRET": SECRET,
                # Nobody listens there.
                "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
                "EMAIL_URL": "dummymail://",
            }
        )
        manage = [sys.executable, "-W", "ignore", "manage.py"]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
        for server in (intake, bare):
            house.start(
                server.name, sys.executable, "-m", "gunicorn", "-c",
                ROOT / "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{server.port}",
                "--workers", "2", "--preload", server.application,
            )  # fmt: skip
        for server in (intake, bare):
            house.wait_until(lambda port=server.port: is_listening(port))  # type: ignore[misc]
        yield house, [intake, bare]
    finally:
        house.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _round(house: House, server: Server, way: Way, run: str) -> dict[str, Any]:
    assert house.postgres is not None
    (web,) = (part.process.pid for part in house.parts if part.name == server.name)
    before = _seconds_of(web), _seconds_of(house.postgres.pid)
    command = [
        sys.executable, "-m", "bench.load", "--port", str(server.port), "--path", PATH,
        "--secret", SECRET, "--connections", str(way.connections), "--seconds", str(SECONDS),
        "--rate", str(way.rate), "--run", run, "--most", str(int(4_000 * SECONDS)),
        "--api-version", _api_version(),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    count = figures["answers"].get("200", 0) or 1
    figures["web_ms"] = (_seconds_of(web) - before[0]) * 1_000 / count
    figures["database_ms"] = (_seconds_of(house.postgres.pid) - before[1]) * 1_000 / count
    figures["load"] = os.getloadavg()[0]
    return figures


def _api_version() -> str:
    import stripe

    return str(stripe.api_version)


def _seconds_of(pid: int) -> float:
    """Processor time of a process and its children so far; 0 where the system does not say."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if pid in (int(stat.parent.name), int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / TICKS
        if pid == int(stat.parent.name):
            # Those of its children that ended.
            total += (int(fields[13]) + int(fields[14])) / TICKS
    return total


def _show(found: dict[tuple[str, str], list[dict[str, Any]]], servers: list[Server]) -> None:
    loads = [figures["load"] for rounds in found.values() for figures in rounds]
    print(
        f"\nTaking Stripe's events: 2 gunicorn workers, {os.cpu_count()} processors, "
        f"load average {min(loads):.1f} to {max(loads):.1f}; medians of {ROUNDS} rounds of "
        f"{SECONDS:.0f} s over {CONNECTIONS} connections\n"
    )
    print(f"{'':34}events/s   p50 ms   p95 ms   p99 ms   web ms   PostgreSQL ms (CPU an event)")
    medians: dict[tuple[str, str], dict[str, float]] = {}
    for (way, server), rounds in found.items():
        columns = ("events_a_second", "p50", "p95", "p99", "web_ms", "database_ms")
        median = {name: statistics.median(each[name] for each in rounds) for name in columns}
        medians[way, server] = median
        print(
            f"{way:>20}, {server:<14}"[:36].ljust(34)
            + "{events_a_second:8.0f} {p50:8.1f} {p95:8.1f} {p99:8.1f} "
            "{web_ms:8.2f} {database_ms:8.2f}".format(**median)
        )
    flat, steady = (way.name for way in WAYS)
    intake, bare = (server.name for server in servers)
    ratio = medians[flat, bare]["events_a_second"] / medians[flat, intake]["events_a_second"]
    print(f"\nOne that only checks the signature takes {ratio:.1f} times as many.")
    rate, slow = medians[flat, intake]["events_a_second"], medians[steady, intake]["p95"]
    verdict = "Met" if rate >= STEADY and slow < SLOWEST else "MISSED"
    print(f"{verdict}: at least {STEADY} a second, and there 95 % within {SLOWEST} ms.")


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
