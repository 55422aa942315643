"""A stage on the suite's broker, and a network before it."""

from collections.abc import Iterator

import pytest

from tests.faults.proxy import FaultProxy
from tests.integration.brokers.broker import Broker
from tests.integration.rabbitmq.stage import RabbitMqStage


@pytest.fixture
def stage(broker: Broker, vhost: str) -> RabbitMqStage:
    return RabbitMqStage(broker, vhost)


@pytest.fixture
def network(stage: RabbitMqStage) -> Iterator[FaultProxy]:
    with FaultProxy(stage.broker.address.amqp_port) as proxy:
        yield proxy
