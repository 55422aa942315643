"""Debian's postgresql."""

from pathlib import Path

from tests.integration.services.debian import install
from tests.integration.services.selection import ServiceNotAvailable

_VERSIONS = Path("/usr/lib/postgresql")


def installed_programs() -> Path:
    """Give the directory of initdb and postgres, of the newest version; raises ServiceNotAvailable."""
    if _find() is None:
        install("postgresql")
    programs = _find()
    if programs is None:
        raise ServiceNotAvailable("postgresql is installed without a server")
    return programs


def _find() -> Path | None:
    found = sorted(_VERSIONS.glob("*/bin/postgres"), key=lambda program: int(program.parts[-3]))
    return found[-1].parent if found else None
