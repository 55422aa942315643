"""What `docs/reliability.md` tells operators to ask the broker for, since a worker cannot (F24)."""

import aio_pika
from aio_pika import DeliveryMode

from tests.integration.rabbitmq.stage import RabbitMqStage


async def test_the_broker_tells_how_many_of_a_queues_messages_are_transient(stage: RabbitMqStage) -> None:
    async with await aio_pika.connect(stage.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("email_queue", durable=True)
        for mode in (DeliveryMode.NOT_PERSISTENT, DeliveryMode.PERSISTENT, DeliveryMode.NOT_PERSISTENT):
            await channel.default_exchange.publish(aio_pika.Message(b"task", delivery_mode=mode), "email_queue")
    (queue,) = await stage.queues("messages", "messages_persistent")
    assert (queue["messages"], queue["messages_persistent"]) == (3, 1)
