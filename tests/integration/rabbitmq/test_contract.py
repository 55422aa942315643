"""RabbitMQ, under the contract of the port."""

import pytest

from tests.contracts.message_intake import MessageIntakeContract
from tests.contracts.message_source import MessageSourceContract
from tests.contracts.message_stage import Stage
from tests.integration.brokers.broker import Broker
from tests.integration.rabbitmq.stage import RabbitMqStage


class TestRabbitMqMessageSource(MessageSourceContract, MessageIntakeContract):
    @pytest.fixture
    def stage(self, broker: Broker, vhost: str) -> Stage:
        return RabbitMqStage(broker, vhost)
