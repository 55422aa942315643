"""Looks at the worker again and again: what no single event tells, such as that nothing happens at all."""

from collections.abc import Mapping

from application.ports.clock import Clock
from application.ports.email_transport import EmailTransport
from application.ports.message_source import MessageSource
from application.ports.observer import Observer
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.run_worker import RunWorker
from domain.worker_events import WorkerSampled

# What Datadog's agent makes one point of (docs.datadoghq.com/developers/dogstatsd/#how-it-works).
_EVERY_S = 10.0


class SampleWorker:
    """`dropped` is read at each sample: how many events each sink failed to take."""

    def __init__(
        self,
        *,
        worker: RunWorker,
        source: MessageSource,
        transport: EmailTransport,
        guard: GuardIntake,
        dropped: Mapping[str, int],
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._worker = worker
        self._source = source
        self._transport = transport
        self._guard = guard
        self._dropped = dropped
        self._observer = observer
        self._clock = clock

    async def run(self) -> None:
        """Tell how things stand every ten seconds until cancelled."""
        while True:
            asked_s = self._clock.monotonic_s()
            await self._clock.sleep(_EVERY_S)
            self._observer.notify(self._sample(lag_s=self._clock.monotonic_s() - asked_s - _EVERY_S))

    def _sample(self, *, lag_s: float) -> WorkerSampled:
        return WorkerSampled(
            in_flight=self._worker.in_flight,
            is_connected=self._source.is_consuming,
            paused_by=self._guard.paused_by,
            relays=self._transport.availability,
            lag_s=max(lag_s, 0.0),
            dropped=dict(self._dropped),
        )
