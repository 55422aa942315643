"""The in-tray of the hospital: the queue in which failed mails wait for their admission."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from domain.failure_reason import FailureReason
from domain.reply import Reply


class HospitalQueueUnavailable(Exception):
    """No letters can be taken now; `cause` is one line for an operator, without secrets."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLetter:
    """One message of the queue, whoever wrote it; adapters extend it by what they acknowledge it with.

    `reason` is None where no worker of ours wrote the letter; `death` is the broker's own word for why it moved the
    message here ("" if it did not). What is not known is empty. `properties` is as in `FailedMail`.
    """

    body: bytes
    properties: str
    message_id: str = ""
    key: str = ""
    reason: FailureReason | None = None
    death: str = ""
    reply: Reply | None = None
    relay: str = ""
    attempts: int = 0
    failed_at: datetime | None = None


class HospitalQueue(Protocol):
    """Enter, receive and acknowledge in any order, leave; it may be entered again.

    A letter that is not acknowledged when the queue is left, or lost, is received again. Every method raises
    HospitalQueueUnavailable, after which the queue is to be left.
    """

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    async def receive(self, *, limit: int, wait: bool) -> Sequence[ReceivedLetter]:
        """Take up to `limit` letters; where there are none, `wait` for some, or return none."""

    @abstractmethod
    async def acknowledge(self, letters: Sequence[ReceivedLetter]) -> None:
        """Remove letters from the queue: they are kept elsewhere."""
