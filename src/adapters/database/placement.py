"""Whether the directory of the ledger's file outlives the container that we may run in (proc(5), mountinfo)."""

import re
from pathlib import Path

from adapters.database.engine import parse, sqlite_file

_MOUNTS = Path("/proc/self/mountinfo")
# Docker and podman put one of these into every container.
_MARKERS = (Path("/.dockerenv"), Path("/run/.containerenv"))
# A volume without a name gets a random one; the next container gets another volume.
_ANONYMOUS = re.compile(r"/volumes/[0-9a-f]{64}/_data(/|$)")
_LAYERS = {"overlay", "fuse.fuse-overlayfs", "aufs"}


def keeping_advice(url: str) -> str:
    """What to do so that the ledger of this DATABASE_URL is still there after a new start; "" where nothing."""
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite" or not _MOUNTS.exists():
        return ""
    in_container = any(marker.exists() for marker in _MARKERS)
    return advice_for(sqlite_file(parsed).parent, mounts=_MOUNTS.read_text(), in_container=in_container)


def advice_for(directory: Path, *, mounts: str, in_container: bool) -> str:
    """Do what `keeping_advice` does, for the mounts in the format of mountinfo."""
    root, mount_point, kind = _mount_of(directory, mounts)
    if kind in {"tmpfs", "ramfs"}:
        return f"{directory} is in memory: mount a volume there"
    if mount_point == Path("/") and (in_container or kind in _LAYERS):
        return f"{directory} ends with this container: mount a volume there"
    if _ANONYMOUS.search(root):
        return f"{directory} is a volume without a name, which a new container does not get: mount a named one there"
    return ""


def _mount_of(directory: Path, mounts: str) -> tuple[str, Path, str]:
    found = ("/", Path("/"), "")
    for line in mounts.splitlines():
        fields = line.split()
        mount_point = Path(fields[4].encode().decode("unicode_escape"))
        # Later lines cover earlier ones at the same place.
        if directory.is_relative_to(mount_point) and len(mount_point.parts) >= len(found[1].parts):
            found = (fields[3], mount_point, fields[fields.index("-") + 1])
    return found
