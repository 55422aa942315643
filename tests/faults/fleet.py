"""Workers as child processes that can be killed, stopped and let go on at any moment."""

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.json_lines import JsonLines
from tests.faults.ports import quiet_ports
from tests.integration.worker.process import WorkerProcess

_ROOT = Path(__file__).parents[2]
_END_S = 30.0
_POLL_S = 0.02


class Worker(WorkerProcess):
    """One worker in a folder of its own; its log goes on over its lives."""

    def __init__(self, folder: Path, **variables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # It starts again, and nobody may have taken its port meanwhile.
        (http_port,) = quiet_ports(1)
        super().__init__(folder, http_port, PYTHONPATH=f"{_ROOT}/src:{_ROOT}", **variables)
        self._log = JsonLines(self._log_path)

    def start(self, **extra: str) -> None:
        """Start (again), for this life with some variables more."""
        command = [sys.executable, "-m", "tests.faults.worker_process"]
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env={**self._variables, **extra}, stdout=log, stderr=log
            )

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as the kernel does."""
        self.process.kill()
        self.process.wait()

    def wait_for_end(self, *, patience_s: float = _END_S) -> int:
        """Wait until it has ended by itself; returns the exit code, -9 for SIGKILL. Raises AssertionError."""
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker did not end within {patience_s:.0f} s") from None

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of one event."""
        return [line for line in self._log.read() if line.get("event") == event]

    def in_doubt(self) -> Counter[str]:
        """How many tries ended in doubt, by key, as its log says."""
        return Counter(line["key"] for line in self.lines("email.in_doubt"))

    def wait_until_log_has(self, event: str, count: int = 1, *, patience_s: float = _END_S) -> None:
        """Block until an event has been logged so often; raises AssertionError."""
        deadline = time.monotonic() + patience_s
        while len(self.lines(event)) < count:
            assert time.monotonic() < deadline, f"no {event} within {patience_s} s"
            time.sleep(_POLL_S)
