"""A queue of tasks in memory, with waiting and a hospital, that outlives the worker that consumes it."""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from application.ports.clock import Clock
from application.ports.ledger import NO_FAILURE
from application.ports.message_source import HospitalLetter, Message, MessageGone, MessageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery(Message):
    number: int


class InMemoryMessageSource(MessageSource):
    """Queue, retry ladder and hospital in one; entering it again consumes what is left, as a new worker would.

    `hospital` holds bodies with their letters in order of arrival.
    """

    def __init__(self, *, clock: Clock) -> None:
        self.hospital: list[tuple[bytes, HospitalLetter]] = []
        self._clock = clock
        self._ready: deque[Message] = deque()
        self._waiting: list[tuple[datetime, int, Message]] = []
        self._held: dict[int, Message] = {}
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._is_consuming = False
        self._is_paused = False

    def publish(
        self, body: bytes, *, key: str = "", attempts: int = 0, message_id: str = "", revives: str = NO_FAILURE
    ) -> None:
        """Queue a message."""
        message = Message(body=body, key=key, attempts=attempts, message_id=message_id, revives=revives)
        self._ready.append(message)
        self._changed.set()

    @property
    def unsettled(self) -> tuple[Message, ...]:
        """What was yielded and not yet settled."""
        return tuple(self._held.values())

    async def __aenter__(self) -> Self:
        self._is_consuming, self._is_paused = True, False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_intake()
        for number in reversed(self._held):
            self._return(self._held[number])
        self._held.clear()

    async def messages(self) -> AsyncIterator[Message]:
        while self._is_consuming:
            while self._waiting and self._waiting[0][0] <= self._clock.now():
                self._ready.append(heapq.heappop(self._waiting)[2])
            if self._is_paused or not self._ready:
                await self._until_something_changes()
                continue
            message = self._ready.popleft()
            number = next(self._numbers)
            self._held[number] = message
            yield _Delivery(
                body=message.body,
                key=message.key,
                attempts=message.attempts,
                message_id=message.message_id,
                redelivered=message.redelivered,
                revives=message.revives,
                number=number,
            )

    async def pause_intake(self) -> None:
        self._is_paused = True

    async def resume_intake(self) -> None:
        self._is_paused = False
        self._changed.set()

    async def stop_intake(self) -> None:
        self._is_consuming = False
        self._changed.set()

    async def ack(self, message: Message) -> None:
        self._settle(message)

    async def postpone(self, message: Message, *, key: str, attempts: int, due: datetime) -> None:
        body = self._settle(message).body
        copy = Message(body=body, key=key, attempts=attempts)
        heapq.heappush(self._waiting, (due, next(self._numbers), copy))
        self._changed.set()

    async def hospitalise(self, message: Message, letter: HospitalLetter) -> None:
        self.hospital.append((self._settle(message).body, letter))

    async def hand_back(self, message: Message) -> None:
        self._return(self._settle(message))

    @property
    def unacked(self) -> int:
        return len(self._held)

    async def count_queued(self) -> Mapping[str, int]:
        return {"tasks": len(self._ready), "letters": len(self.hospital)}

    @property
    def is_consuming(self) -> bool:
        return self._is_consuming

    def _return(self, message: Message) -> None:
        self._ready.appendleft(replace(message, redelivered=True))
        self._changed.set()

    def _settle(self, message: Message) -> Message:
        if not isinstance(message, _Delivery):
            raise TypeError("this message came from another source")
        try:
            return self._held.pop(message.number)
        except KeyError:
            raise MessageGone("settled before, or returned when the source was left") from None

    async def _until_something_changes(self) -> None:
        self._changed.clear()
        waits: set[asyncio.Future[object]] = {asyncio.ensure_future(self._changed.wait())}
        if self._waiting:
            delay_s = (self._waiting[0][0] - self._clock.now()).total_seconds()
            waits.add(asyncio.ensure_future(self._clock.sleep(delay_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
