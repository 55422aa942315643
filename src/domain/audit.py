"""What operators did to letters, and who did it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What can be done to a letter."""

    REPLAYED = "replayed"
    SENT_AGAIN = "sent_again"
    MARKED_SENT = "marked_sent"
    EDITED = "edited"
    DISCARDED = "discarded"
    RESTORED = "restored"
    NOTED = "noted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action of `by` (a person at a host); `text` is a note, or what else is worth knowing."""

    action: Action
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A deed with its time (aware, UTC)."""

    at: datetime
    deed: Deed

    def __str__(self) -> str:
        told = f"{self.deed.action} by {self.deed.by}"
        return f"{told}: {self.deed.text}" if self.deed.text else told
