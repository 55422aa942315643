"""What `doctor` asks of each adapter."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    """How bad a finding is: only ERROR keeps the worker from doing its job."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a diagnosis: what was looked at, what is so, and what to do about it ("" where nothing)."""

    severity: Severity
    subject: str
    detail: str
    remedy: str = ""


class Diagnosis(Protocol):
    """Looks at one thing the worker depends on, changes nothing, and ends within 15 s."""

    @abstractmethod
    async def examine(self) -> list[Finding]:
        """Report at least one finding; never raises."""
