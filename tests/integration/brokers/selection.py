"""Chooses how the suite's broker runs."""

from tests.integration.brokers.broker import Broker
from tests.integration.brokers.container_broker import ContainerBroker
from tests.integration.brokers.private_broker import PrivateBroker
from tests.integration.services.selection import start_service


def start_broker() -> Broker:
    """Start a broker the way `TEST_BROKER` says (container or private), else the first way that works here."""
    return start_service("RabbitMQ", "TEST_BROKER", {"container": ContainerBroker, "private": PrivateBroker})
