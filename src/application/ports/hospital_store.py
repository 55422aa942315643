"""The hospital's memory: every letter with its story, grouped by cause (docs/adr/0014-hospital-store.md)."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from domain.audit import AuditEntry, Deed
from domain.cause_group import CauseGroup
from domain.letter import FailedMail, Letter, LetterContents, LetterRecord, LetterStatus
from domain.letter_filter import LetterFilter

# A replay that has not marked its letter for so long is dead.
REPLAY_LEASE_S = 120.0


class Admission(Enum):
    """What became of a message that was admitted."""

    NEW = auto()
    RETURNED = auto()
    KNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    """Letters of one cause that a filter selects; the times are of the first and the last failure among them."""

    cause: CauseGroup
    letters: int
    first_failed_at: datetime
    last_failed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalStats:
    """How many letters have each status, and since when the oldest of those that wait has failed."""

    letters: Mapping[LetterStatus, int]
    waiting_groups: int
    oldest_waiting: datetime | None


class HospitalStore(Protocol):
    """Lives in the ledger's database, and is open while the ledger is entered.

    What a method has returned is on disk. Every method raises LedgerUnavailable, and then it is not known whether it
    took effect: each may be repeated.
    """

    @abstractmethod
    async def admit(self, mail: FailedMail) -> Admission:
        """Keep a failed mail; what cannot be kept of a text (NUL, beyond 2 kB of a reply) is left out.

        NEW: it is a letter now. RETURNED: its letter had left WAITING before this failure, and waits again, with the
        story of this one. KNOWN: a copy of a letter that is there; nothing changed.
        """

    @abstractmethod
    async def stats(self) -> HospitalStats:
        """Count all letters."""

    @abstractmethod
    async def groups(self, wanted: LetterFilter) -> Sequence[GroupSummary]:
        """Count the letters of a filter by cause, the largest group first."""

    @abstractmethod
    async def page(self, wanted: LetterFilter, *, limit: int, before: int | None = None) -> Sequence[Letter]:
        """List letters of a filter, the newest admission first, at most `limit` and only ids below `before`."""

    @abstractmethod
    async def ids(self, wanted: LetterFilter) -> Sequence[int]:
        """List the ids of all letters of a filter, ascending."""

    @abstractmethod
    async def letter(self, letter_id: int) -> tuple[Letter, LetterContents] | None:
        """Fetch one letter with what came with it, None if there is none."""

    @abstractmethod
    async def move(
        self, ids: Sequence[int], *, source: LetterStatus, target: LetterStatus, deed: Deed | None = None
    ) -> Sequence[int]:
        """Give a new status to those letters that have the status `source`; returns their ids, ascending.

        Where two callers move one letter at the same time, one of them gets its id. The deed becomes part of the
        history of each letter that was moved.
        """

    @abstractmethod
    async def replayable(self, wanted: LetterFilter) -> Sequence[int]:
        """List the ids of a filter's letters that wait, or whose replay is dead, ascending; its status is ignored."""

    @abstractmethod
    async def claim_replay(self, letter_id: int, *, job: int, deed: Deed) -> bool:
        """Turn a letter that `replayable` would list into REPLAYING, for a job; one of concurrent jobs gets True.

        A letter that is REPLAYING for this very job is taken, too: the job died and is continued.
        """

    @abstractmethod
    async def copy(self, letter_id: int, mail: FailedMail, *, deed: Deed) -> int | None:
        """Archive a letter that waits and keep another mail in its place, which names it as its original.

        Returns the id of the new letter; None where the letter does not wait, and then nothing changed. The deed
        becomes part of the history of both.
        """

    @abstractmethod
    async def note(self, letter_id: int, deed: Deed) -> bool:
        """Add to a letter's history; False where there is no such letter."""

    @abstractmethod
    async def history(self, letter_id: int) -> Sequence[AuditEntry]:
        """List what was done to a letter, the oldest first."""

    @abstractmethod
    async def record(self, letter_id: int) -> LetterRecord | None:
        """Fetch all that is kept of one letter, None if there is none."""

    @abstractmethod
    async def keep(self, record: LetterRecord) -> int | None:
        """Keep a letter that `record` gave, here or in another store, under its number where that is free.

        Returns its number; None where a letter of the same key and body is there, and then nothing changed.
        """

    @abstractmethod
    async def purgeable(self, before: datetime) -> Sequence[int]:
        """List the ids of letters that were archived before a time (aware), ascending."""

    @abstractmethod
    async def purge(self, ids: Sequence[int], *, before: datetime) -> int:
        """Delete for ever those of the letters that `purgeable` would list; returns how many."""
