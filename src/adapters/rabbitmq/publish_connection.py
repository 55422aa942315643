"""A connection that only publishes: mandatory, persistent, confirmed."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self, cast

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.channel import Channel
from pamqp.commands import Basic

from adapters.rabbitmq.connection import close_connection, is_blocked, open_connection, scratch_channel
from adapters.rabbitmq.errors import BROKER_CALL_S, BrokerError, BrokerTimeout, broker_call, translated

OnWritten = Callable[[], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a message goes, and how to make that place if it is missing."""

    exchange: str
    routing_key: str
    declare: Callable[[], Awaitable[None]]


class PublishConnection:
    """One connection with one channel in confirm mode; of no use once either is closed."""

    def __init__(self, connection: AbstractConnection, channel: Channel) -> None:
        self._connection = connection
        self._channel = channel

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect; raises BrokerError."""
        connection = await open_connection(url, name="publish")
        try:
            async with broker_call():
                opened = await connection.channel(publisher_confirms=True, on_return_raises=True)
                # The abstract one has no `lock`.
                return cls(connection, cast("Channel", await opened.get_underlay_channel()))
        except BaseException:
            await close_connection(connection)
            raise

    async def close(self) -> None:
        """Close; what waits for its confirm fails."""
        await close_connection(self._connection)

    @property
    def is_open(self) -> bool:
        return not (self._channel.is_closed or self._connection.is_closed)

    async def is_blocked(self) -> bool:
        """Whether an alarm of the broker stops it from reading what we publish."""
        return self.is_open and await is_blocked(self._connection)

    async def count_ready(self, queue: str) -> int:
        """Count the messages of a queue that wait for a consumer. Raises BrokerError."""
        async with scratch_channel(self._connection) as channel:
            declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def publish(self, message: aio_pika.Message, to: Destination, *, on_written: OnWritten = None) -> None:
        """Publish, call `on_written` when it is in the socket, and wait until the broker has it.

        The deadline does not run during an alarm: what is written then is stored when it is over, and a second copy
        would be a second mail under way. Raises BrokerError; Missing where no queue takes it.
        """
        # Two in flight with one id: aiormq takes the return of the one for the other's, and an unroutable message
        # counts as confirmed (run on a real broker).
        message.message_id = uuid.uuid4().hex
        publishing = asyncio.create_task(self._publish(message, to, on_written))
        try:
            was_blocked = True
            while was_blocked and not publishing.done():
                was_blocked = await self.is_blocked()
                await asyncio.wait({publishing}, timeout=BROKER_CALL_S)
                was_blocked = was_blocked or await self.is_blocked()
            if not publishing.done():
                raise BrokerTimeout(BROKER_CALL_S)
            await publishing
        finally:
            publishing.cancel()

    async def _publish(self, message: aio_pika.Message, to: Destination, on_written: OnWritten) -> None:
        async with translated():
            confirming = self._channel.basic_publish(
                message.body,
                exchange=to.exchange,
                routing_key=to.routing_key,
                properties=message.properties,
                mandatory=True,
            )
            if on_written is None:
                confirmation = await confirming
            else:
                confirmation, _ = await asyncio.gather(confirming, self._once_written(on_written))
        if not isinstance(confirmation, Basic.Ack):
            raise BrokerError("the broker did not confirm the message")

    async def _once_written(self, call: Callable[[], None]) -> None:
        # aiormq holds the channel's lock, which has a fair queue, until the frames of a message are written.
        async with self._channel.lock:
            pass
        call()
