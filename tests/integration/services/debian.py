"""Server packages of Debian, installed where they are absent and we may, without leaving a system server running."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.integration.services.selection import ServiceNotAvailable

# Debian's invoke-rc.d asks this script before it starts a service; 101 forbids it.
_POLICY = Path("/usr/sbin/policy-rc.d")
_FORBID_START = "#!/bin/sh\nexit 101\n"
_INSTALL_S = 600.0


def install(package: str, *others: str) -> None:
    """Install packages and do not let a service start; raises ServiceNotAvailable where that cannot be."""
    if not shutil.which("apt-get"):
        raise ServiceNotAvailable(f"{package} is not installed, and this is not a Debian machine")
    if os.geteuid() != 0:
        raise ServiceNotAvailable(f"{package} is not installed: apt-get install {package}")
    had_policy = _POLICY.exists()
    if not had_policy:
        _POLICY.write_text(_FORBID_START)
        _POLICY.chmod(0o755)
    try:
        _apt_get("update", "-q")
        _apt_get("install", "-y", "-q", "--no-install-recommends", package, *others)
    except subprocess.CalledProcessError as error:
        raise ServiceNotAvailable(f"apt-get could not install {package}: {error.stderr[-300:]}") from error
    finally:
        if not had_policy:
            _POLICY.unlink()


def _apt_get(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_S, env=environment)
