"""The broker as producers and operators reach it: confirmed publishing, counts, and what lies in a queue."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity, ChannelPreconditionFailed
from yarl import URL

from tests.faults.history import Letter, Waiting

TASKS, HOSPITAL = "email_queue", "email_failed_queue"
_BATCH = 200
_PATIENCE_S = 60.0
# Longer than any outage of a scenario, and than the broker's start after it: a producer waits for the broker.
_PUBLISH_S = 180.0
_TAKE_S = 10.0
_CONNECT_S = 5.0
_CONFIRM_S = 10.0
_PAUSE_S = 0.3
_LOST = (AMQPError, OSError, TimeoutError, asyncio.CancelledError, RuntimeError)


Result = TypeVar("Result")


def publish(url: str, bodies: Sequence[bytes], *, per_s: float = 0, queue: str = TASKS, **properties: Any) -> None:
    """Publish persistently until the broker has confirmed each.

    What was in flight when a broker died is published again: it may then be there twice, under one key.
    `per_s` is the rate, 0 as fast as it goes. Raises TimeoutError when nothing is confirmed for 3 min.
    """
    asyncio.run(_publish(url, bodies, per_s, queue, properties))


async def _publish(url: str, bodies: Sequence[bytes], per_s: float, queue: str, properties: dict[str, Any]) -> None:
    left = list(bodies)
    started = progress = time.monotonic()
    size = max(1, int(per_s / 10)) if per_s else _BATCH
    while left:
        try:
            async with _connected(url) as connection:
                channel = await connection.channel()
                while left:
                    await asyncio.gather(*(_publish_one(channel, body, queue, properties) for body in left[:size]))
                    left, progress = left[size:], time.monotonic()
                    if per_s:
                        await asyncio.sleep(max(0.0, started + (len(bodies) - len(left)) / per_s - progress))
        except _LOST:
            if time.monotonic() - progress > _PUBLISH_S:
                raise TimeoutError(f"{len(left)} tasks could not be published") from None
            await asyncio.sleep(_PAUSE_S)


async def _publish_one(channel: AbstractChannel, body: bytes, queue: str, properties: dict[str, Any]) -> None:
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **properties)
    async with asyncio.timeout(_CONFIRM_S):
        await channel.default_exchange.publish(message, routing_key=queue, mandatory=True)


def depths(url: str, queues: Sequence[str]) -> dict[str, int]:
    """How many messages are ready in each queue; queues that do not exist are left out."""

    async def ask(connection: AbstractConnection) -> dict[str, int]:
        found = {}
        for queue in queues:
            # A channel each: a queue that is not there closes it.
            channel = await connection.channel()
            try:
                declared = await channel.declare_queue(queue, passive=True)
            except ChannelNotFoundEntity:
                continue
            found[queue] = int(declared.declaration_result.message_count or 0)
            await channel.close()
        return found

    return _run(url, ask)


def letters(url: str) -> list[Letter]:
    """Take every letter out of the hospital. Raises TimeoutError, as `waiting` does, where a queue does not answer."""
    return [
        Letter(key=str(headers.get("x-mail-key", "")), body_sha256=digest, reason=str(headers.get("x-mail-reason", "")))
        for headers, digest in _take(url, HOSPITAL)
    ]


def move(url: str, source: str, target: str) -> None:
    """Move every message from one queue to another, headers and all, as an operator or a shovel does."""

    async def act(connection: AbstractConnection) -> None:
        channel = await connection.channel()
        queue = await channel.get_queue(source, ensure=False)
        while message := await queue.get(fail=False):
            await channel.default_exchange.publish(message, routing_key=target, mandatory=True)
            await message.ack()

    _run(url, act)


def waiting(url: str, queue: str) -> list[Waiting]:
    """Take every message out of a queue."""
    return [Waiting(queue=queue, body_sha256=digest) for _, digest in _take(url, queue)]


def delete(url: str, queue: str) -> None:
    """Delete a queue with what is in it."""

    async def act(connection: AbstractConnection) -> None:
        await (await connection.channel()).queue_delete(queue)

    _run(url, act)


def delete_if_empty(url: str, queue: str) -> bool:
    """Delete a queue unless a message is in it; whether it is gone. Quorum queues cannot be asked so."""

    async def act(connection: AbstractConnection) -> bool:
        try:
            await (await connection.channel()).queue_delete(queue, if_empty=True)
        except ChannelPreconditionFailed:
            return False
        return True

    return _run(url, act)


def declare(url: str, queue: str, **arguments: Any) -> None:
    """Declare a durable queue as a producer does."""

    async def act(connection: AbstractConnection) -> None:
        await (await connection.channel()).declare_queue(queue, durable=True, arguments=arguments)

    _run(url, act)


def _take(url: str, queue: str) -> list[tuple[dict[str, Any], str]]:
    # What was taken stays taken, however often the connection is lost.
    taken: list[tuple[dict[str, Any], str]] = []

    async def act(connection: AbstractConnection) -> list[tuple[dict[str, Any], str]]:
        source = await (await connection.channel()).get_queue(queue, ensure=False)
        with suppress(ChannelNotFoundEntity):
            while message := await source.get(fail=False, no_ack=True):
                taken.append((dict(message.headers), hashlib.sha256(message.body).hexdigest()))
        return taken

    return _run(url, act, patience_s=_TAKE_S)


def _run(
    url: str, act: Callable[[AbstractConnection], Awaitable[Result]], *, patience_s: float = _PATIENCE_S
) -> Result:
    async def run() -> Result:
        async with _connected(url) as connection:
            return await act(connection)

    # A broker that has just started, or is busy with our harm, does not answer everything at once.
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return asyncio.run(run())
        except _LOST:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AbstractConnection]:
    # Not aio_pika.connect: a connection that fails must be closed, or it warns when it is collected.
    connection = aio_pika.Connection(URL(url))
    try:
        await connection.connect(timeout=_CONNECT_S)
        yield connection
    finally:
        with suppress(*_LOST):
            async with asyncio.timeout(_CONNECT_S):
                await connection.close()
