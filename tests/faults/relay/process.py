"""The relay as scenarios use it: a child process, its orders and its logs."""

import json
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from tests.faults.history import Accepted
from tests.faults.json_lines import JsonLines
from tests.faults.ports import quiet_ports
from tests.faults.relay.options import Options
from tests.faults.relay.rules import Rule
from tests.faults.relay.server import CA, HOST, JOURNAL, WIRE

_ROOT = Path(__file__).parents[3]
_ORDER_S = 10.0
_START_S = 20.0
_POLL_S = 0.02


class RelayProcess:
    """A relay that runs while the context lasts; what it accepted and heard stays readable after it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port, self._control_port = quiet_ports(2)
        self.ca_file = folder / CA
        self._journal = JsonLines(folder / JOURNAL)
        self._wire = JsonLines(folder / WIRE)
        self._accepted: list[Accepted] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, or start again on the same ports and journal, and wait until it takes orders."""
        command = [sys.executable, "-m", "tests.faults.relay", str(self._folder)]
        with (self._folder / "relay.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(self.port), str(self._control_port)], cwd=_ROOT, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "relay.log").read_text()
            assert time.monotonic() < deadline, "the relay does not start"
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def down(self) -> None:
        """Refuse connections."""
        self._order(do="down")

    def up(self) -> None:
        """Take connections again, on the same port."""
        self._order(do="up")

    def behave(self, *rules: Rule) -> None:
        """Follow these rules from now on, and no others."""
        self._order(do="rules", rules=[asdict(rule) for rule in rules])

    def become(self, options: Options) -> None:
        """Be this for connections that come later."""
        self._order(do="options", options=asdict(options))

    def counts(self) -> dict[str, int]:
        """How often each verb was heard; CONNECT and DOT count as verbs."""
        counts: dict[str, int] = self._order(do="counts")
        return counts

    def heard(self, verb: str) -> list[float]:
        """The times (Unix) at which a verb was heard."""
        self._order(do="counts")
        return [line["time"] for line in self._wire.read() if line["verb"] == verb]

    def accepted(self) -> list[Accepted]:
        """All mails it took, in order."""
        self._accepted += [
            Accepted(
                message_id=line["message_id"],
                recipient=line["rcpt"],
                content_sha256=line["content_sha256"],
                at_s=line["time"],
            )
            for line in self._journal.read()[len(self._accepted) :]
        ]
        return self._accepted

    def _answers(self) -> bool:
        try:
            self.counts()
        except OSError:
            return False
        return True

    def _order(self, **order: Any) -> Any:
        with socket.create_connection((HOST, self._control_port), timeout=_ORDER_S) as connection:
            connection.sendall(json.dumps(order).encode() + b"\n")
            answer = connection.makefile().readline()
        assert answer, (self._folder / "relay.log").read_text()
        return json.loads(answer)
