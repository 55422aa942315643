"""What authors ask about the template bundles, and how they begin another."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from application.ports.diagnosis import Finding


class Origin(StrEnum):
    """Where a bundle comes from; one of TEMPLATES_DIR replaces the shipped one of its name."""

    SHIPPED = "shipped"
    TEMPLATES_DIR = "TEMPLATES_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSummary:
    """What a producer has to know of one category; fields as `ticket.code`, params as `params.seat`."""

    category: str
    description: str
    languages: tuple[str, ...]
    parts: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    origin: Origin


class BundleRefused(Exception):
    """A bundle cannot have this name."""


class BundleNotWritten(Exception):
    """A bundle cannot be written to this place."""


class TemplateLibrary(Protocol):
    """The shipped bundles and those of one directory; nothing is compiled here."""

    @abstractmethod
    def bundles(self) -> tuple[list[BundleSummary], list[Finding]]:
        """Describe each bundle, in the order of their names, and tell which cannot be described."""

    @abstractmethod
    def create(self, name: str, directory: Path) -> list[Path]:
        """Write a new bundle into its own folder of `directory`, which may be new, and return its files.

        Raises BundleRefused and BundleNotWritten, which say why; what is there is never changed.
        """
