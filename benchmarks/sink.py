"""Postfix's smtp-sink: takes every mail, keeps none, and counts them."""

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.debian_tools import Tools
from benchmarks.listening import wait_for_port
from tests.integration.brokers.private_broker import free_ports

_BACKLOG = 1024
_END_S = 10.0
# A counter line has some 40 bytes.
_TAIL_BYTES = 200


class Sink:
    """Listens on `port` while the context lasts; counts from 0."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self._tools = tools
        self._counters = folder / f"smtp-sink.{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # It does not serve as root.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [self._tools.path("smtp-sink"), "-c", "-m", str(_BACKLOG), *user, f"127.0.0.1:{self.port}"]
        with self._counters.open("wb") as counters:
            self._process = subprocess.Popen([*command, str(_BACKLOG)], env=self._tools.environment, stdout=counters)
        wait_for_port(self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_S)
        self._counters.unlink()

    @property
    def mails(self) -> int:
        """How many mails it has accepted."""
        with self._counters.open("rb") as counters:
            counters.seek(max(0, counters.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return last_count(counters.read())


def last_count(counters: bytes) -> int:
    """Read the last whole line of counters, such as `sess=1 quit=0 mesg=17` and a carriage return."""
    lines = counters.split(b"\r")[:-1]
    return int(lines[-1].rpartition(b"mesg=")[2]) if lines else 0
