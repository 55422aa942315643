"""A stage on the suite's broker or on one of its own, and a network before it."""

from collections.abc import Iterator

import pytest

from tests.faults.proxy import FaultProxy
from tests.integration.brokers.broker import Broker
from tests.integration.rabbitmq.stage import RabbitMqStage


@pytest.fixture
def stage(broker: Broker, vhost: str) -> RabbitMqStage:
    return RabbitMqStage(broker, vhost)


@pytest.fixture
def own_stage(own_broker: Broker) -> RabbitMqStage:
    """A stage on a broker that may be killed."""
    own_broker.management.add_vhost("own")
    return RabbitMqStage(own_broker, "own")


@pytest.fixture
def network(stage: RabbitMqStage) -> Iterator[FaultProxy]:
    with FaultProxy(stage.broker.address.amqp_port) as proxy:
        yield proxy
