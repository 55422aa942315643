"""How much memory this process has in use."""

import os
from pathlib import Path

_STATM = Path("/proc/self/statm")


def rss_bytes() -> int:
    """The resident set (proc(5), statm); 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
