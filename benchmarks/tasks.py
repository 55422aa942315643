"""The tasks that are mailed, and the ways into the queue."""

import asyncio
from datetime import UTC, datetime

import aio_pika

from adapters.protobuf.task_codec import ProtobufTaskCodec
from domain.email_task import EmailTask

QUEUE = "email_queue"
CATEGORY = "Benchmark"
_POLL_S = 0.05


def task_body(number: int) -> bytes:
    """A task as the registration API publishes it; each differs from all others."""
    return ProtobufTaskCodec().encode(
        EmailTask(
            to=f"attendee{number}@example.org",
            category=CATEGORY,
            subject="You are in",
            first_name=f"Ada {number}",
            created_at=datetime.now(UTC),
        )
    )


def persistent(body: bytes) -> aio_pika.Message:
    """A message that outlives the broker, as the README asks producers for."""
    return aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


def publish_tasks(url: str, count: int) -> None:
    """Put tasks into the queue and return when the broker has all of them."""
    asyncio.run(_publish_tasks(url, count))


async def _publish_tasks(url: str, count: int) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.declare_queue(QUEUE, durable=True)
        for number in range(count):
            await channel.default_exchange.publish(persistent(task_body(number)), QUEUE)
        await _wait_for(channel, count)


async def _wait_for(channel: aio_pika.abc.AbstractChannel, count: int) -> None:
    while True:
        queue = await channel.declare_queue(QUEUE, passive=True)
        if queue.declaration_result.message_count == count:
            return
        await asyncio.sleep(_POLL_S)
