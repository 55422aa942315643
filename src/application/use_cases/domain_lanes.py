"""Keeps the mails for one recipient domain from taking every slot while that domain is slow.

States of a domain's lane, written here only:

    MOVING --a mail waited in vain for a place--> STALLED      further mails wait in the broker, and hold no slot
    STALLED --a mail leaves its place--> MOVING                 a mail that finds none free waits for one, for a moment
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

# A lane that moves frees a place sooner, and a popular domain must not send its mails round by the broker.
_PATIENCE_S = 2.0


@dataclass(slots=True)
class _Lane:
    places: asyncio.Semaphore
    mails: int = 0
    is_stalled: bool = False


class DomainLanes:
    """At most `width` mails for one domain are under way in this worker; None: as many as there are."""

    def __init__(self, *, width: int | None, patience_s: float = _PATIENCE_S) -> None:
        self._width = width
        self._patience_s = patience_s
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def enter(self, recipient: str) -> AsyncIterator[bool]:
        """Yield whether a mail to this address may be sent now; while it is, it takes a place."""
        if self._width is None:
            yield True
            return
        domain = recipient.rpartition("@")[2].strip().lower()
        lane = self._lanes.setdefault(domain, _Lane(asyncio.Semaphore(self._width)))
        lane.mails += 1
        try:
            if not await self._take_place(lane):
                yield False
                return
            try:
                yield True
            finally:
                lane.places.release()
                lane.is_stalled = False
        finally:
            lane.mails -= 1
            if not lane.mails:
                del self._lanes[domain]

    async def _take_place(self, lane: _Lane) -> bool:
        if lane.is_stalled and lane.places.locked():
            return False
        try:
            async with asyncio.timeout(self._patience_s):
                await lane.places.acquire()
        except TimeoutError:
            lane.is_stalled = True
            return False
        return True
