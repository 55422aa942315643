"""The rungs of the ladder as queues in the broker: made all at once, rested before use, gone round where dead.

RabbitMQ forgets a quorum queue that was created up to about 1.5 s before its node is killed, with what it confirmed
into it, and afterwards answers for it with a nack or not at all (seen on 3.10.8 and 4.0). So no copy goes into a
rung that young.

States of a rung, for one process:

    UNKNOWN --before the first copy of all: there--> USABLE
    UNKNOWN --missing: made, with all that are missing, and `rest_s` over--> USABLE
    UNKNOWN --does not answer although the broker does--> UNKNOWN, next generation
    USABLE --a nack, or no confirm in time although the broker answers (`go_round`)--> UNKNOWN, next generation
    USABLE --deleted: a copy found no route (`remake`)--> UNKNOWN

A broken rung is left alone for good, with what may be in it, and the queue of its next generation takes
its place: a queue that is only slow loses nothing that way.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from adapters.rabbitmq.declaration import Found, look_for_queues, make_queues
from adapters.rabbitmq.errors import BrokerError
from adapters.rabbitmq.ladder import RUNGS_MS, choose_rung_ms
from adapters.rabbitmq.topology import Topology
from application.ports.clock import Clock

# The loss was seen up to 0.7 s after the creation, and not at 1.5 s.
REST_S = 3.0
# A policy that makes every such queue refuse must not make us create them for ever.
_GENERATIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One waiting queue; `generation` counts from 1."""

    ttl_ms: int
    generation: int


class RetryRungs:
    """Chooses the rung for a copy and sees to it that the copy is safe there."""

    def __init__(self, *, url: str, topology: Topology, clock: Clock, rest_s: float) -> None:
        self._url = url
        self._topology = topology
        self._clock = clock
        self._rest_s = rest_s
        self._making = asyncio.Lock()
        self._usable: set[int] = set()
        self._dead: Counter[int] = Counter()

    async def for_due(self, due: datetime) -> Rung:
        """Choose the rung for a copy that is due at `due`, once all are usable. Raises BrokerError."""
        # Counted from here by the other clock: while rungs rest, this one may be set back by a day.
        left_s, began_s = (due - self._clock.now()).total_seconds(), self._clock.monotonic_s()
        async with self._making:
            await self._make_usable()
        return self._rung(choose_rung_ms(left_s - (self._clock.monotonic_s() - began_s)))

    async def remake(self) -> None:
        """Make what somebody deleted. Raises BrokerError."""
        async with self._making:
            self._usable.clear()
            await self._make_usable()

    def go_round(self, rung: Rung) -> None:
        """Use another queue in place of one that is broken."""
        if rung == self._rung(rung.ttl_ms) and rung.generation < _GENERATIONS:
            self._dead[rung.ttl_ms] += 1
            self._usable.discard(rung.ttl_ms)

    def name_of(self, rung: Rung) -> str:
        """Name the rung's queue."""
        return self._topology.rung_queue(rung.ttl_ms, rung.generation)

    async def _make_usable(self) -> None:
        while unknown := [self._rung(ttl_ms) for ttl_ms in RUNGS_MS if ttl_ms not in self._usable]:
            names = [self.name_of(rung) for rung in unknown]
            found = await look_for_queues(self._url, [self._topology.queue, *names])
            if found[self._topology.queue] is Found.SILENT:
                raise BrokerError("the broker does not answer")
            missing = [rung for rung in unknown if found[self.name_of(rung)] is Found.MISSING]
            if missing:
                await make_queues(
                    self._url, {self.name_of(rung): self._topology.rung_arguments(rung.ttl_ms) for rung in missing}
                )
                await self._clock.sleep(self._rest_s)
            for rung in unknown:
                self._usable.add(rung.ttl_ms)
                if found[self.name_of(rung)] is Found.SILENT:
                    self.go_round(rung)

    def _rung(self, ttl_ms: int) -> Rung:
        return Rung(ttl_ms=ttl_ms, generation=self._dead[ttl_ms] + 1)
