"""The hospital's queue on RabbitMQ: everything comes as it was written, and stays until it is acknowledged."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aio_pika
import pytest

from adapters.rabbitmq.declaration import declare_all
from adapters.rabbitmq.headers import letter_headers
from adapters.rabbitmq.hospital_queue import RabbitMqHospitalQueue
from adapters.rabbitmq.topology import Topology
from application.ports.hospital_queue import HospitalQueueUnavailable, ReceivedLetter
from application.ports.message_source import HospitalLetter
from domain.failure_reason import FailureKind, FailureReason
from domain.reply import Reply
from tests.integration.brokers.private_broker import free_ports
from tests.integration.rabbitmq.stage import RabbitMqStage

QUEUE = "email_failed_queue"
STORY = HospitalLetter(
    key="reg-1",
    reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"),
    attempts=2,
    failed_at=datetime(2027, 3, 1, 12, tzinfo=UTC),
    relay="smtp.example.com:465",
    reply=Reply(code=550, text="5.1.1 no such user"),
)


async def put(stage: RabbitMqStage, *messages: aio_pika.Message, queue: str = QUEUE) -> None:
    """Publish to a queue, which is declared first."""
    await declare_all(stage.url, Topology())
    async with await aio_pika.connect(stage.url) as connection:
        channel = await connection.channel()
        for message in messages:
            await channel.default_exchange.publish(message, queue, mandatory=True)


async def receive_all(queue: RabbitMqHospitalQueue) -> list[ReceivedLetter]:
    received: list[ReceivedLetter] = []
    while letters := await queue.receive(limit=100, wait=False):
        received += letters
    return received


@pytest.fixture
def queue(stage: RabbitMqStage) -> RabbitMqHospitalQueue:
    return RabbitMqHospitalQueue(url=stage.url, topology=Topology())


async def test_on_a_fresh_virtual_host_there_are_no_letters(queue: RabbitMqHospitalQueue) -> None:
    async with queue:
        assert await receive_all(queue) == []


async def test_a_workers_letter_comes_with_its_story(stage: RabbitMqStage, queue: RabbitMqHospitalQueue) -> None:
    await put(stage, aio_pika.Message(b"\x00\xff", headers=letter_headers({"x-tenant": "a"}, STORY)))
    async with queue:
        (letter,) = await receive_all(queue)
    assert letter.body == b"\x00\xff"
    assert (letter.key, letter.reason, letter.reply, letter.relay, letter.attempts, letter.failed_at) == (
        STORY.key,
        STORY.reason,
        STORY.reply,
        STORY.relay,
        STORY.attempts,
        STORY.failed_at,
    )
    assert '"x-tenant": "a"' in letter.properties


async def test_a_message_that_the_broker_moved_here_says_so(stage: RabbitMqStage, queue: RabbitMqHospitalQueue) -> None:
    await declare_all(stage.url, Topology())
    async with await aio_pika.connect(stage.url) as connection:
        channel = await connection.channel()
        arguments: dict[str, Any] = {
            "x-dead-letter-exchange": "email_dlx",
            "x-dead-letter-routing-key": "email_failed_key",
            "x-message-ttl": 1,
        }
        await channel.declare_queue("short", durable=True, arguments=arguments)
        await channel.default_exchange.publish(aio_pika.Message(b"late", message_id="m-1"), "short")
    async with queue:
        (letter,) = await queue.receive(limit=9, wait=True)
    assert (letter.body, letter.message_id, letter.reason, letter.death) == (b"late", "m-1", None, "expired")
    assert letter.failed_at is not None
    assert abs((datetime.now(UTC) - letter.failed_at).total_seconds()) < 60


async def test_what_is_not_acknowledged_comes_again_and_the_rest_does_not(
    stage: RabbitMqStage, queue: RabbitMqHospitalQueue
) -> None:
    await put(stage, *(aio_pika.Message(b"%d" % number) for number in range(1000)))
    async with queue:
        kept: list[ReceivedLetter] = []
        while len(kept) < 700:
            letters = await queue.receive(limit=100, wait=True)
            await queue.acknowledge(letters)
            kept += letters
    async with queue:
        left = await receive_all_acknowledging(queue)
    assert len(kept) + len(left) == 1000
    assert {letter.body for letter in [*kept, *left]} == {b"%d" % number for number in range(1000)}


async def receive_all_acknowledging(queue: RabbitMqHospitalQueue) -> list[ReceivedLetter]:
    received: list[ReceivedLetter] = []
    while letters := await queue.receive(limit=100, wait=False):
        await queue.acknowledge(letters)
        received += letters
    return received


async def test_a_letter_that_comes_again_has_the_same_properties(
    stage: RabbitMqStage, queue: RabbitMqHospitalQueue
) -> None:
    await put(stage, aio_pika.Message(b"", headers={"a": [1, {"b": bytearray(b"\x00")}, 1.5, None, True]}))
    seen = []
    for _ in range(3):
        async with queue:
            (letter,) = await queue.receive(limit=9, wait=True)
            seen.append(letter.properties)
    assert len(set(seen)) == 1


async def test_a_waiting_receiver_hears_of_the_end_of_its_connection(
    stage: RabbitMqStage, queue: RabbitMqHospitalQueue
) -> None:
    async with queue:
        waiting = asyncio.create_task(queue.receive(limit=1, wait=True))
        await asyncio.to_thread(stage.broker.ctl, "close_all_connections", "--vhost", stage.vhost, "a test")
        with pytest.raises(HospitalQueueUnavailable):
            await waiting


async def test_without_a_broker_it_says_so_without_the_password() -> None:
    (port,) = free_ports(1)
    queue = RabbitMqHospitalQueue(url=f"amqp://u:canary-0815@127.0.0.1:{port}", topology=Topology())
    with pytest.raises(HospitalQueueUnavailable) as raised:
        await queue.__aenter__()
    assert "canary-0815" not in raised.value.cause
