"""What the broker has delivered, until the application takes it, and how much it holds.

States of a delivery, written here only:

    ARRIVED --before its due time--> WAITING ON   a copy that waits on, by `wait_on`; the application sees neither
    ARRIVED --due, or a producer's--> BUFFERED
    ARRIVED, BUFFERED --intake shut--> RETURNED
    BUFFERED --a slot is free--> TAKEN            the slot is its own until `release`
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiormq.abc import DeliveredMessage

from adapters.rabbitmq.delivery import RabbitMqMessage
from adapters.rabbitmq.errors import BROKER_CALL_S
from adapters.rabbitmq.headers import MailHeaders, read_headers
from adapters.rabbitmq.intake import Intake
from application.ports.clock import Clock
from application.ports.message_source import MessageGone, SettlementRefused

# A copy that the broker does not take on its way down the ladder is tried again after so long.
_FORWARD_PAUSE_S = 1.0
WaitOn = Callable[[RabbitMqMessage, MailHeaders, datetime], Awaitable[None]]


class Arrivals:
    """Yields to the application; `slots` messages at most are taken and not released.

    The broker's own limit is not enough: it counts for one consumer, and a pause or a reconnect begins another while
    mails of the one before are still under way.
    """

    def __init__(self, *, slots: int, clock: Clock, wait_on: WaitOn) -> None:
        self._slots = slots
        self._clock = clock
        self._wait_on = wait_on
        self.received = 0
        self._buffer: deque[RabbitMqMessage] = deque()
        self._taken: set[tuple[Intake, int]] = set()
        self._is_shut = False
        self._has_ended = False
        self._failure: BaseException | None = None
        self._changed = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()

    def accept(self, intake: Intake, delivered: DeliveredMessage) -> None:
        """Take a delivery over; returns at once."""
        self.received += 1
        now = self._clock.now()
        read = read_headers(delivered.header.properties.headers or {}, now=now)
        message = RabbitMqMessage.read(delivered, intake, read)
        if self._is_shut:
            self._in_background(_return(message))
        elif read.due is not None and read.due > now:
            self._in_background(self._send_on(message, read, read.due))
        else:
            self._buffer_up(message)

    async def take(self) -> RabbitMqMessage | None:
        """Wait for the next message and give it a slot; None at the end. Raises what ended the source."""
        while True:
            if self._failure is not None:
                raise self._failure
            while self._buffer and len(self._taken) < self._slots:
                message = self._buffer.popleft()
                # The broker has taken back what was buffered when its channel closed.
                if message.intake.is_open:
                    self._taken.add((message.intake, message.delivery_tag))
                    return message
            if self._has_ended:
                return None
            self._changed.clear()
            await self._changed.wait()

    def release(self, message: RabbitMqMessage) -> None:
        """Give the slot of a message free: it is settled, or the broker has taken it back."""
        self._taken.discard((message.intake, message.delivery_tag))
        self._changed.set()

    def shut(self) -> None:
        """Return whatever arrives from now on."""
        self._is_shut = True

    def open(self) -> None:
        """Keep what arrives."""
        self._is_shut = False

    async def return_buffered(self) -> None:
        """Hand back what nobody has taken."""
        while self._buffer:
            await _return(self._buffer.popleft())

    def end(self) -> None:
        """Let `take` say that nothing more comes."""
        self._has_ended = True
        self._changed.set()

    def watch(self, task: asyncio.Task[None]) -> None:
        """Let `take` raise what ends a task of ours: nothing may stop without a word."""
        task.add_done_callback(self._on_done)

    async def close(self) -> None:
        """Let background work end, within a broker call's deadline."""
        if self._background:
            await asyncio.wait(self._background, timeout=BROKER_CALL_S)
        for task in self._background:
            task.cancel()

    async def _send_on(self, message: RabbitMqMessage, read: MailHeaders, due: datetime) -> None:
        while due > self._clock.now():
            if self._is_shut:
                return await _return(message)
            try:
                return await self._wait_on(message, read, due)
            except MessageGone:
                return None
            except SettlementRefused:
                await self._clock.sleep(_FORWARD_PAUSE_S)
        return self._buffer_up(message)

    def _buffer_up(self, message: RabbitMqMessage) -> None:
        self._buffer.append(message)
        self._changed.set()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        self.watch(task)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            self._changed.set()


async def _return(message: RabbitMqMessage) -> None:
    with suppress(MessageGone):
        await message.intake.requeue(message.delivery_tag)
