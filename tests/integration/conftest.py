"""One broker for the whole suite and one virtual host for each test; who kills a broker has one of its own."""

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
def own_broker() -> Iterator[Broker]:
    """A broker that may be killed.

    A quorum queue that is deleted while it comes back takes the node's `rabbit_fifo_dlx_sup` with it (seen on 3.10.8;
    https://github.com/rabbitmq/rabbitmq-server/issues/16652): from then on no rung can be made there, in any test.
    """
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
