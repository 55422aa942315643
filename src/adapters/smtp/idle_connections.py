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
    """Last in, first out, so that in quiet times few stay in use and the others leave."""

    def __init__(self, *, max_idle: int, clock: Clock) -> None:
        self._max_idle = max_idle
        self._clock = clock
        self._idle: list[tuple[float, Connection]] = []
        self._leaving: set[asyncio.Task[None]] = set()

    def take(self) -> Connection | None:
        """Take the connection that was used last, if one is fit for another mail."""
        now_s = self._clock.monotonic_s()
        while self._idle and now_s - self._idle[0][0] > MAX_IDLE_S:
            self._part_with(self._idle.pop(0)[1])
        while self._idle:
            connection = self._idle.pop()[1]
            if self._is_fit(connection, now_s):
                return connection
            self._part_with(connection)
        return None

    def give_back(self, connection: Connection) -> None:
        """Keep the connection for the next mail, or part with it."""
        now_s = self._clock.monotonic_s()
        if len(self._idle) < self._max_idle and self._is_fit(connection, now_s):
            self._idle.append((now_s, connection))
        else:
            self._part_with(connection)

    def part_with_all(self) -> None:
        """Part with all of them."""
        while self._idle:
            self._part_with(self._idle.pop()[1])

    async def close(self) -> None:
        """Part with all of them and wait until they are gone."""
        self.part_with_all()
        await asyncio.gather(*self._leaving)

    def _is_fit(self, connection: Connection, now_s: float) -> bool:
        return (
            connection.stream.is_usable and connection.mails < MAX_MAILS and now_s - connection.opened_at_s < MAX_AGE_S
        )

    def _part_with(self, connection: Connection) -> None:
        # In a task of its own: no mail waits for another connection's QUIT.
        task = asyncio.get_running_loop().create_task(connection.leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
