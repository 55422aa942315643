"""`takeoff-mailer templates preview` as authors run it: a process of its own, ended by Ctrl-C."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STOP_S = 10


@contextmanager
def previewing(templates_dir: Path) -> Iterator[str]:
    """Yield the page's address; afterwards the process has ended without an error."""
    command = [str(Path(sys.executable).parent / "takeoff-mailer"), "templates", "preview", "--port", "0"]
    command += ["--dir", templates_dir.name]
    with subprocess.Popen(
        command, cwd=templates_dir.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().split(" ")[0]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=_STOP_S)
            assert (process.returncode, errors) == (0, "")
        finally:
            process.kill()
