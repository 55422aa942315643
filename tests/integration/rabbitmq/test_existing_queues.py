"""Whatever is declared already, the worker takes it as it is (F15)."""

import asyncio
import shlex
from datetime import timedelta
from typing import Any

import aio_pika
import pytest

from adapters.rabbitmq.topology import QueueType, Topology
from application.ports.message_source import SourceUnusable
from domain.worker_events import IntakeStarted, TopologyDiffers
from tests.contracts.message_stage import LETTER, reading
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import until, until_consuming

NO_LIMIT = {"x-queue-type": "quorum", "x-delivery-limit": -1}

RUST_WORKER = {"x-dead-letter-exchange": "email_dlx", "x-dead-letter-routing-key": "email_failed_key"}
SHAPES: dict[str, dict[str, Any]] = {
    "bare": {},
    "as the Rust worker": RUST_WORKER,
    "quorum": {"x-queue-type": "quorum"},
    "quorum with a dead letter exchange": {"x-queue-type": "quorum", **RUST_WORKER},
    "expiring": {"x-message-ttl": 600_000},
    "limited": {"x-max-length": 1000, "x-overflow": "reject-publish"},
    "with priorities": {"x-max-priority": 5},
}


async def settle_one_of_each_kind(stage: RabbitMqStage, topology: Topology | None = None) -> None:
    """Acknowledge, postpone and hospitalise a message each."""
    for body in (b"sent", b"retried", b"failed"):
        await stage.publish(body)
    source = stage.source(topology=topology)
    async with reading(source) as inbox:
        sent, retried, failed = await inbox.take(3)
        await source.ack(sent)
        await source.hospitalise(failed, LETTER)
        due = stage.clock.now() + timedelta(seconds=0.3)
        await source.postpone(retried, key="key-7", attempts=1, due=due)
        again = await inbox.next()
        await source.ack(again)
    assert (again.body, again.key) == (b"retried", "key-7")
    assert [letter.body for letter in await stage.letters()] == [b"failed"]


def arguments_of(stage: RabbitMqStage, queue: str) -> dict[str, Any]:
    (found,) = [row for row in stage.broker.management.queues(stage.vhost) if row["name"] == queue]
    arguments: dict[str, Any] = found["arguments"]
    return arguments


@pytest.mark.parametrize("arguments", SHAPES.values(), ids=SHAPES)
async def test_a_queue_of_any_shape_is_consumed_and_left_as_it_is(
    stage: RabbitMqStage, arguments: dict[str, Any]
) -> None:
    stage.broker.management.declare_queue(stage.vhost, "email_queue", arguments)
    before = arguments_of(stage, "email_queue")
    await settle_one_of_each_kind(stage)
    assert arguments_of(stage, "email_queue") == before
    told = stage.observer.of(TopologyDiffers)
    assert len(told) == (1 if arguments else 0)
    for event in told:
        assert event.queue == "email_queue"
        await asyncio.to_thread(stage.broker.ctl, *shlex.split(event.remedy)[1:])


async def test_a_difference_is_told_once_and_not_at_each_reconnect(stage: RabbitMqStage) -> None:
    stage.broker.management.declare_queue(stage.vhost, "email_queue", RUST_WORKER)
    source = stage.source()
    async with source:
        await until_consuming(source)
        await asyncio.to_thread(stage.broker.ctl, "close_all_connections", "--vhost", stage.vhost, "maintenance")
        await until(lambda: len(stage.observer.of(IntakeStarted)) == 2, within_s=10)
    assert len(stage.observer.of(TopologyDiffers)) == 1


@pytest.mark.parametrize("queue", ["email_queue", "email_failed_queue"])
async def test_a_limit_of_minus_1_is_refused_before_4_0_and_fine_since(stage: RabbitMqStage, queue: str) -> None:
    """F19: in 3.10 the first return, which each lost connection is, deletes the message."""
    stage.broker.management.declare_queue(stage.vhost, queue, NO_LIMIT)
    source = stage.source()
    async with source, asyncio.timeout(10):
        if await stage.version() < (4, 0):
            with pytest.raises(SourceUnusable, match=f"{queue}: x-delivery-limit=-1"):
                await anext(source.messages())
        else:
            await until_consuming(source)


async def test_a_hospital_that_deletes_what_is_looked_at_is_told_with_its_remedy(stage: RabbitMqStage) -> None:
    """F20."""
    limited = {"x-queue-type": "quorum", "x-delivery-limit": 20}
    stage.broker.management.declare_queue(stage.vhost, "email_failed_queue", limited)
    source = stage.source()
    async with source:
        await until_consuming(source)
    told = stage.observer.only(TopologyDiffers)
    assert told.queue == "email_failed_queue"
    assert "delete email_failed_queue" in told.remedy


async def test_hospital_and_rungs_of_any_shape_are_used_as_they_are(stage: RabbitMqStage) -> None:
    management, vhost = stage.broker.management, stage.vhost
    management.declare_exchange(vhost, "email_dlx", "topic")
    management.declare_queue(vhost, "email_failed_queue", {"x-max-length": 5000})
    classic_rung = {
        "x-message-ttl": 500,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "email_queue",
    }
    management.declare_queue(vhost, "email_retry.500ms", classic_rung)
    await settle_one_of_each_kind(stage)
    assert "x-dead-letter-strategy" not in arguments_of(stage, "email_retry.500ms")


async def test_a_worker_that_comes_first_declares_the_queue_as_the_producer_will(stage: RabbitMqStage) -> None:
    async with reading(stage.source()) as inbox:
        await stage.publish(b"task")
        assert (await inbox.next()).body == b"task"
        async with await aio_pika.connect(stage.url) as connection:
            channel = await connection.channel()
            await channel.declare_queue("email_queue", durable=True)


@pytest.mark.parametrize("queue_type", QueueType)
async def test_a_queue_type_holds_for_the_queues_that_the_worker_creates(
    stage: RabbitMqStage, queue_type: QueueType
) -> None:
    topology = Topology(queue_type=queue_type)
    source = stage.source(topology=topology)
    async with source:
        await until_consuming(source)
    await settle_one_of_each_kind(stage, topology)
    assert arguments_of(stage, "email_queue")["x-queue-type"] == queue_type
    assert arguments_of(stage, "email_failed_queue")["x-queue-type"] == queue_type
