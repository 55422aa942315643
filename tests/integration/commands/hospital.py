"""`takeoff-mailer hospital` as an operator runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("takeoff-mailer")
_COMMAND_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Has a broker's URL and a database, in a directory unless it is told where."""

    url: str
    directory: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "AMQP_ADDR": self.url,
            "DATABASE_URL": self.database_url or f"sqlite:///{self.directory}/takeoff.db",
            "TZ": "UTC",
        }

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        typed: str = "",
        timeout_s: float = _COMMAND_S,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the hospital to its end; `typed` is what stands on its standard input."""
        return subprocess.run(
            [str(COMMAND), "hospital", *arguments],
            env={**self.environment, **(environment or {})},
            cwd=self.directory,
            input=typed,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def start(self, *arguments: str, output: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a command that does not end by itself; `output` is where it writes to."""
        return subprocess.Popen(
            [str(COMMAND), "hospital", *arguments],
            env=self.environment,
            cwd=self.directory,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def objects(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a command that must succeed, with `--json`, and read its objects."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
