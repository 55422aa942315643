"""One broker for the whole suite, one virtual host for each test."""

import itertools
from collections.abc import Iterator

import pytest

from tests.integration.brokers.broker import Broker
from tests.integration.brokers.selection import start_broker

_numbers = itertools.count()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    broker = start_broker()
    try:
        yield broker
    finally:
        broker.destroy()


@pytest.fixture
def vhost(broker: Broker) -> Iterator[str]:
    """The name of a virtual host in which nothing is declared; it is deleted with all its queues."""
    name = f"test{next(_numbers)}"
    broker.management.add_vhost(name)
    try:
        yield name
    finally:
        broker.management.delete_vhost(name)
