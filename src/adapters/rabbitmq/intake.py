"""One connection that consumes, from its opening to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

from aio_pika.abc import AbstractConnection
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic

from adapters.rabbitmq.connection import close_connection, open_connection
from adapters.rabbitmq.errors import BrokerError, broker_call, translate
from application.ports.message_source import MessageGone

OnDelivery = Callable[["Intake", DeliveredMessage], None]


class Intake:
    """One consuming channel; the deliveries of a channel can be settled on this channel only.

    Deliveries come from aiormq's channel: aio-pika's `consume` starts three tasks for each, and a cancellation by
    the broker is told by aiormq only. Closing a channel cancels the tasks that run its callbacks, so `on_delivery`
    is a plain function that keeps the delivery and returns. A call that fails ends the intake: written or not, nobody
    knows, and a second acknowledgement of one delivery would close the channel over a precondition.
    """

    def __init__(
        self,
        *,
        connection: AbstractConnection,
        channel: AbstractChannel,
        queue: str,
        prefetch: int,
        on_delivery: OnDelivery,
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._queue = queue
        self._prefetch = prefetch
        self._on_delivery = on_delivery
        self._consumer_tag: str | None = None
        self.unacked = 0
        self._is_given_up = False
        self._ended: asyncio.Future[BrokerError] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, *, url: str, queue: str, prefetch: int, on_delivery: OnDelivery) -> Self:
        """Connect and open the channel; raises BrokerError."""
        connection = await open_connection(url, name="consume")
        try:
            async with broker_call():
                opened = await connection.channel(publisher_confirms=False)
                await opened.set_qos(prefetch_count=prefetch)
                channel = await opened.get_underlay_channel()
        except BaseException:
            await close_connection(connection)
            raise
        intake = cls(connection=connection, channel=channel, queue=queue, prefetch=prefetch, on_delivery=on_delivery)
        channel.closing.add_done_callback(intake._on_closing)
        channel.on_consumer_cancel_callbacks.add(intake._on_cancel)
        return intake

    async def close(self) -> None:
        """Close the connection; what is not settled goes back to the queue."""
        await close_connection(self._connection)

    @property
    def is_open(self) -> bool:
        return not (self._is_given_up or self._channel.is_closed)

    @property
    def is_consuming(self) -> bool:
        return self._consumer_tag is not None and self.is_open

    @property
    def has_room(self) -> bool:
        """Whether the broker may send more."""
        return self.is_consuming and self.unacked < self._prefetch

    async def consume(self) -> None:
        """Ask for messages, unless that is so already; a failure is what `ended` tells."""
        if not self.is_consuming and self.is_open:
            with suppress(BrokerError):
                async with self._call():
                    begun = await self._channel.basic_consume(self._queue, self._deliver)
                    self._consumer_tag = begun.consumer_tag

    async def cancel(self) -> None:
        """Ask for no more messages; those received can still be settled."""
        if self.is_consuming and self._consumer_tag is not None:
            with suppress(BrokerError):
                async with self._call():
                    await self._channel.basic_cancel(self._consumer_tag)
        self._consumer_tag = None

    async def ended(self) -> BrokerError:
        """Wait until consuming ends against our will and say why; it may begin again if the intake is still open."""
        error = await asyncio.shield(self._ended)
        if self.is_open:
            self._ended = asyncio.get_running_loop().create_future()
        return error

    def give_up(self, error: BrokerError) -> None:
        """Declare the connection dead, whatever it looks like."""
        self._is_given_up = True
        self._end(error)

    async def ack(self, delivery_tag: int) -> None:
        """Write an acknowledgement to the socket; raises MessageGone."""
        async with self._settling():
            await self._channel.basic_ack(delivery_tag)

    async def requeue(self, delivery_tag: int) -> None:
        """Return a message to its queue; raises MessageGone."""
        async with self._settling():
            await self._channel.basic_nack(delivery_tag, requeue=True)

    def require_open(self) -> None:
        """Raise MessageGone if nothing can be settled here any more."""
        if not self.is_open:
            raise MessageGone("the channel of this delivery is closed")

    @asynccontextmanager
    async def _settling(self) -> AsyncIterator[None]:
        self.require_open()
        try:
            async with self._call():
                yield
        except BrokerError as error:
            raise MessageGone(error.cause) from error
        self.unacked -= 1

    @asynccontextmanager
    async def _call(self) -> AsyncIterator[None]:
        try:
            async with broker_call():
                yield
        except BrokerError as error:
            self.give_up(error)
            raise

    async def _deliver(self, delivered: DeliveredMessage) -> None:
        self.unacked += 1
        self._on_delivery(self, delivered)

    def _on_cancel(self, _: Basic.Cancel) -> None:
        self._consumer_tag = None
        self._end(BrokerError("the broker has cancelled the consumer: the queue was deleted or has moved"))

    def _on_closing(self, closing: asyncio.Future[None]) -> None:
        self._end(translate(None if closing.cancelled() else closing.exception()))

    def _end(self, error: BrokerError) -> None:
        if not self._ended.done():
            self._ended.set_result(error)
