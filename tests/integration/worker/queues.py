"""The broker as producers and operators reach it, through plain aio-pika."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of a connection of its own."""
    connection = await aio_pika.connect(url)
    async with connection:
        yield await connection.channel()


async def publish(url: str, bodies: Sequence[bytes], **properties: Any) -> None:
    """Publish as the producer does, but persistent and confirmed, so that none is lost before it is ours."""
    async with channel_of(url) as channel:
        await channel.declare_queue("email_queue", durable=True, passive=True)
        for body in bodies:
            message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **properties)
            await channel.default_exchange.publish(message, routing_key="email_queue", mandatory=True)


async def take_all(url: str, queue: str) -> list[AbstractIncomingMessage]:
    """Take every message that is ready off a queue."""
    taken = []
    async with channel_of(url) as channel:
        from_queue = await channel.get_queue(queue, ensure=False)
        while message := await from_queue.get(fail=False):
            await message.ack()
            taken.append(message)
    return taken
