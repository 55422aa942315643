"""`enqueue`'s way into the queue."""

import pytest

from adapters.rabbitmq.task_publisher import RabbitMqTaskPublisher
from adapters.rabbitmq.topology import Topology
from application.ports.task_publisher import PublishFailed
from tests.integration.brokers.private_broker import free_ports
from tests.integration.rabbitmq.stage import RabbitMqStage

SECRET = "canary-0815"


async def test_a_task_is_stored_persistently_and_the_queue_is_created_if_need_be(stage: RabbitMqStage) -> None:
    publisher = RabbitMqTaskPublisher(url=stage.url, topology=Topology())
    await publisher.publish(b"first")
    await publisher.publish(b"second")
    first, second = await stage.take_all("email_queue")
    assert (first.body, second.body) == (b"first", b"second")
    assert first.delivery_mode == 2
    assert first.message_id != second.message_id


async def test_a_refused_login_is_told_without_the_password(stage: RabbitMqStage) -> None:
    url = stage.broker.address.url(stage.vhost, password=SECRET)
    with pytest.raises(PublishFailed, match="ACCESS_REFUSED") as caught:
        await RabbitMqTaskPublisher(url=url, topology=Topology()).publish(b"task")
    assert SECRET not in caught.value.cause


async def test_a_broker_that_is_not_there_is_told() -> None:
    (port,) = free_ports(1)
    publisher = RabbitMqTaskPublisher(url=f"amqp://guest:{SECRET}@127.0.0.1:{port}/", topology=Topology())
    with pytest.raises(PublishFailed, match="connection refused") as caught:
        await publisher.publish(b"task")
    assert SECRET not in caught.value.cause


async def test_a_full_queue_is_told(stage: RabbitMqStage) -> None:
    full = {"x-max-length": 0, "x-overflow": "reject-publish"}
    stage.broker.management.declare_queue(stage.vhost, "email_queue", full)
    with pytest.raises(PublishFailed, match="rejects"):
        await RabbitMqTaskPublisher(url=stage.url, topology=Topology()).publish(b"task")
