"""What the contracts of MessageSource stand on: a queue, everybody around it, and an inbox for what is yielded."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from application.ports.clock import Clock
from application.ports.message_source import HospitalLetter, Message, MessageSource
from domain.failure_reason import FailureKind, FailureReason
from domain.reply import Reply

PATIENCE_S = 10.0
LETTER = HospitalLetter(
    key="key-7",
    reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"),
    attempts=3,
    failed_at=datetime(2027, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC),
    relay="mx.example.com:25",
    reply=Reply(code=550, text="5.1.1 no such user ☹"),
)


@dataclass(frozen=True)
class Letter:
    """A hospital letter as it lies in the hospital."""

    body: bytes
    key: str
    reason: str
    attempts: int
    failed_at: datetime
    relay: str
    reply: str


class Stage(Protocol):
    """One queue, with everybody around it but the source under test."""

    clock: Clock

    @abstractmethod
    def source(self) -> MessageSource:
        """Make a source that consumes this queue; not yet entered."""

    @abstractmethod
    async def publish(self, body: bytes, *, message_id: str = "") -> None:
        """Publish as a producer does."""

    @abstractmethod
    async def unsettled(self) -> int:
        """Count the messages that sources hold and have not settled."""

    @abstractmethod
    async def letters(self) -> Sequence[Letter]:
        """Take what is in the hospital."""

    @abstractmethod
    async def move_letters_back(self) -> None:
        """Move what is in the hospital to the queue as it is, as an operator does with a shovel."""

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let so much of the clock's time go by."""


class Inbox:
    """Collects what a source yields."""

    def __init__(self, source: MessageSource) -> None:
        self._source = source
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.has_ended = False

    async def collect(self) -> None:
        async for message in self._source.messages():
            self._arrived.put_nowait(message)
        self.has_ended = True

    async def next(self) -> Message:
        async with asyncio.timeout(PATIENCE_S):
            return await self._arrived.get()

    async def take(self, count: int) -> list[Message]:
        return [await self.next() for _ in range(count)]

    def is_empty(self) -> bool:
        return self._arrived.empty()


@asynccontextmanager
async def reading(source: MessageSource) -> AsyncIterator[Inbox]:
    """Enter the source and iterate it; leave what is unsettled unsettled."""
    inbox = Inbox(source)
    async with source:
        collecting = asyncio.create_task(inbox.collect())
        try:
            yield inbox
        finally:
            await source.stop_intake()
            async with asyncio.timeout(PATIENCE_S):
                await collecting
