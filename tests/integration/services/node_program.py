"""Programs in Node.js, with the packages that their lock file names."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_INSTALL_S = 300


def install(source: Path, folder: Path) -> Path:
    """Copy a program into `folder` and fetch its packages; required on CI, skipped elsewhere without Node.js."""
    if not (shutil.which("node") and shutil.which("npm")):
        missing = f"node and npm are needed for {source.name}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALL_S)
    return folder
