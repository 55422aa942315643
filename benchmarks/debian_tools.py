"""Programs of Debian packages, taken out of them and not installed: no service starts, the system stays as it is."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_APT_S = 300


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the packages were unpacked; "" where they are installed."""

    root: str

    def path(self, program: str) -> str:
        """The path of a program."""
        found = shutil.which(program, path=os.pathsep.join(f"{self.root}/usr/{place}" for place in ("sbin", "bin")))
        if found is None:
            raise FileNotFoundError(program)
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What the programs need to find their own libraries."""
        places = ("usr/lib/postfix", "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
        libraries = os.pathsep.join(f"{self.root}/{place}" for place in places)
        return {"PATH": os.environ["PATH"], **({"LD_LIBRARY_PATH": libraries} if self.root else {})}


def debian_tools(folder: Path, programs: tuple[str, ...], packages: tuple[str, ...]) -> Tools:
    """Find the programs on this machine, or fetch the packages into `folder`; raises CalledProcessError, OSError."""
    for root in ("", str(folder)):
        tools = Tools(root)
        try:
            for program in programs:
                tools.path(program)
        except FileNotFoundError:
            continue
        return tools
    folder.mkdir(parents=True, exist_ok=True)
    command = ["apt-get", "download", "-q", *packages]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_APT_S)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], check=True, timeout=_APT_S)
    return Tools(str(folder))
