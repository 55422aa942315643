"""One letter of the hospital's store in memory."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.audit import AuditEntry
from domain.letter import FailedMail, Letter, LetterContents, LetterRecord, LetterStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """`job` is the replay that took it last."""

    letter: Letter
    contents: LetterContents
    search_text: str
    left_at: datetime | None = None
    job: int | None = None
    history: tuple[AuditEntry, ...] = ()

    @classmethod
    def of(cls, record: LetterRecord, number: int) -> Self:
        """Take over a letter of another store."""
        return cls(
            letter=replace(record.letter, id=number),
            contents=record.contents,
            search_text=record.search_text,
            left_at=record.left_at,
            history=record.history,
        )

    def record(self) -> LetterRecord:
        """Tell all of it."""
        return LetterRecord(
            letter=self.letter,
            contents=self.contents,
            search_text=self.search_text,
            left_at=self.left_at,
            history=self.history,
        )

    def has_returned(self, mail: FailedMail) -> bool:
        """Whether a failure came after the letter had left."""
        return self.left_at is not None and mail.failed_at is not None and mail.failed_at > self.left_at

    def left_at_after(self, target: LetterStatus, now: datetime) -> datetime | None:
        """Since when it is not WAITING any more, once it has the status `target`."""
        return None if target is LetterStatus.WAITING else self.left_at or now

    def was_archived_before(self, time: datetime) -> bool:
        """Whether it may be purged."""
        return self.letter.status is LetterStatus.ARCHIVED and self.left_at is not None and self.left_at < time
