"""What a process and its descendants use, read from /proc (proc(5)); Linux only."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def pids_of(pid: int) -> Iterator[int]:
    """The process and its descendants."""
    yield pid
    with suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from pids_of(int(child))


def cpu_s_of(pid: int) -> float:
    """CPU seconds of the tree so far, those of children that have ended and were waited for included."""
    return sum(_cpu_s(each) for each in pids_of(pid))


def memory_bytes_of(pid: int) -> int:
    """Resident memory of the tree; pages that several of its processes share count once (Pss)."""
    pids = list(pids_of(pid))
    # A process alone is charged with all it has resident, also what it shares with strangers.
    return _resident_bytes(pids[0], "Rss") if len(pids) == 1 else sum(_resident_bytes(each, "Pss") for each in pids)


def _cpu_s(pid: int) -> float:
    with suppress(OSError):
        # The name, in brackets, may hold spaces: fields count from behind it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) * _TICK_S
    return 0.0


def _resident_bytes(pid: int, kind: str) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) * 1024
    return 0
