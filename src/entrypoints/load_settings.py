"""Reads settings and reports every problem at once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from pydantic import AliasChoices, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from entrypoints.layered_settings import ENV_FILE, SECRETS
from entrypoints.secret_files import unreadable

_Kind = TypeVar("_Kind", bound=BaseSettings)


class SettingsInvalid(Exception):
    """Some variables are missing or wrong; `problems` has one line for each, without any value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load_settings(kind: type[_Kind], given: Mapping[str, object] | None = None) -> _Kind:
    """Read the environment and `.env`; what is `given`, by variable, goes before both.

    Raises SettingsInvalid with every problem at once.
    """
    try:
        Path(ENV_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid([f"{ENV_FILE}: must be a readable UTF-8 text"]) from None
    files = [name for layer in (os.environ, dotenv_values(ENV_FILE)) for name in unreadable(layer, SECRETS)]
    problems = [f"{name}_FILE: cannot be read, or is empty" for name in files]
    try:
        settings = kind.model_validate(given or {})
    except ValidationError as error:
        for problem in error.errors():
            names, text = _explain(kind, problem)
            if not set(names) & set(files):
                problems.append(f"{' or '.join(names)}: {text}")
        raise SettingsInvalid(problems) from None
    if problems:
        raise SettingsInvalid(problems)
    return settings


def _explain(kind: type[BaseSettings], problem: ErrorDetails) -> tuple[list[str], str]:
    """All names of the variable that is wrong, ours first, and what is wrong with it."""
    place = str(problem["loc"][0])
    for name, field in kind.model_fields.items():
        choices = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else []
        if place in (name, *choices):
            what = f"is required: {field.description}" if problem["type"] == "missing" else problem["msg"]
            return [str(choice) for choice in choices], what.removeprefix("Value error, ")
    raise LookupError(place)
