"""A relay's connections between two mails."""

import asyncio

from adapters.smtp.connection import Connection
from application.ports.clock import Clock

# Submission servers end an idle session after 5 min at the latest (RFC 5321 4.5.3.2.7), some cloud relays and
# NAT boxes after a minute. Ours goes first.
MAX_IDLE_S = 30.0
# Relays that limit the mails of a session start at 100 (Postfix: smtpd_junk_command_limit, Exim:
# smtp_accept_max_per_connection is 1000). A new handshake every 100 mails costs nothing that shows.
MAX_MAILS = 100
# Behind a name with several addresses, load moves to a new or recovered host within this time.
MAX_AGE_S = 300.0


class IdleConnections:
    """Last in, first out, so that in quiet times few stay in use and the others leave, by themselves and in time."""

    def __init__(self, *, max_idle: int, clock: Clock) -> None:
        self._max_idle = max_idle
        self._clock = clock
        # Each with the time at which it has to leave.
        self._idle: list[tuple[float, Connection]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.Task[None] | None = None

    def take(self) -> Connection | None:
        """Take the connection that was used last, if one is fit for another mail."""
        while self._idle:
            leave_at_s, connection = self._idle.pop()
            if connection.stream.is_usable and self._clock.monotonic_s() < leave_at_s:
                return connection
            self._part_with(connection)
        return None

    def give_back(self, connection: Connection) -> None:
        """Keep the connection for the next mail, or part with it."""
        now_s = self._clock.monotonic_s()
        leave_at_s = min(now_s + MAX_IDLE_S, connection.opened_at_s + MAX_AGE_S)
        is_fit = connection.stream.is_usable and connection.mails < MAX_MAILS and now_s < leave_at_s
        if not is_fit or len(self._idle) >= self._max_idle:
            self._part_with(connection)
            return
        self._idle.append((leave_at_s, connection))
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())

    def part_with_all(self) -> None:
        """Part with all of them."""
        while self._idle:
            self._part_with(self._idle.pop()[1])

    async def close(self) -> None:
        """Part with all of them and wait until they are gone."""
        if self._sweeping:
            self._sweeping.cancel()
            await asyncio.wait({self._sweeping})
        self.part_with_all()
        await asyncio.gather(*self._leaving)

    async def _sweep(self) -> None:
        # One task for all, and none for long where nothing is idle.
        while self._idle:
            next_s = min(leave_at_s for leave_at_s, _ in self._idle)
            await self._clock.sleep(next_s - self._clock.monotonic_s())
            now_s = self._clock.monotonic_s()
            due = [connection for leave_at_s, connection in self._idle if leave_at_s <= now_s]
            self._idle = [(leave_at_s, connection) for leave_at_s, connection in self._idle if leave_at_s > now_s]
            for connection in due:
                self._part_with(connection)

    def _part_with(self, connection: Connection) -> None:
        # In a task of its own: no mail waits for another connection's QUIT.
        task = asyncio.create_task(connection.leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
