"""Say whether the lock files still belong to pyproject.toml; needs no network."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)")
_DIRECT = re.compile(r"^ +# +(via )?takeoff-mailer \(pyproject\.toml\)$")


def locked(path: Path) -> dict[str, tuple[str, bool]]:
    """Read each pin: its version and whether pyproject.toml itself asks for it."""
    pins: dict[str, tuple[str, bool]] = {}
    name = version = ""
    for line in path.read_text().splitlines():
        if pin := _PIN.match(line):
            name, version = pin["name"], pin["version"]
            pins[name] = (version, False)
        elif _DIRECT.match(line):
            pins[name] = (version, True)
    return pins


def problems(wanted: list[str], path: Path) -> list[str]:
    """Compare what pyproject.toml asks for with what the file pins."""
    pins = locked(path)
    requirements = {canonicalize_name(r.name): r for r in map(Requirement, wanted)}
    stale = {name for name, (_, direct) in pins.items() if direct} - requirements.keys()
    found = [f"{path}: {name} is no longer asked for" for name in sorted(stale)]
    for name, requirement in requirements.items():
        version, direct = pins.get(name, ("", False))
        if not direct:
            found.append(f"{path}: {requirement} is asked for since the last lock")
        elif version not in requirement.specifier:
            found.append(f"{path}: {requirement} is asked for, {version} is locked")
    return found


project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
runtime, extras = project["dependencies"], project["optional-dependencies"]
errors = problems(runtime, Path("requirements.txt"))
errors += problems(runtime + extras["traces"], Path("requirements-traces.txt"))
errors += problems(runtime + extras["dev"], Path("requirements-dev.txt"))
released = {
    name: version
    for path in ("requirements.txt", "requirements-traces.txt")
    for name, (version, _) in locked(Path(path)).items()
}
tested = {name: version for name, (version, _) in locked(Path("requirements-dev.txt")).items()}
errors += [
    f"{name}: released with {version}, tested with {tested.get(name, 'nothing')}"
    for name, version in released.items()
    if tested.get(name) != version
]
if errors:
    sys.exit("\n".join([*errors, "run: make lock"]))
