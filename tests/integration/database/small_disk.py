"""A file system of 1 MB of our own, which can be filled and made read-only."""

import os
import subprocess
from pathlib import Path

import pytest

_MOUNT_S = 10.0
_FILLER = "filler"


class SmallDisk:
    """Enter-and-leave is the fixture's business; `path` is where it is mounted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mount(self) -> None:
        """Mount it; skips the test where that is not permitted, and on CI fails it."""
        try:
            _run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(self.path))
        except (OSError, subprocess.CalledProcessError):
            missing = "mounting a tmpfs is not permitted here"
            if os.environ.get("CI") == "true":
                pytest.fail(missing)
            pytest.skip(missing)

    def unmount(self) -> None:
        """Let go of it, whoever still has files there."""
        _run("umount", "--lazy", str(self.path))

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.path / _FILLER).open("wb", buffering=0) as filler:
            try:
                while filler.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        """Make room again."""
        (self.path / _FILLER).unlink()

    def set_read_only(self, read_only: bool) -> None:
        """Remount; nothing may have a file open for writing."""
        _run("mount", "-o", "remount,ro" if read_only else "remount,rw", str(self.path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_MOUNT_S)
