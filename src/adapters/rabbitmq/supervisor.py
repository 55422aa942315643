"""Keeps messages coming: connects, consumes, notices every way to lose the broker, and begins again.

States, written here only:

    CONNECTING --consuming--> CONSUMING
    CONNECTING --connected while paused--> HOLDING
    CONNECTING --anything fails--> WAITING              0.5 s, 1 s, 2 s, ... 25 s, jittered
    CONNECTING --login or reading refused--> UNUSABLE   SourceUnusable is raised: the process must end
    CONSUMING --pause--> HOLDING                        no consumer on a live connection: in flight can be settled
    HOLDING --resume--> CONSUMING
    CONSUMING, HOLDING --connection or channel lost, or given up by `restart`--> WAITING   next try: a new connection
    CONSUMING --cancelled by the broker--> WAITING      next try: the same connection, so what is in flight stays ours
    WAITING --time over--> CONNECTING
    any --stop--> STOPPED                               messages in flight can still be settled
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

from adapters.rabbitmq.errors import BrokerError, Forbidden, LoginRefused
from adapters.rabbitmq.intake import Intake
from application.ports.clock import Clock
from application.ports.message_source import SourceUnusable
from application.ports.observer import Observer
from domain.worker_events import IntakeLost, IntakeStarted

_FIRST_PAUSE_S = 0.5
# Below 30 s with the time that a connect takes: an operator's patience after "the broker is back".
_LONGEST_PAUSE_S = 25.0


def pause_s(failures: int, *, jitter: float) -> float:
    """Seconds before the next try after so many failures in a row; `jitter` from [0, 1) spreads the upper half."""
    return min(_FIRST_PAUSE_S * 2.0 ** min(failures - 1, 10), _LONGEST_PAUSE_S) * (0.5 + jitter / 2)


class IntakeSupervisor:
    """Runs until it is stopped, or until consuming is impossible."""

    def __init__(
        self,
        *,
        declare: Callable[[], Awaitable[None]],
        open_intake: Callable[[], Awaitable[Intake]],
        queue: str,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._declare = declare
        self._open_intake = open_intake
        self._queue = queue
        self._clock = clock
        self._observer = observer
        self._intake: Intake | None = None
        self._is_paused = False
        self._adjusting = asyncio.Lock()
        self._failures = 0
        self._is_start_due = True
        self._lost_s: float | None = None

    async def run(self) -> None:
        """Consume for ever; raises SourceUnusable."""
        while True:
            try:
                error = await self._consume_until_lost()
            except BrokerError as failed:
                error = failed
            if isinstance(error, (LoginRefused, Forbidden)):
                raise SourceUnusable(error.cause) from error
            self._failures += 1
            delay_s = pause_s(self._failures, jitter=random.random())  # noqa: S311  spreads load, guards nothing
            if self._lost_s is None:
                self._lost_s = self._clock.monotonic_s()
            self._is_start_due = True
            self._observer.notify(IntakeLost(cause=error.cause, retry_in_s=delay_s))
            if self._intake is not None and not self._intake.is_open:
                await self.close()
            await self._clock.sleep(delay_s)

    async def pause(self) -> None:
        """Have no consumer from now on, over reconnects, too."""
        self._is_paused = True
        await self._adjust()

    async def resume(self) -> None:
        """Have a consumer again."""
        self._is_paused = False
        await self._adjust()

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Take no more messages; `running` is the task that runs `run`."""
        running.cancel()
        with suppress(asyncio.CancelledError, SourceUnusable):
            await running
        await self.pause()

    async def close(self) -> None:
        """End the connection; what is not settled goes back to the queue."""
        if self._intake is not None:
            intake, self._intake = self._intake, None
            await intake.close()

    def restart(self, cause: str) -> None:
        """Give the connection up for a new one."""
        if self._intake is not None:
            self._intake.give_up(BrokerError(cause))

    @property
    def is_able(self) -> bool:
        """Whether messages can arrive, or could but for a pause."""
        return self._intake is not None and (self._intake.is_open if self._is_paused else self._intake.is_consuming)

    @property
    def has_room(self) -> bool:
        """Whether the broker has reason to send a message that waits."""
        return self._intake is not None and self._intake.has_room

    @property
    def unacked(self) -> int:
        """How many deliveries of the connection that there is are not settled."""
        return self._intake.unacked if self._intake is not None and self._intake.is_open else 0

    async def _consume_until_lost(self) -> BrokerError:
        await self._declare()
        if self._intake is None:
            self._intake = await self._open_intake()
        began_s = self._clock.monotonic_s()
        await self._adjust()
        error = await self._intake.ended()
        # Not at the start: a broker that lets go of us again and again is not to be asked twice a second.
        if self._clock.monotonic_s() - began_s > _LONGEST_PAUSE_S:
            self._failures = 0
        return error

    async def _adjust(self) -> None:
        """Consume or not, as it should be by now: whoever comes last sees to it."""
        async with self._adjusting:
            if self._intake is None:
                return
            if self._is_paused:
                await self._intake.cancel()
                return
            await self._intake.consume()
            if self._is_start_due and self._intake.is_consuming:
                self._note_start()

    def _note_start(self) -> None:
        down_s = 0.0 if self._lost_s is None else self._clock.monotonic_s() - self._lost_s
        self._is_start_due, self._lost_s = False, None
        self._observer.notify(IntakeStarted(queue=self._queue, down_s=down_s))
