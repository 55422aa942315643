"""`takeoff-mailer worker` with what a fault needs inside the process; each variable does one thing, unset nothing.

SMTP_TIMEOUTS   JSON with fields of `Timeouts`: minutes that RFC 5321 prescribes are no setting of the product's
CLOCK_SHIFT     a file that says by how many seconds the wall clock is wrong; none, or none yet: it is right
DEADLY          what a recipient begins with whose mail kills the process, as a segmentation fault would
STALLING        what a recipient begins with whose mail stops the event loop, as a call that never returns would
MAX_FILES       the most file descriptors that may be open
STDOUT_FIFO     the named pipe that standard output goes to; opening it waits for a reader
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from dependency_injector import providers

from adapters.clock.system_clock import SystemClock
from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.smtp.timeouts import Timeouts
from domain.email_address import BadAddress, EmailAddress
from entrypoints.commands.worker import run_worker
from entrypoints.container import Container

_STALL_S = 3600.0


class ShiftedClock(SystemClock):
    """The wall clock jumps, the monotonic one does not."""

    def __init__(self, shift: Path) -> None:
        self._shift = shift

    def now(self) -> datetime:
        by_s = float(self._shift.read_text()) if self._shift.exists() else 0.0
        return super().now() + timedelta(seconds=by_s)


class HarmfulAddressParser(EmailValidatorAddressParser):
    """Stands for any library that does harm over a mail while it is prepared, which is when it is claimed already."""

    def __init__(self, harmful: str, harm: Callable[[], None]) -> None:
        super().__init__()
        self._harmful = harmful
        self._harm = harm

    def parse(self, text: str) -> EmailAddress | BadAddress:
        if text.startswith(self._harmful):
            self._harm()
        return super().parse(text)


def die() -> None:
    """End at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def stall() -> None:
    """Do nothing for longer than anybody has patience."""
    time.sleep(_STALL_S)


def main() -> int:
    """Run the worker; returns its exit code."""
    variables = os.environ
    if timeouts := variables.get("SMTP_TIMEOUTS"):
        Container.transport.add_kwargs(timeouts=Timeouts(**json.loads(timeouts)))
    if shift := variables.get("CLOCK_SHIFT"):
        Container.clock.override(providers.Singleton(ShiftedClock, Path(shift)))
    if deadly := variables.get("DEADLY"):
        Container.addresses.override(providers.Singleton(HarmfulAddressParser, deadly, die))
    if stalling := variables.get("STALLING"):
        Container.addresses.override(providers.Singleton(HarmfulAddressParser, stalling, stall))
    if files := variables.get("MAX_FILES"):
        resource.setrlimit(resource.RLIMIT_NOFILE, (int(files), int(files)))
    if fifo := variables.get("STDOUT_FIFO"):
        os.dup2(os.open(fifo, os.O_WRONLY), sys.stdout.fileno())
    return run_worker()


if __name__ == "__main__":
    sys.exit(main())
