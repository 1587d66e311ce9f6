"""How long processes have kept a processor busy, as Linux counts it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pids: Iterable[int]) -> float:
    """Of these processes and their children so far, ended ones too; 0 where nobody counts."""
    servers = set(pids)
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if not servers.isdisjoint((int(stat.parent.name), int(fields[1]))):
            total += int(fields[11]) + int(fields[12])
        if int(stat.parent.name) in servers:
            # Those of its children that ended.
            total += int(fields[13]) + int(fields[14])
    return total / TICKS
