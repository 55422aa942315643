"""Gives the peers their packages, in the versions that their lock files name."""

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_PROTO = _HERE.parents[1] / "proto"
_INSTALL_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Where they are installed."""

    node_folder: Path
    python_folder: Path
    python: str

    def tool(self, name: str) -> str:
        """A program of the Python peers' packages."""
        return str(Path(self.python).with_name(name))


def install_peers(folder: Path) -> Peers:
    """Copy the peers into `folder` and fetch their packages, unless that was done; raises CalledProcessError."""
    node, python = folder / "node", folder / "python"
    _fresh_copy(_HERE / "node", node)
    _fresh_copy(_HERE / "python", python)
    if _is_stale(node / "node_modules", node / "package-lock.json"):
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], node)
        (node / "node_modules").touch()
    executable = python / ".venv" / "bin" / "python"
    if _is_stale(python / ".venv", python / "requirements.txt"):
        venv.create(python / ".venv", with_pip=True, clear=True)
        _run(
            [str(executable), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", "requirements.txt"], python
        )
        (python / ".venv").touch()
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={_PROTO}", f"--python_out={python}"]
    _run([*protoc, "email.proto"], python)
    return Peers(node_folder=node, python_folder=python, python=str(executable))


def _fresh_copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file():
            # With its time of change: by it a lock that is newer than what was installed is noticed.
            shutil.copy2(file, target)


def _is_stale(installed: Path, lock: Path) -> bool:
    return not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALL_S)
