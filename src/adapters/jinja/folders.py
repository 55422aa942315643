"""Finds the template folders and reads all their files into memory."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.jinja.errors import TemplateProblem
from adapters.jinja.pictures import TYPES

SHIPPED = Path(__file__).parent / "templates"
_FOLDER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The files by their names."""

    texts: Mapping[str, str]
    pictures: Mapping[str, bytes]
    is_shipped: bool


def read_folders(
    templates_dir: Path | None, shipped: Path | None = SHIPPED
) -> tuple[dict[str, Folder], list[TemplateProblem]]:
    """Return each folder by its name, and what could not be read.

    A folder of `templates_dir` replaces the whole shipped one of its name. A folder is a category, or shared by
    categories if its name begins with an underscore; hidden ones are ignored.
    """
    problems: list[TemplateProblem] = []
    folders = _list(shipped, problems) if shipped else {}
    if templates_dir:
        folders |= _list(templates_dir, problems)
    read = {name: _read(folder, problems) for name, folder in sorted(folders.items())}
    return {name: folder for name, folder in read.items() if folder is not None}, problems


def stamp_of(templates_dir: Path | None) -> str:
    """Return what changes whenever a file of the templates does, comes or goes."""
    roots = (SHIPPED, templates_dir) if templates_dir else (SHIPPED,)
    states = sorted(_state(path) for root in roots for path in root.rglob("*"))
    return hashlib.sha256(repr(states).encode()).hexdigest()


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:  # gone since it was listed, as editors do when they save
        return str(path), 0, 0
    return str(path), status.st_mtime_ns, status.st_size


def is_category_name(name: str) -> bool:
    """Whether a folder of this name is a category: neither shared nor hidden."""
    return _FOLDER_NAME.fullmatch(name) is not None and name[0] not in "_."


def _list(root: Path, problems: list[TemplateProblem]) -> dict[str, Path]:
    try:
        found = [path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    except OSError as err:
        what = f"cannot be listed: {err.strerror}"
        problems.append(TemplateProblem(where="TEMPLATES_DIR", what=what, remedy="name a readable directory"))
        return {}
    problems.extend(
        TemplateProblem(where=path.name, what="not a usable name", remedy="use 1 to 64 of A-Z a-z 0-9 _ . -")
        for path in found
        if not _FOLDER_NAME.fullmatch(path.name)
    )
    return {path.name: path for path in found if _FOLDER_NAME.fullmatch(path.name)}


def _read(folder: Path, problems: list[TemplateProblem]) -> Folder | None:
    try:
        files = sorted(folder.iterdir())
        return Folder(
            texts={path.name: path.read_text(encoding="utf-8") for path in files if path.suffix in {".j2", ".toml"}},
            pictures={path.name: path.read_bytes() for path in files if path.suffix in TYPES},
            is_shipped=folder.parent == SHIPPED,
        )
    except (OSError, UnicodeDecodeError) as err:
        what = f"cannot be read: {type(err).__name__}"
        problems.append(TemplateProblem(where=folder.name, what=what, remedy="make its text files readable UTF-8"))
        return None
