"""RabbitMQ's side of the queue of tasks: consumes on one connection, publishes copies on another.

Two, since an alarm of the broker (memory, disk) stops it from reading a connection that publishes, acks included.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

import aio_pika

from adapters.rabbitmq.arrivals import Arrivals
from adapters.rabbitmq.copies import copy_of
from adapters.rabbitmq.declaration import declare_all
from adapters.rabbitmq.delivery import RabbitMqMessage
from adapters.rabbitmq.errors import BrokerError, BrokerTimeout, Rejected
from adapters.rabbitmq.headers import MailHeaders, letter_headers, waiting_headers
from adapters.rabbitmq.intake import Intake
from adapters.rabbitmq.publish_connection import Destination, OnWritten
from adapters.rabbitmq.publisher import Publisher
from adapters.rabbitmq.queue_counts import QueueCounts
from adapters.rabbitmq.reporting_declaration import ReportingDeclaration
from adapters.rabbitmq.retry_rungs import REST_S, RetryRungs
from adapters.rabbitmq.supervisor import IntakeSupervisor
from adapters.rabbitmq.topology import Topology
from adapters.rabbitmq.watchdog import IntakeWatchdog
from application.failpoints import Failpoint, Reach, pass_by
from application.ports.clock import Clock
from application.ports.message_source import (
    HospitalLetter,
    Message,
    MessageGone,
    MessageSource,
    SettlementRefused,
)
from application.ports.observer import Observer
from application.trace_headers import TraceHeaders, no_trace
from domain.worker_events import BrokerBlocked, BrokerUnblocked


class RabbitMqMessageSource(MessageSource):
    """The queue of tasks on RabbitMQ; `prefetch` messages at most are yielded and unsettled."""

    def __init__(
        self,
        *,
        url: str,
        topology: Topology,
        prefetch: int,
        clock: Clock,
        observer: Observer,
        reach: Reach = pass_by,
        trace_headers: TraceHeaders = no_trace,
        rung_rest_s: float = REST_S,
    ) -> None:
        self._url = url
        self._topology = topology
        self._rungs = RetryRungs(url=url, topology=topology, clock=clock, rest_s=rung_rest_s)
        self._observer = observer
        self._reach = reach
        self._trace_headers = trace_headers
        self._publisher = Publisher(url=url, on_blocked=self._on_blocked)
        self._arrivals = Arrivals(slots=prefetch, clock=clock, wait_on=self._wait_on)
        self._supervisor = IntakeSupervisor(
            declare=ReportingDeclaration(url=url, topology=topology, observer=observer),
            open_intake=partial(
                Intake.open, url=url, queue=topology.queue, prefetch=prefetch, on_delivery=self._arrivals.accept
            ),
            queue=topology.queue,
            clock=clock,
            observer=observer,
        )
        self._watchdog = IntakeWatchdog(
            received=lambda: self._arrivals.received,
            has_room=lambda: self._supervisor.has_room,
            count_ready=partial(self._publisher.count_ready, topology.queue),
            restart=self._supervisor.restart,
            clock=clock,
        )
        self._counts = QueueCounts(url=url, queues={"tasks": topology.queue, "letters": topology.hospital_queue})
        self._supervision: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._is_stopping = False

    async def __aenter__(self) -> Self:
        self._supervision = asyncio.create_task(self._supervisor.run())
        self._watch = asyncio.create_task(self._watchdog.run())
        for task in (self._supervision, self._watch):
            self._arrivals.watch(task)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_intake()
        await self._arrivals.close()
        await self._supervisor.close()
        await self._publisher.close()
        await self._counts.close()

    async def messages(self) -> AsyncIterator[Message]:
        while (message := await self._arrivals.take()) is not None:
            yield message

    async def pause_intake(self) -> None:
        self._arrivals.shut()
        await self._supervisor.pause()
        await self._arrivals.return_buffered()

    async def resume_intake(self) -> None:
        if not self._is_stopping:
            self._arrivals.open()
            await self._supervisor.resume()

    async def stop_intake(self) -> None:
        if self._is_stopping or self._supervision is None or self._watch is None:
            return
        self._is_stopping = True
        self._arrivals.shut()
        self._watch.cancel()
        await self._supervisor.stop(self._supervision)
        await self._arrivals.return_buffered()
        self._arrivals.end()

    async def ack(self, message: Message) -> None:
        async with self._settling(message) as mine:
            await mine.intake.ack(mine.delivery_tag)

    async def postpone(self, message: Message, *, key: str, attempts: int, due: datetime) -> None:
        async with self._settling(message) as mine:
            await self._wait_on(mine, MailHeaders(key=key, attempts=attempts), due)

    async def hospitalise(self, message: Message, letter: HospitalLetter) -> None:
        hospital = Destination(
            exchange=self._topology.hospital_exchange,
            routing_key=self._topology.hospital_key,
            declare=partial(declare_all, self._url, self._topology),
        )
        async with self._settling(message) as mine:
            headers = letter_headers(mine.properties.headers or {}, letter, trace=self._trace_headers())
            copy = copy_of(mine.body, mine.properties, headers)
            await self._settle_by_copy(mine, copy, hospital, confirmed=Failpoint.AFTER_HOSPITAL_CONFIRM)

    async def hand_back(self, message: Message) -> None:
        async with self._settling(message) as mine:
            await mine.intake.requeue(mine.delivery_tag)

    @property
    def unacked(self) -> int:
        return self._supervisor.unacked

    async def count_queued(self) -> Mapping[str, int]:
        return await self._counts()

    @property
    def is_consuming(self) -> bool:
        return not self._is_stopping and self._supervisor.is_able

    @asynccontextmanager
    async def _settling(self, message: Message) -> AsyncIterator[RabbitMqMessage]:
        if not isinstance(message, RabbitMqMessage):
            raise TypeError("this message came from another source")
        try:
            yield message
        except MessageGone:
            self._arrivals.release(message)
            raise
        self._arrivals.release(message)

    async def _wait_on(self, message: RabbitMqMessage, mail: MailHeaders, due: datetime) -> None:
        with _refusal_of(message):
            rung = await self._rungs.for_due(due)
        headers = waiting_headers(
            message.properties.headers or {},
            key=mail.key,
            attempts=mail.attempts,
            due=due,
            rung_ms=rung.ttl_ms,
            trace=self._trace_headers(),
        )
        try:
            await self._settle_by_copy(
                message,
                copy_of(message.body, message.properties, headers),
                Destination(exchange="", routing_key=self._rungs.name_of(rung), declare=self._rungs.remake),
                written=partial(self._reach, Failpoint.AFTER_RETRY_PUBLISH),
                confirmed=Failpoint.AFTER_RETRY_CONFIRM,
            )
        except SettlementRefused as refused:
            if await self._is_the_rungs_fault(refused.__cause__):
                self._rungs.go_round(rung)
            raise

    async def _is_the_rungs_fault(self, cause: BaseException | None) -> bool:
        """Whether it is one queue that is broken, and not the broker."""
        if not isinstance(cause, BrokerTimeout):
            return isinstance(cause, Rejected)
        try:
            await self._publisher.count_ready(self._topology.queue)
        except BrokerError:
            return False
        return True

    async def _settle_by_copy(
        self,
        message: RabbitMqMessage,
        copy: aio_pika.Message,
        to: Destination,
        *,
        confirmed: Failpoint,
        written: OnWritten = None,
    ) -> None:
        message.intake.require_open()
        with _refusal_of(message):
            await self._publisher.publish(copy, to, on_written=written)
        self._reach(confirmed)
        await message.intake.ack(message.delivery_tag)

    def _on_blocked(self, is_blocked: bool) -> None:
        self._observer.notify(BrokerBlocked(cause="memory or disk alarm") if is_blocked else BrokerUnblocked())


@contextmanager
def _refusal_of(message: RabbitMqMessage) -> Iterator[None]:
    """Tell a failure as a refusal, unless the message is gone anyway."""
    try:
        yield
    except BrokerError as error:
        message.intake.require_open()
        raise SettlementRefused(error.cause) from error
