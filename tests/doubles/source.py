"""A source that records how each message was settled and fails when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from application.ports.message_source import HospitalLetter, Message, MessageSource


class ScriptedSource(MessageSource):
    """`verbs` holds what was done, in order; each of `failures` is raised once, before anything is done.

    `intake` holds "paused" and "resumed".
    """

    def __init__(self, messages: Iterable[Message] = (), failures: Iterable[Exception] = ()) -> None:
        self.verbs: list[tuple[object, ...]] = []
        self.is_open = False
        self.failures = list(failures)
        self.ends_with: Exception | None = None
        self.stop_fails: Exception | None = None
        self.intake: list[str] = []
        self.is_stuck = False
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        for message in messages:
            self._queue.put_nowait(message)

    async def __aenter__(self) -> Self:
        self.is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_open = False

    async def messages(self) -> AsyncIterator[Message]:
        while message := await self._queue.get():
            yield message
        if self.ends_with:
            raise self.ends_with

    async def pause_intake(self) -> None:
        self.intake.append("paused")

    async def resume_intake(self) -> None:
        self.intake.append("resumed")

    async def stop_intake(self) -> None:
        if self.stop_fails:
            raise self.stop_fails
        self._queue.put_nowait(None)

    def break_off(self, error: Exception) -> None:
        """Let `messages` raise after what is queued."""
        self.ends_with = error
        self._queue.put_nowait(None)

    async def ack(self, message: Message) -> None:
        self._do("ack", message)

    async def postpone(self, message: Message, *, key: str, attempts: int, due: datetime) -> None:
        self._do("postpone", message, key, attempts, due)

    async def hospitalise(self, message: Message, letter: HospitalLetter) -> None:
        self._do("hospitalise", message, letter)

    async def hand_back(self, message: Message) -> None:
        self._do("hand_back", message)

    @property
    def unacked(self) -> int:
        return 3

    async def count_queued(self) -> Mapping[str, int]:
        if self.is_stuck:
            await asyncio.Event().wait()
        return {"tasks": 7}

    @property
    def is_consuming(self) -> bool:
        return self.is_open

    def _do(self, *verb: object) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.verbs.append(verb)
