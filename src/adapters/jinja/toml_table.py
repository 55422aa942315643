"""Reads a TOML table strictly: each key once through a check, and what is left over is a problem too."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class TomlTable:
    """`path` stands before the keys in `problems`, which all tables of a file share."""

    def __init__(self, data: dict[str, Any], *, path: str = "", problems: list[str]) -> None:
        self._left = dict(data)
        self._path = path
        self._problems = problems

    def read(self, key: str, check: Callable[[object], T], default: T) -> T:
        """Return what `check` makes of the value; `default` where there is none, or where it raises ValueError."""
        if key not in self._left:
            return default
        try:
            return check(self._left.pop(key))
        except ValueError as err:
            self.complain(f"{key} {err}")
            return default

    def must(self, key: str, check: Callable[[object], T], default: T) -> T:
        """Read what has to be there."""
        if key not in self._left:
            self.complain(f"{key} is missing")
        return self.read(key, check, default)

    def table(self, key: str) -> "TomlTable":
        """Return the table of this name, an empty one where there is none."""
        return TomlTable(self.read(key, _table, {}), path=f"{self._path}{key}.", problems=self._problems)

    def tables(self) -> dict[str, "TomlTable"]:
        """Return all there is, of which each is a table."""
        return {key: self.table(key) for key in list(self._left)}

    def complain(self, what: str) -> None:
        """Add a problem, which begins with the key."""
        self._problems.append(f"{self._path}{what}")

    def end(self) -> None:
        """Complain about every key that nobody has read."""
        for key in self._left:
            self.complain(f"{key} is no key of a manifest")


def _table(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError("is no table")
