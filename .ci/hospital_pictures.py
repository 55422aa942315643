"""Draws docs/images/hospital-*.svg: what the hospital's commands print about the demo's letters."""

import io
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

_ROOT = Path(__file__).parents[1]
_COMMAND = Path(sys.executable).with_name("takeoff-mailer")
_WIDTH = 180
_PICTURES = {
    "groups": "hospital groups",
    "show": "hospital show 1",
    "replay": "hospital replay --all --dry-run",
}


def main() -> int:
    """Play the demo, and draw each command's output."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "COLUMNS": str(_WIDTH)}
        demo = _run(["demo", "--tasks", "24", "--json"], folder, environment)
        export = json.loads(demo.splitlines()[-1])["commands"][0]
        environment |= dict(pair.split("=", 1) for pair in shlex.split(export)[1:])
        for name, command in _PICTURES.items():
            output = _run(shlex.split(command), folder, environment)
            _draw(f"takeoff-mailer {command}", output, _ROOT / f"docs/images/hospital-{name}.svg")
    return 0


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> str:
    command = [str(_COMMAND), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    lines = (done.stdout + done.stderr).splitlines()
    # That there is no broker is true of the demo only.
    return "\n".join(line.rstrip() for line in lines if "still wait in the queue" not in line)


def _draw(title: str, output: str, path: Path) -> None:
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "green"), (title, "bold")))
    console.print(Text(output))
    path.write_text(console.export_svg(title="takeoff-mailer"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
