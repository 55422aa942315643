"""How long one mail takes, from its publishing to the relay's 250, and how long a worker needs to begin."""

import asyncio
import time
from collections.abc import Set as AbstractSet
from functools import partial

import aio_pika

from benchmarks.contestants import Contestant, Place
from benchmarks.figures import Figures, percentile
from benchmarks.grounds import Grounds
from benchmarks.process_tree import cpu_s_of
from benchmarks.run import started
from benchmarks.tasks import QUEUE, persistent, task_body
from benchmarks.timed_sink import timed_sink
from tests.integration.brokers.private_broker import free_ports

P50, P99 = "p50 ms", "p99 ms"
FIRST, FIRST_CPU = "first mail ms", "CPU ms"
_IDLE_PAUSE_S = 0.05
_PATIENCE_S = 60.0
_POLL_S = 0.002
# Connections, caches and the first contact with the relay are not what is measured.
_WARM_UP = 50


def latency(grounds: Grounds, contestant: Contestant, *, mails: int, rate: float | None) -> Figures:
    """Publish at `rate` mails a second, or without one the next when the one before is accepted and a pause is over."""
    (port,) = free_ports(1)
    with grounds.place(port) as place, started(contestant, place):
        taken_s = asyncio.run(_latencies(place, mails, rate))
    return {P50: percentile(taken_s, 0.5) * 1000, P99: percentile(taken_s, 0.99) * 1000}


def start_up(grounds: Grounds, contestant: Contestant) -> Figures:
    """From the start of the process to the acceptance of a mail that waited for it."""
    with grounds.sink() as sink, grounds.place(sink.port) as place:
        contestant.fill(place, 1)
        began_s = time.monotonic()
        with started(contestant, place) as process:
            while not sink.mails and time.monotonic() < began_s + _PATIENCE_S:
                time.sleep(_POLL_S)
            took_s, cpu_s = time.monotonic() - began_s, cpu_s_of(process.pid)
    return {FIRST: took_s * 1000, FIRST_CPU: cpu_s * 1000}


async def _latencies(place: Place, mails: int, rate: float | None) -> list[float]:
    connection = await aio_pika.connect(place.broker_url)
    async with connection, timed_sink(place.smtp_port) as accepted:
        channel = await connection.channel(publisher_confirms=False)
        await channel.declare_queue(QUEUE, durable=True)
        publish = partial(channel.default_exchange.publish, routing_key=QUEUE)
        published: dict[str, float] = {}
        for number in range(_WARM_UP + mails):
            message, recipient = persistent(task_body(number)), f"attendee{number}@example.org"
            published[recipient] = time.monotonic()
            await publish(message)
            if rate is None or number < _WARM_UP:
                await _until(accepted, {recipient})
            await asyncio.sleep(_IDLE_PAUSE_S if rate is None else 1 / rate)
        await _until(accepted, published.keys())
    return [accepted[recipient] - at_s for recipient, at_s in published.items()][_WARM_UP:]


async def _until(accepted: dict[str, float], recipients: AbstractSet[str]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            if accepted.keys() >= recipients:
                return
            await asyncio.sleep(_POLL_S)
