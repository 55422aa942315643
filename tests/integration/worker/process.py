"""`takeoff-mailer worker` as a child of the tests."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from tests.integration.brokers.private_broker import free_ports

COMMAND = Path(sys.executable).with_name("takeoff-mailer")
_POLL_S = 0.02
# Long for a worker, not for a machine with two cores on which thirty of them start.
_READY_S = 60.0


class WorkerProcess:
    """Runs in `folder` with these variables and nothing of ours besides; its log is kept in memory as JSON lines.

    `http_port` is that of its health pages, any free one by default.
    """

    def __init__(self, folder: Path, http_port: int | None = None, /, **variables: str) -> None:
        self._http_port = http_port or free_ports(1)[0]
        self._log_path = folder / "worker.log"
        self._folder = folder
        self._variables = {
            "PATH": os.environ["PATH"],
            "HTTP_ADDR": f"127.0.0.1:{self._http_port}",
            "LOG_FORMAT": "json",
            **variables,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.process.kill()
            self.process.wait()

    def start(self) -> None:
        """Start; several runs share one log."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [str(COMMAND), "worker"], cwd=self._folder, env=self._variables, stdout=log, stderr=log
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process
        return self._process

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def status(self, path: str) -> int | None:
        """The status code of a health page, None where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self._http_port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def wait_until_ready(self, *, patience_s: float = _READY_S) -> None:
        """Block until `/readyz` says it consumes; raises AssertionError."""
        deadline = time.monotonic() + patience_s
        while self.status("/readyz") != 200:
            assert self.running, self.log_text
            assert time.monotonic() < deadline, self.log_text
            time.sleep(_POLL_S)

    def stop(self, *, patience_s: float = 20) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience_s)

    @property
    def log_text(self) -> str:
        return self._log_path.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of one event."""
        entries = [json.loads(line) for line in self.log_text.splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == event]

    def wait_for_lines(self, event: str, count: int, *, patience_s: float = 20) -> list[dict[str, Any]]:
        """Block until an event has been logged so often; raises AssertionError."""
        deadline = time.monotonic() + patience_s
        while len(found := self.lines(event)) < count:
            assert time.monotonic() < deadline, self.log_text[-4000:]
            time.sleep(_POLL_S)
        return found
