"""Looks at the worker again and again: what no single event tells, such as that nothing happens at all."""

import asyncio
from collections.abc import Callable, Mapping

from application.ports.clock import Clock
from application.ports.email_transport import EmailTransport
from application.ports.message_source import MessageSource
from application.ports.observer import Observer
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.run_worker import RunWorker
from domain.worker_events import WorkerSampled

# What Datadog's agent makes one point of (docs.datadoghq.com/developers/dogstatsd/#how-it-works).
_EVERY_S = 10.0
# A broker that does not answer must not keep the others from being told.
_LOOK_S = 2.0


class SampleWorker:
    """`dropped` and `rss_bytes` are read at each sample: how many events each sink failed to take, memory in use."""

    def __init__(
        self,
        *,
        worker: RunWorker,
        source: MessageSource,
        transport: EmailTransport,
        guard: GuardIntake,
        dropped: Mapping[str, int],
        rss_bytes: Callable[[], int],
        observer: Observer,
        clock: Clock,
        look_s: float = _LOOK_S,
    ) -> None:
        self._worker = worker
        self._source = source
        self._transport = transport
        self._guard = guard
        self._dropped = dropped
        self._rss_bytes = rss_bytes
        self._observer = observer
        self._clock = clock
        self._look_s = look_s

    async def run(self) -> None:
        """Tell how things stand every ten seconds until cancelled."""
        while True:
            asked_s = self._clock.monotonic_s()
            await self._clock.sleep(_EVERY_S)
            lag_s = self._clock.monotonic_s() - asked_s - _EVERY_S
            self._observer.notify(self._sample(lag_s=lag_s, queued=await self._queued()))

    async def _queued(self) -> Mapping[str, int]:
        try:
            async with asyncio.timeout(self._look_s):
                return await self._source.count_queued()
        except TimeoutError:
            return {}

    def _sample(self, *, lag_s: float, queued: Mapping[str, int]) -> WorkerSampled:
        return WorkerSampled(
            in_flight=self._worker.in_flight,
            unacked=self._source.unacked,
            queued=queued,
            rss_bytes=self._rss_bytes(),
            is_connected=self._source.is_consuming,
            paused_by=self._guard.paused_by,
            relays=self._transport.availability,
            lag_s=max(lag_s, 0.0),
            dropped=dict(self._dropped),
        )
