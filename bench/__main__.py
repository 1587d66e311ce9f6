"""`make bench` measures all of it; `make bench ARGS=reading` or `ARGS=webhook_intake` one part.

ROUNDS=2 for a quick look, ROUND_LASTS=2 for shorter rounds (seconds).
"""

import signal
import sys
from types import FrameType

from bench import reading, webhook_intake

PARTS = {"webhook_intake": webhook_intake.main, "reading": reading.main}


def main() -> None:
    # So that a paper that is being measured ends in order.
    signal.signal(signal.SIGTERM, _stop)
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        sys.exit(f"There is no {', '.join(unknown)} here; there is {' and '.join(PARTS)}.")
    for name in chosen:
        PARTS[name]()


def _stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    main()
