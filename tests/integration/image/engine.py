"""Containers through the engine's command line, docker or podman, whichever is there."""

import subprocess
import time
from dataclasses import dataclass

_CALL_S = 60.0
_STATE = "{{.State.Status}} {{.State.Health.Status}}"


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine, by the path of its command."""

    path: str

    def __call__(self, *arguments: str) -> str:
        """Run one command and return what it prints. Raises CalledProcessError."""
        done = subprocess.run([self.path, *arguments], capture_output=True, text=True, timeout=_CALL_S, check=False)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
        return done.stdout.strip()

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command ends with 0."""
        return (
            subprocess.run([self.path, *arguments], capture_output=True, timeout=_CALL_S, check=False).returncode == 0
        )

    def logs(self, container: str) -> str:
        """Read what a container has printed, on both channels."""
        command = [self.path, "logs", container]
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_CALL_S, check=False
        ).stdout

    def wait_until_healthy(self, container: str, *, patience_s: float) -> None:
        """Block until the image's own HEALTHCHECK says healthy; raises AssertionError."""
        deadline = time.monotonic() + patience_s
        while (state := self("inspect", "--format", _STATE, container)) != "running healthy":
            assert state.startswith("running"), f"{state}: {self.logs(container)}"
            assert time.monotonic() < deadline, f"{state}: {self.logs(container)}"
            # podman leaves the schedule to systemd, which is not everywhere; docker has no such command and needs none.
            self.succeeds("healthcheck", "run", container)
            time.sleep(0.5)
