"""`<NAME>_FILE` variables: a secret as the path of the file that holds it, as Docker and Kubernetes mount them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, EnvSettingsSource

_MAX_SECRET_BYTES = 64 * 1024


class SecretFiles(EnvSettingsSource):
    """One layer's `_FILE` variables as a source of settings; unreadable ones are left out (see `unreadable`)."""

    def __init__(self, settings_cls: type[BaseSettings], layer: Mapping[str, str | None], names: Iterable[str]) -> None:
        super().__init__(settings_cls)
        contents = {name.lower(): _read(path) for name, path in _paths(layer, names)}
        self.env_vars = {name: content for name, content in contents.items() if content}


def unreadable(layer: Mapping[str, str | None], names: Iterable[str]) -> list[str]:
    """Name the secrets of one layer whose file holds nothing that can be read."""
    return [name for name, path in _paths(layer, names) if not _read(path)]


def _paths(layer: Mapping[str, str | None], names: Iterable[str]) -> list[tuple[str, Path]]:
    folded = {name.lower(): value for name, value in layer.items()}
    return [(name, Path(path)) for name in names if (path := folded.get(f"{name.lower()}_file"))]


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_MAX_SECRET_BYTES).strip()
    except (OSError, UnicodeDecodeError):
        return None
