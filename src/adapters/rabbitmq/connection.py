"""Opens and closes connections."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, UnderlayConnection
from yarl import URL

from adapters.rabbitmq import library_repairs
from adapters.rabbitmq.errors import BrokerError, broker_call

# A dead peer is noticed within 3 x (heartbeat + 1) s. A URL may ask for less by `?heartbeat=`, as RabbitMQ's own
# clients read it, and not for more: what suits a producer would leave mails waiting for minutes.
_LONGEST_HEARTBEAT_S = 15
# For TCP, TLS and the five steps of AMQP's own handshake together.
_CONNECT_S = 10.0
# A polite close waits for the broker's word; a frozen one says none.
_CLOSE_S = 5.0


async def open_connection(url: str, *, name: str) -> AbstractConnection:
    """Connect; `name` is what the broker's own tools show. Raises BrokerError."""
    library_repairs.install()
    for library in ("aiormq", "aio_pika"):
        # At ERROR aiormq still prints returned messages with their bodies; what matters reaches us as exceptions.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    # `no_verify_ssl` is aiormq's way to accept any certificate: a broker that is not verified gets no credentials.
    checked = URL(url).without_query_params("no_verify_ssl").update_query(heartbeat=heartbeat_s(url))
    # Not aio_pika.connect: a connection that fails must be closed, or it closes itself in a task when it is collected.
    connection = aio_pika.Connection(checked, client_properties={"connection_name": f"takeoff-mailer {name}"})
    try:
        async with broker_call(_CONNECT_S):
            await connection.connect()
    except BaseException:
        await connection.close()
        raise
    return connection


@asynccontextmanager
async def short_connection(url: str, *, name: str) -> AsyncIterator[AbstractConnection]:
    """Connect for a few calls. Raises BrokerError."""
    connection = await open_connection(url, name=name)
    try:
        yield connection
    finally:
        await close_connection(connection)


async def close_connection(connection: AbstractConnection) -> None:
    """Close, politely if the broker still answers; never raises."""
    with suppress(BrokerError):
        async with broker_call(_CLOSE_S):
            await connection.close()


@asynccontextmanager
async def scratch_channel(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    """Open a channel for one question or declaration, since one that fails closes it. Raises BrokerError."""
    async with broker_call(), connection.channel(publisher_confirms=False) as channel:
        yield channel


async def is_blocked(connection: AbstractConnection) -> bool:
    """Whether an alarm of the broker (memory, disk) keeps it from reading what this connection publishes."""
    try:
        async with asyncio.timeout(0):
            await transport_of(connection).ready()
    except TimeoutError:
        return True
    return False


def broker_version(connection: AbstractConnection) -> tuple[int, int]:
    """Read major and minor version of the broker."""
    properties = transport_of(connection).connection.server_properties
    major, minor, *_ = str(properties["version"]).split(".")
    return int(major), int(minor)


def transport_of(connection: AbstractConnection) -> UnderlayConnection:
    """Reach below aio-pika's connection; raises BrokerError where it is closed."""
    if connection.transport is None:
        raise BrokerError("connection closed")
    return connection.transport


def heartbeat_s(url: str) -> int:
    """Read the interval between heartbeats from a URL."""
    asked = URL(url).query.get("heartbeat", "")
    return min(int(asked), _LONGEST_HEARTBEAT_S) if asked.isdecimal() and int(asked) else _LONGEST_HEARTBEAT_S
