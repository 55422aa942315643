"""The hospital's queue on RabbitMQ."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiormq.abc import DeliveredMessage

from adapters.rabbitmq.connection import scratch_channel, short_connection
from adapters.rabbitmq.declaration import declare_all
from adapters.rabbitmq.errors import BrokerError, Forbidden
from adapters.rabbitmq.intake import Intake
from adapters.rabbitmq.letter_reading import DeliveredLetter
from adapters.rabbitmq.topology import Topology
from application.ports.hospital_queue import HospitalQueue, HospitalQueueUnavailable, ReceivedLetter
from application.ports.message_source import MessageGone

# Two batches: one is being kept while the next arrives.
_PREFETCH = 512
# What is ready arrives in milliseconds; after so long the broker is asked whether there is anything.
_QUIET_S = 0.5


class RabbitMqHospitalQueue(HospitalQueue):
    """Connects each time it is entered; queues that are missing are made as the worker makes them."""

    def __init__(self, *, url: str, topology: Topology) -> None:
        self._url = url
        self._topology = topology
        self._arrived: deque[DeliveredLetter] = deque()
        self._changed = asyncio.Event()
        self._intake: Intake | None = None
        self._watch: asyncio.Task[None] | None = None
        self._lost: BrokerError | None = None

    async def __aenter__(self) -> Self:
        self._lost = None
        self._arrived.clear()
        try:
            await declare_all(self._url, self._topology)
            self._intake = await Intake.open(
                url=self._url, queue=self._topology.hospital_queue, prefetch=_PREFETCH, on_delivery=self._accept
            )
        except BrokerError as error:
            raise HospitalQueueUnavailable(error.cause) from error
        self._watch = asyncio.create_task(self._notice_end(self._intake))
        await self._intake.consume()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._intake is not None:
            await self._intake.close()

    async def receive(self, *, limit: int, wait: bool) -> Sequence[ReceivedLetter]:
        while not self._arrived:
            await self._next_change(None if wait else _QUIET_S)
            if not (wait or self._arrived or await self._count_ready()):
                return []
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    async def acknowledge(self, letters: Sequence[ReceivedLetter]) -> None:
        try:
            for letter in letters:
                if not isinstance(letter, DeliveredLetter):
                    raise TypeError("this letter came from another queue")
                await letter.intake.ack(letter.delivery_tag)
        except MessageGone as gone:
            raise HospitalQueueUnavailable(gone.cause) from gone

    async def _next_change(self, patience_s: float | None) -> None:
        if self._lost is None:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._changed.wait()
        if self._lost is not None:
            raise HospitalQueueUnavailable(self._lost.cause) from self._lost

    async def _count_ready(self) -> int:
        queue = self._topology.hospital_queue
        try:
            async with short_connection(self._url, name="count") as connection, scratch_channel(connection) as channel:
                return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0
        except Forbidden:
            # Since RabbitMQ 4.3 even looking needs the configure permission: that nothing arrives must do.
            return 0
        except BrokerError as error:
            raise HospitalQueueUnavailable(error.cause) from error

    async def _notice_end(self, intake: Intake) -> None:
        self._lost = await intake.ended()
        self._changed.set()

    def _accept(self, intake: Intake, delivered: DeliveredMessage) -> None:
        self._arrived.append(DeliveredLetter.read(delivered, intake))
        self._changed.set()
