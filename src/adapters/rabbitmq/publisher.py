"""Publishes over whatever connection there is, replaces one that fails, and declares destinations that are missing.

States of the connection, written here only:

    NONE --a message to publish--> OPEN
    OPEN --no confirm in time, without an alarm--> NONE   the outcome is unknown; a new connection asks again
    OPEN --closed by the broker or the network--> NONE
    OPEN --an alarm of the broker--> BLOCKED              publishing fails at once; what was written waits, unharmed
    BLOCKED --the alarm is over--> OPEN
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial

import aio_pika

from adapters.rabbitmq.errors import BROKER_CALL_S, BrokerError, BrokerTimeout, Missing, broker_call
from adapters.rabbitmq.publish_connection import Destination, OnWritten, PublishConnection

# aiormq tells nobody that the broker has blocked a connection, so that we have to ask; it costs no I/O.
_ASK_S = 0.5
# More than any task may have. While such a copy moves it is there some three times, and takes the line for itself.
_LARGE_BYTES = 1_000_000
_BLOCKED = "an alarm of the broker (memory or disk) stops it from taking messages"


class Publisher:
    """Any number of publishes at a time; `on_blocked` hears of the beginning and the end of an alarm."""

    def __init__(self, *, url: str, on_blocked: Callable[[bool], None]) -> None:
        self._url = url
        self._on_blocked = on_blocked
        self._opening = asyncio.Lock()
        self._declaring = asyncio.Lock()
        self._large = asyncio.Lock()
        self._connection: PublishConnection | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_blocked = False
        self._closing: set[asyncio.Task[None]] = set()

    async def publish(self, message: aio_pika.Message, to: Destination, *, on_written: OnWritten = None) -> None:
        """Publish and wait until the broker has it; raises BrokerError, within a few deadlines of a broker call.

        A large message waits for those before it, and its deadlines begin then.
        """
        async with self._large if len(message.body) > _LARGE_BYTES else nullcontext():
            await self._publish_somewhere(message, to, on_written)

    async def _publish_somewhere(self, message: aio_pika.Message, to: Destination, on_written: OnWritten) -> None:
        publish = partial(self._publish, message, to, on_written)
        try:
            await publish()
        except Missing:
            async with _turn(self._declaring):
                try:
                    # Whoever had the turn before may have declared it.
                    await publish()
                except Missing:
                    await to.declare()
                    await publish()

    async def count_ready(self, queue: str) -> int:
        """Count the messages of a queue that wait for a consumer; raises BrokerError."""
        async with self._usable() as connection:
            return await connection.count_ready(queue)

    async def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._discard(self._connection)
        if self._closing:
            await asyncio.wait(self._closing, timeout=BROKER_CALL_S)

    async def _publish(self, message: aio_pika.Message, to: Destination, on_written: OnWritten) -> None:
        async with self._usable() as connection:
            await connection.publish(message, to, on_written=on_written)

    @asynccontextmanager
    async def _usable(self) -> AsyncIterator[PublishConnection]:
        async with _turn(self._opening):
            connection = await self._current()
        if await self._ask(connection):
            raise BrokerError(_BLOCKED)
        try:
            yield connection
        except BrokerTimeout:
            if not await self._ask(connection):
                self._discard(connection)
            raise

    async def _current(self) -> PublishConnection:
        if self._connection is not None and not self._connection.is_open:
            self._discard(self._connection)
        if self._connection is None:
            self._connection = await PublishConnection.open(self._url)
            self._watch = asyncio.create_task(self._watch_alarms(self._connection))
        return self._connection

    def _discard(self, connection: PublishConnection) -> None:
        if connection is not self._connection:
            return
        self._connection = None
        if self._watch is not None:
            self._watch.cancel()
        self._set_blocked(False)
        # In the background: a frozen connection takes seconds to close, and the message wants a new one now.
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _watch_alarms(self, connection: PublishConnection) -> None:
        while connection.is_open:
            await self._ask(connection)
            await asyncio.sleep(_ASK_S)

    async def _ask(self, connection: PublishConnection) -> bool:
        is_blocked = await connection.is_blocked()
        if connection is self._connection:
            self._set_blocked(is_blocked)
        return is_blocked

    def _set_blocked(self, is_blocked: bool) -> None:
        if is_blocked is not self._is_blocked:
            self._is_blocked = is_blocked
            self._on_blocked(is_blocked)


@asynccontextmanager
async def _turn(lock: asyncio.Lock) -> AsyncIterator[None]:
    # Waiting for a turn has a deadline, too, or the last in a row would wait for everybody's before its own.
    async with broker_call():
        await lock.acquire()
    try:
        yield
    finally:
        lock.release()
