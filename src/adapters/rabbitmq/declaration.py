"""Declares what is missing and takes what exists, whatever its arguments: never a 406 loop, never a change.

Each declaration runs on a connection of its own: the broker closes the channel of one that fails, and aiormq forgets
to answer that on a busy connection, upon which the broker closes the whole connection ("expected 'channel.open'").
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, ExchangeType

from adapters.rabbitmq.connection import broker_version, scratch_channel, short_connection
from adapters.rabbitmq.errors import BrokerError, Conflict, Forbidden, Missing, broker_call
from adapters.rabbitmq.topology import Topology

# A healthy broker answers in milliseconds; a queue that it has forgotten never does.
_LOOK_S = 5.0
_Step = Callable[[AbstractChannel], Awaitable[object]]


class Found(Enum):
    """What a look at a queue came to."""

    PRESENT = auto()
    MISSING = auto()
    SILENT = auto()


async def declare_task_queue(url: str, topology: Topology) -> None:
    """Make sure that there is a queue of tasks."""
    async with short_connection(url, name="declare") as connection:
        await _ensure_task_queue(connection, topology)


async def declare_all(url: str, topology: Topology) -> None:
    """Make sure that there are the queue of tasks and the hospital's exchange, queue and binding."""
    async with short_connection(url, name="declare") as connection:
        await _ensure_task_queue(connection, topology)
        await _ensure_hospital(connection, topology)


async def look_for_queues(url: str, names: Sequence[str]) -> dict[str, Found]:
    """Look at queues, all at once. Raises BrokerError where there is no broker to ask."""
    async with short_connection(url, name="declare") as connection:
        return dict(zip(names, await asyncio.gather(*(_look(connection, name) for name in names)), strict=True))


async def make_queues(url: str, queues: Mapping[str, dict[str, Any]]) -> None:
    """Create queues, by name and arguments; one that is there by now serves as it is. Raises BrokerError."""
    async with short_connection(url, name="declare") as connection:
        for name, arguments in queues.items():
            with suppress(Conflict):
                async with scratch_channel(connection) as channel:
                    await channel.declare_queue(name, durable=True, arguments=arguments)


async def _look(connection: AbstractConnection, name: str) -> Found:
    try:
        async with broker_call(_LOOK_S), scratch_channel(connection) as channel:
            await channel.declare_queue(name, passive=True)
    except Missing:
        return Found.MISSING
    except Forbidden:
        # As below: it may be there, and what is published to it will tell.
        return Found.PRESENT
    except BrokerError:
        return Found.SILENT
    return Found.PRESENT


async def bind_hospital(connection: AbstractConnection, topology: Topology) -> None:
    """Bind the hospital's queue; nothing happens where that is so already, which AMQP cannot be asked."""
    async with scratch_channel(connection) as channel:
        hospital = await channel.get_queue(topology.hospital_queue, ensure=False)
        await hospital.bind(topology.hospital_exchange, topology.hospital_key)


async def _ensure_task_queue(connection: AbstractConnection, topology: Topology) -> None:
    await _ensure_queue(connection, topology.queue, topology.queue_arguments())


async def _ensure_hospital(connection: AbstractConnection, topology: Topology) -> None:
    arguments = topology.hospital_arguments(broker_major=broker_version(connection)[0])
    exchange = topology.hospital_exchange
    await _ensure(
        connection,
        look=lambda channel: channel.declare_exchange(exchange, passive=True),
        create=lambda channel: channel.declare_exchange(exchange, ExchangeType.DIRECT, durable=True),
    )
    await _ensure_queue(connection, topology.hospital_queue, arguments)
    with suppress(Forbidden, Missing):
        await bind_hospital(connection, topology)


async def _ensure_queue(connection: AbstractConnection, name: str, arguments: dict[str, Any]) -> None:
    await _ensure(
        connection,
        look=lambda channel: channel.declare_queue(name, passive=True),
        create=lambda channel: channel.declare_queue(name, durable=True, arguments=arguments),
    )


async def _ensure(connection: AbstractConnection, *, look: _Step, create: _Step) -> None:
    # Forbidden: since RabbitMQ 4.3 even looking needs the configure permission, which a worker on queues that an
    # operator made may lack. Conflict: somebody was faster, with other arguments.
    with suppress(Forbidden, Conflict):
        try:
            async with scratch_channel(connection) as channel:
                await look(channel)
        except Missing:
            async with scratch_channel(connection) as channel:
                await create(channel)
