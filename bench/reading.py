"""How fast a story reaches its readers, beside the least that could be done to send it.

The demo's lead story, with the whole ask, is served from the page cache, by an application that
knows nothing but the same bytes, and by nginx from a file; then the same behind deploy/nginx.conf.
Rounds alternate. Then: how soon readers have what an editor publishes, and a stampede.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple

import psycopg

from bench import how_soon, pages, stampede, wrk
from bench.links import Address, Link, is_up, one_to_each_worker
from bench.nginx import FILE, SITE, best_encoding, start_deployed, start_references
from bench.pages import Way
from bench.paper import WORKERS, Server, a_paper, manage, run_module, start_gunicorn
from bench.rounds import ROUNDS, SECONDS, Figures, medians, ratio, table, verdict
from bench.stampede import READERS, Story
from newsroom.dev.house import House

# What is promised.
MOST_COST, LEAST_RATE = 1.2, 0.85  # of the bare application
LEAST_OF_NGINX = 0.8
SOON, SOON_BEHIND_NGINX = 150, 1_200  # ms, the 99th percentile

CACHE, BARE, FROM_FILE = "page cache", "bare WSGI, same bytes", "nginx, same file"
UNCACHED = "uncached"
DEPLOYED, TLS_FILE, TLS_CACHE = "deploy/nginx.conf", "nginx, same file, TLS", "proxy_cache, TLS"

LINK_TO_STORY = re.compile(rb'href="(?:https?://[^/"]+)?(/\d{4}/\d\d/\d\d/[^/"]+/)"')


class Site(NamedTuple):
    """Everything that runs."""

    house: House
    story: Story
    ways: list[Way]
    encoding: str
    observed: Address
    deployed: Address


def main() -> None:
    wrk.require()
    with _a_site() as site:
        assert site.house.postgres is not None
        loads = [os.getloadavg()[0]]
        found = dict(
            zip(
                (way.name for way in site.ways),
                pages.measure(site.ways, site.house, site.encoding),
                strict=True,
            )
        )
        loads.append(os.getloadavg()[0])
        _show_pages(found, site.encoding, loads)
        crowd = stampede.measure(site.observed, site.story, site.house.postgres.url, WORKERS)
        _show_stampede(crowd)
        with ExitStack() as stack:
            direct = one_to_each_worker(site.observed, WORKERS)
            behind = [Link(site.deployed) for _ in range(WORKERS)]
            for link in (*direct, *behind):
                stack.enter_context(closing(link))
            soon = how_soon.measure(site.observed, *site.story, direct)
            soon_behind = how_soon.measure(site.deployed, *site.story, behind)
        _show_times(soon, soon_behind)


@contextmanager
def _a_site() -> Iterator[Site]:
    # Without a stand-in the demo has its campaign, and no history of payments.
    with a_paper(STRIPE_API_BASE="") as house:
        manage("collectstatic", "--no-input")
        run_module("bench.first_edition")
        encoding = best_encoding()
        cached = start_gunicorn(house, "cached", "newsroom.wsgi:application")
        uncached = start_gunicorn(house, "uncached", "bench.uncached:application")
        observed = start_gunicorn(house, "observed", "bench.observed:application")
        behind = {"SITE_URL": SITE, "BEHIND_PROXY": "1"}
        webs = (
            start_gunicorn(house, "web-1", "newsroom.wsgi:application", workers=1, **behind),
            start_gunicorn(house, "web-2", "newsroom.wsgi:application", workers=1, **behind),
        )
        deployed, deployed_at = start_deployed(house, webs)
        addresses = [_here(server) for server in (cached, uncached, observed)]
        for address in (*addresses, deployed_at):
            house.wait_until(lambda address=address: is_up(address), seconds=60)  # type: ignore[misc]

        assert house.postgres is not None
        story = _lead_story(addresses[0], house.postgres.url)
        page = pages.fetch(addresses[0], story.path, encoding)
        page_behind = pages.fetch(deployed_at, story.path, encoding)
        bare = start_gunicorn(
            house, "bare", "bench.same_bytes:application", BENCH_ANSWER=pages.lay_out(page, house)
        )
        references = start_references(house, page, page_behind, webs)
        web_pids = tuple(web.pid for web in webs)

        def plain(port: int, path: str = story.path) -> str:
            return f"http://127.0.0.1:{port}{path}"

        def tls(port: int, path: str = story.path) -> str:
            return f"{SITE}:{port}{path}"

        ways = [
            Way(CACHE, plain(cached.port), (cached.pid,)),
            Way(BARE, plain(bare.port), (bare.pid,)),
            Way(FROM_FILE, plain(references.plain, FILE), (references.pid,)),
            # What is still being rendered at the end of a round is not counted: little must be.
            Way(UNCACHED, plain(uncached.port), (uncached.pid,), connections=WORKERS),
            Way(DEPLOYED, tls(deployed.port), (deployed.pid, *web_pids)),
            Way(TLS_FILE, tls(references.file, FILE), (references.pid,)),
            Way(TLS_CACHE, tls(references.cache), (references.pid, *web_pids)),
        ]
        yield Site(house, story, ways, encoding, addresses[2], deployed_at)


def _here(server: Server) -> Address:
    return Address(f"http://127.0.0.1:{server.port}", server.port)


def _lead_story(address: Address, database: str) -> Story:
    with closing(Link(address)) as link:
        found = LINK_TO_STORY.search(link.get("/")[1])
    assert found, "there is no story on the front page"
    path = found[1].decode()
    with psycopg.connect(database) as session:
        row = session.execute(
            "SELECT id FROM articles_article WHERE slug = %s", [path.rsplit("/", 2)[1]]
        ).fetchone()
    assert row is not None
    return Story(row[0], path)


def _show_pages(found: dict[str, list[Figures]], encoding: str, loads: list[float]) -> None:
    print(
        f"Reading a story ({encoding}): {WORKERS} gunicorn workers, {os.cpu_count()} processors, "
        f"load average {min(loads):.1f} to {max(loads):.1f}; medians of {ROUNDS} rounds of "
        f"{SECONDS:.0f} s over {wrk.CONNECTIONS} connections ({WORKERS} for uncached)\n"
    )
    lines = []
    for name, rounds in found.items():
        median = medians(rounds)
        lines.append(
            [
                name,
                f"{median['requests_a_second']:,.0f}",
                f"{median['web_ms']:.3f}",
                f"{median['database_ms']:.3f}",
                f"{median['p50']:.1f}",
                f"{median['p99']:.1f}",
            ]
        )
    table(["", "requests/s", "CPU ms", "PostgreSQL ms", "p50 ms", "p99 ms"], lines)

    def compare(ours: str, theirs: str) -> tuple[float, float]:
        return (
            ratio("web_ms", found[ours], found[theirs]),
            ratio("requests_a_second", found[ours], found[theirs]),
        )

    pairs = [
        (CACHE, BARE), (CACHE, FROM_FILE), (UNCACHED, CACHE),
        (DEPLOYED, TLS_FILE), (DEPLOYED, TLS_CACHE), (TLS_CACHE, TLS_FILE),
    ]  # fmt: skip
    print()
    table(
        ["", "CPU", "requests/s"],
        [
            [f"{ours} : {theirs}", *(f"{each:.2f}" for each in compare(ours, theirs))]
            for ours, theirs in pairs
        ],
    )
    cost, rate = compare(CACHE, BARE)
    failed = {
        name: sum(figures["errors"] for figures in rounds)
        for name, rounds in found.items()
        if any(figures["errors"] for figures in rounds)
    }
    print()
    verdict(
        cost <= MOST_COST and rate >= LEAST_RATE,
        f"from the page cache at most {MOST_COST} times the CPU of a bare application, "
        f"and at least {LEAST_RATE} of its requests a second.",
    )
    verdict(
        compare(DEPLOYED, TLS_FILE)[1] >= LEAST_OF_NGINX,
        f"behind deploy/nginx.conf at least {LEAST_OF_NGINX} of nginx sending the file.",
    )
    verdict(not failed, f"no request failed. {failed or ''}")


def _show_times(direct: Figures, behind: Figures) -> None:
    print(
        f"\n\nLoad average {os.getloadavg()[0]:.1f}. From the desk's answer until each of {WORKERS} readers has the first new byte, "
        f"{direct['edits']:.0f} edits\n"
    )
    table(
        ["", "p50 ms", "p99 ms", "longest ms"],
        [
            [name, f"{figures['p50']:.0f}", f"{figures['p99']:.0f}", f"{figures['max']:.0f}"]
            for name, figures in ((f"{WORKERS} gunicorn workers", direct), (DEPLOYED, behind))
        ],
    )
    print()
    verdict(direct["p99"] <= SOON, f"99 of 100 within {SOON} ms without nginx.")
    verdict(behind["p99"] <= SOON_BEHIND_NGINX, f"99 of 100 within {SOON_BEHIND_NGINX} ms with it.")


def _show_stampede(worst: Figures) -> None:
    print(f"\n\n{READERS} readers at once for a story changed in this moment, worst of {ROUNDS}\n")
    table(
        ["", "renders a worker", "errors", "got the old story", "longest ms"],
        [["stampede", *(f"{worst[name]:.0f}" for name in ("renders", "errors", "old", "longest"))]],
    )
    print()
    verdict(
        worst["renders"] == 1 and worst["errors"] == 0,
        "one render in each worker process, and no errors.",
    )


if __name__ == "__main__":
    main()
