"""A hospital's queue in memory, which forgets nothing that was not acknowledged."""

import asyncio
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from application.ports.hospital_queue import HospitalQueue, HospitalQueueUnavailable, ReceivedLetter


class ScriptedHospitalQueue(HospitalQueue):
    """`ready` wait, `held` were received and not acknowledged; each of `failures` is raised by one acknowledgement.

    While it `is_down` it cannot be entered, and whoever waits for a letter hears of it.
    """

    def __init__(self, letters: Iterable[ReceivedLetter] = (), failures: Iterable[Exception] = ()) -> None:
        self.ready = list(letters)
        self.held: list[ReceivedLetter] = []
        self.failures = list(failures)
        self.is_down = False
        self._changed = asyncio.Event()

    def put(self, letter: ReceivedLetter) -> None:
        """Let a letter arrive."""
        self.ready.append(letter)
        self._changed.set()

    async def __aenter__(self) -> Self:
        if self.is_down:
            raise HospitalQueueUnavailable("switched off")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ready = self.held + self.ready
        self.held = []

    async def receive(self, *, limit: int, wait: bool) -> Sequence[ReceivedLetter]:
        while not self.ready and wait:
            self._changed.clear()
            await self._changed.wait()
        taken, self.ready = self.ready[:limit], self.ready[limit:]
        self.held += taken
        return taken

    async def acknowledge(self, letters: Sequence[ReceivedLetter]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        for letter in letters:
            self.held.remove(letter)
