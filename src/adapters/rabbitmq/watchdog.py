"""Notices an intake that looks alive and gets nothing although messages wait: nothing else would ever end that.

States, written here only; a look every 10 s compares what arrived with what is ready in the queue:

    CALM --nothing arrived, messages ready, slots free--> SUSPICIOUS
    SUSPICIOUS --the same again--> CALM      and the connection is given up for a new one
    SUSPICIOUS --anything else--> CALM
    CALM --the fourth time that the connection would be given up in a row--> STUCK   SourceStuck is raised

Only an arrival or an empty queue ends the row. What cannot be asked (an alarm, a lost connection, a pause) proves
nothing. A standby consumer of a queue with `x-single-active-consumer` is taken for stuck while the active one has
more than it can take: such a queue is not for several workers.
"""

from collections.abc import Awaitable, Callable

from adapters.rabbitmq.errors import BrokerError, Forbidden
from application.ports.clock import Clock
from application.ports.message_source import SourceStuck

_LOOK_S = 10.0
_LOOKS = 2
_RESTARTS = 3
_CAUSE = "messages wait in the queue, and none arrives"


class IntakeWatchdog:
    """`received` counts messages from the start; `count_ready` asks the broker and raises BrokerError."""

    def __init__(
        self,
        *,
        received: Callable[[], int],
        has_room: Callable[[], bool],
        count_ready: Callable[[], Awaitable[int]],
        restart: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._received = received
        self._has_room = has_room
        self._count_ready = count_ready
        self._restart = restart
        self._clock = clock
        self._suspicions = 0
        self._restarts = 0

    async def run(self) -> None:
        """Watch until cancelled, or until the broker forbids looking. Raises SourceStuck."""
        while True:
            received = self._received()
            await self._clock.sleep(_LOOK_S)
            try:
                waiting = await self._waiting_in_vain(received)
            except Forbidden:
                return
            except BrokerError:
                waiting = None
            self._judge(waiting)

    async def _waiting_in_vain(self, received: int) -> bool | None:
        """Whether messages wait that should have arrived; None where it cannot be told."""
        if self._received() != received:
            return False
        if not self._has_room():
            return None
        if await self._count_ready() == 0 or self._received() != received:
            return False
        return True if self._has_room() else None

    def _judge(self, waiting: bool | None) -> None:
        if waiting is False:
            self._restarts = 0
        self._suspicions = self._suspicions + 1 if waiting else 0
        if self._suspicions < _LOOKS:
            return
        if self._restarts == _RESTARTS:
            raise SourceStuck(f"{_CAUSE}; {_RESTARTS} new connections did not help")
        self._suspicions = 0
        self._restarts += 1
        self._restart(_CAUSE)
