"""A virtual host as producers and operators see it, with sources on it."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import PublishError

from adapters.clock.system_clock import SystemClock
from adapters.rabbitmq.message_source import RabbitMqMessageSource
from adapters.rabbitmq.topology import Topology
from application.failpoints import Reach, pass_by
from application.ports.clock import Clock
from tests.contracts.message_stage import Letter, Stage
from tests.doubles.observer import RecordingObserver
from tests.integration.brokers.broker import Broker

PREFETCH = 100


class RabbitMqStage(Stage):
    """Connects anew for each call, so that it outlives the broker's ends."""

    def __init__(self, broker: Broker, vhost: str) -> None:
        self.broker = broker
        self.vhost = vhost
        self.url = broker.address.url(vhost)
        self.clock = SystemClock()
        self.observer = RecordingObserver()

    def source(
        self,
        *,
        url: str = "",
        topology: Topology | None = None,
        prefetch: int = PREFETCH,
        clock: Clock | None = None,
        reach: Reach = pass_by,
        rung_rest_s: float = 0.0,
    ) -> RabbitMqMessageSource:
        """Make a source; its rungs are used at once, since these tests measure waits on fresh virtual hosts."""
        return RabbitMqMessageSource(
            url=url or self.url,
            topology=topology or Topology(),
            prefetch=prefetch,
            clock=clock or self.clock,
            observer=self.observer,
            reach=reach,
            rung_rest_s=rung_rest_s,
        )

    async def publish(self, body: bytes, *, message_id: str = "", **properties: Any) -> None:
        message = aio_pika.Message(body, message_id=message_id or None, delivery_mode=2, **properties)
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel(on_return_raises=True)
            try:
                await channel.default_exchange.publish(message, "email_queue")
            except PublishError:
                await channel.declare_queue("email_queue", durable=True)
                await channel.default_exchange.publish(message, "email_queue")

    async def unsettled(self) -> int:
        # An acknowledgement is a frame that the broker reads when it comes to it.
        await asyncio.sleep(0.2)
        return sum(row["messages_unacknowledged"] for row in await self.queues("messages_unacknowledged"))

    async def queues(self, *columns: str) -> list[dict[str, Any]]:
        """Describe the queues with live counts."""
        arguments = ("list_queues", "--vhost", self.vhost, "--formatter", "json", "name", *columns)
        rows: list[dict[str, Any]] = json.loads(await asyncio.to_thread(self.broker.ctl, *arguments))
        return rows

    async def version(self) -> tuple[int, int]:
        """Major and minor version of the broker."""
        major, minor, *_ = (await asyncio.to_thread(self.broker.ctl, "version")).strip().split(".")
        return int(major), int(minor)

    async def letters(self) -> Sequence[Letter]:
        return [
            Letter(
                body=message.body,
                key=str(message.headers["x-mail-key"]),
                reason=str(message.headers["x-mail-reason"]),
                attempts=int(str(message.headers["x-mail-attempts"])),
                failed_at=datetime.fromisoformat(str(message.headers["x-mail-failed-at"])),
                relay=str(message.headers["x-mail-relay"]),
                reply=str(message.headers["x-mail-reply"]),
            )
            for message in await self.take_all("email_failed_queue")
        ]

    async def move_letters_back(self) -> None:
        for letter in await self.take_all("email_failed_queue"):
            await self.publish(letter.body, headers=letter.headers)

    async def take_all(self, queue_name: str) -> list[AbstractIncomingMessage]:
        """Take every message that is ready off a queue."""
        taken = []
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(queue_name, ensure=False)
            while message := await queue.get(fail=False):
                await message.ack()
                taken.append(message)
        return taken

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
