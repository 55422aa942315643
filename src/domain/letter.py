"""A letter of the hospital: a mail that failed, with everything that came with it and its story."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.audit import AuditEntry
from domain.cause_group import CauseGroup
from domain.failure_reason import FailureReason
from domain.reply import Reply


class LetterStatus(StrEnum):
    """Where a letter stands; docs/adr/0014-hospital-store.md says who writes what."""

    WAITING = "waiting"
    REPLAYING = "replaying"
    REPLAYED = "replayed"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMail:
    """What admission knows of one message of the hospital's queue.

    `properties` are the message's own, headers among them, as JSON in which no value is lost; `failed_at` (aware) is
    None where nobody wrote it down. `domain` is the recipient's. `search_text` is what `--text` looks through.
    """

    key: str
    body: bytes
    properties: str
    reason: FailureReason
    reply: Reply | None = None
    relay: str = ""
    attempts: int = 0
    failed_at: datetime | None = None
    category: str = ""
    domain: str = ""
    search_text: str = ""

    @property
    def identity(self) -> str:
        """The same for every copy of this letter: 64 hexadecimal digits of its key and body."""
        return identity_of(self.key, self.body)

    @property
    def cause(self) -> CauseGroup:
        return CauseGroup.of(self.reason, self.reply, self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter of the store, without its contents; times are aware, in UTC.

    `id` counts up in the order of admission; `returned` says how often the mail failed again after it had left.
    `original` is the letter that this one was made of, by an edit or to be sent again.
    """

    id: int
    key: str
    status: LetterStatus
    reason: FailureReason
    reply: Reply | None
    relay: str
    attempts: int
    failed_at: datetime
    admitted_at: datetime
    category: str
    domain: str
    group: str
    returned: int = 0
    original: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContents:
    """What came with a letter: the body byte for byte, and its message's properties as JSON."""

    body: bytes
    properties: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecord:
    """All that a store keeps of a letter; `left_at` says since when it is not WAITING any more."""

    letter: Letter
    contents: LetterContents
    search_text: str
    left_at: datetime | None = None
    history: tuple[AuditEntry, ...] = ()


def identity_of(key: str, body: bytes) -> str:
    """Identify a letter by what all its copies share: 64 hexadecimal digits."""
    return hashlib.sha256(key.encode("utf-8", "replace") + b"\0" + body).hexdigest()
