"""python -m donations.stripe_stand_in --port 12111 [--data FILE] [--webhook-url URL …]"""

import argparse
import signal
import sys
from pathlib import Path

from donations.stripe_stand_in.sandbox import Sandbox
from donations.stripe_stand_in.server import StandIn


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m donations.stripe_stand_in",
        description="The part of Stripe that a donation page uses, on this machine: no real money.",
    )
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1")
    parser.add_argument("--data", type=Path, help="keep everything in this file (else: in memory)")
    parser.add_argument("--webhook-url", help="send every event there")
    parser.add_argument("--webhook-secret", help="signed with this: whsec_…")
    parser.add_argument("--seed", type=int, help="the same ids every time")
    given = parser.parse_args()
    if bool(given.webhook_url) != bool(given.webhook_secret):
        parser.error("--webhook-url and --webhook-secret belong together")
    return given


def main() -> int:
    given = arguments()
    if given.data:
        given.data.parent.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(
        url=f"http://127.0.0.1:{given.port}",
        data=given.data,
        seed=given.seed,
        webhook_url=given.webhook_url,
        webhook_secret=given.webhook_secret,
    )
    try:
        server = StandIn(given.port, sandbox)
    except OSError as error:
        sys.stderr.write(f"Port {given.port} cannot be used: {error.strerror}.\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
