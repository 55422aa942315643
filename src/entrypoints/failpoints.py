"""`TAKEOFF_FAILPOINT=<name>[:<nth>]`: the process kills itself there, for the fault suite."""

import os
import signal

from application.failpoints import Failpoint, Reach, pass_by

VARIABLE = "TAKEOFF_FAILPOINT"


def reach_from_environment() -> Reach:
    """Return what is called at failpoints: nothing happens unless the variable is set. Raises ValueError."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return pass_by
    name, _, nth = text.partition(":")
    wanted, left = Failpoint(name), int(nth or 1)

    def reach(point: Failpoint) -> None:
        nonlocal left
        if point is wanted:
            left -= 1
            if left == 0:
                # As a power cut: no handler runs, no buffer is flushed.
                os.kill(os.getpid(), signal.SIGKILL)

    return reach
