"""Makes measurements of events: what is counted where, in one table."""

from collections.abc import Iterable

from application.metrics import registry
from application.metrics.metric import OTHER, Measurement, Metric, Tag
from domain import mail_events, timing_events, worker_events
from domain.events import Event
from domain.timing_events import TimingEvent

_PLAIN: dict[type[Event], Metric] = {
    mail_events.SettlementDelayed: registry.SETTLEMENTS_DELAYED,
    mail_events.SettlementLost: registry.SETTLEMENTS_LOST,
    mail_events.DeliveryFailedUnexpectedly: registry.DEFECTS,
    worker_events.IntakeLost: registry.INTAKE_LOST,
}
_CAUSES = registry.PAUSE_CAUSE.values or ()


class Meter:
    """`relays` are the names that the tag `relay` may have; every value of a tag goes by a list (`Tag.values`)."""

    def __init__(self, *, relays: Iterable[str]) -> None:
        self._relays = frozenset(relays)
        self._asked: Event | None = None
        self._answer: list[Measurement] = []

    def measure(self, event: Event) -> list[Measurement]:
        """List what an event says in figures; many say nothing.

        Each sink asks for itself, one after the other: the second one gets what the first got.
        """
        if event is not self._asked:
            self._asked, self._answer = event, self._measure(event)
        return self._answer

    def _measure(self, event: Event) -> list[Measurement]:
        if metric := _PLAIN.get(type(event)):
            return [self._one(metric)]
        if isinstance(event, worker_events.WorkerSampled):
            return self._sample(event)
        if isinstance(event, TimingEvent):
            return self._timing(event)
        return self._end(event) or self._incident(event) or self._turn(event)

    def _timing(self, event: TimingEvent) -> list[Measurement]:
        """A part of a delivery has ended."""
        one = self._one
        match event:
            case timing_events.StepEnded(step=timing_events.Step.RENDER, began_s=began_s, ended_s=ended_s):
                return [one(registry.RENDER, ended_s - began_s)]
            case timing_events.DialogueEnded(relay=relay, phases=phases):
                measure = registry.PHASE_DURATION
                return [one(measure, each.ended_s - each.began_s, phase=each.phase, relay=relay) for each in phases]
            case timing_events.LedgerCommitted(duration_s=duration_s):
                return [one(registry.COMMIT, duration_s)]
            case _:
                return []

    def _end(self, event: Event) -> list[Measurement]:
        """An attempt has ended."""
        one, took = self._one, self._duration
        match event:
            case mail_events.EmailSent(relay=relay, duration_s=duration_s, age_s=age_s):
                age = [] if age_s is None else [one(registry.AGE, age_s)]
                return [one(registry.SENT, relay=relay), took(duration_s, "sent"), *age]
            case mail_events.EmailRetryScheduled(cause=cause, reply_code=code, relay=relay, duration_s=duration_s):
                retried = one(registry.RETRIED, cause=cause, reply=_class(code), relay=relay)
                return [retried, took(duration_s, "retried")]
            case mail_events.EmailWaiting(cause=cause, duration_s=duration_s):
                return [one(registry.WAITING, cause=_kind(cause)), took(duration_s, "waiting")]
            case mail_events.EmailHospitalised(reason=reason, reply_code=code, duration_s=duration_s):
                admitted = one(registry.HOSPITALISED, reason=_kind(reason), reply=_class(code))
                return [admitted, took(duration_s, "hospitalised")]
            case mail_events.DuplicateSuppressed(duration_s=duration_s):
                return [one(registry.DUPLICATES), took(duration_s, "duplicate")]
            case _:
                return []

    def _incident(self, event: Event) -> list[Measurement]:
        """Something else happened to a mail or its message."""
        match event:
            case mail_events.MessageReceived(redelivered=flag):
                return [self._one(registry.RECEIVED, redelivered=_flag(flag))]
            case mail_events.MessageHandedBack(cause=cause):
                return [self._one(registry.HANDED_BACK, cause=cause)]
            case mail_events.InDoubtFound(relay=relay, worker_died=died):
                return [self._one(registry.IN_DOUBT, relay=relay, worker_died=_flag(died))]
            case _:
                return []

    def _turn(self, event: Event) -> list[Measurement]:
        """What the worker depends on has broken or is well again."""
        one = self._one
        match event:
            case worker_events.RelayDown(relay=relay, phase=phase, reply_code=code):
                opened = one(registry.BREAKER_OPENED, relay=relay, phase=phase, reply=_class(code))
                return [opened, one(registry.BREAKER, 1, relay=relay)]
            case worker_events.RelayBack(relay=relay):
                return [one(registry.BREAKER, 0, relay=relay)]
            case worker_events.IntakePaused(cause=cause):
                return [one(registry.PAUSED, 1, cause=cause)]
            case worker_events.IntakeResumed():
                return [one(registry.PAUSED, 0, cause=cause) for cause in _CAUSES]
            case worker_events.BrokerBlocked():
                return [one(registry.BROKER_BLOCKED, 1)]
            case worker_events.BrokerUnblocked():
                return [one(registry.BROKER_BLOCKED, 0)]
            case _:
                return []

    def _sample(self, sample: worker_events.WorkerSampled) -> list[Measurement]:
        one, paused_by, relays = self._one, sample.paused_by, sample.relays.items()
        return [
            one(registry.IN_FLIGHT, sample.in_flight),
            one(registry.UNACKED, sample.unacked),
            *(one(registry.QUEUED, count, queue=queue) for queue, count in sample.queued.items()),
            one(registry.RSS, sample.rss_bytes),
            one(registry.LAG, sample.lag_s),
            one(registry.BROKER, sample.is_connected),
            one(registry.CONSUMING, sample.is_connected and not paused_by),
            one(registry.LEDGER, paused_by != "ledger"),
            *(one(registry.PAUSED, cause == paused_by, cause=cause) for cause in _CAUSES),
            *(one(registry.RELAY_CHECK, is_available, relay=relay) for relay, is_available in relays),
            *(one(registry.BREAKER, not is_available, relay=relay) for relay, is_available in relays),
            *(one(registry.DROPPED, count, sink=sink) for sink, count in sample.dropped.items()),
        ]

    def _duration(self, duration_s: float, outcome: str) -> Measurement:
        return self._one(registry.DURATION, duration_s, outcome=outcome)

    def _one(self, metric: Metric, value: float = 1, **tags: str) -> Measurement:
        listed = {tag.name: self._listed(tag, tags[tag.name]) for tag in metric.tags}
        return Measurement(metric=metric, value=float(value), tags=listed)

    def _listed(self, tag: Tag, value: str) -> str:
        return value if value in (self._relays if tag.values is None else tag.values) else OTHER


def _flag(value: bool) -> str:
    return str(value).lower()


def _kind(text: str) -> str:
    """What stands before the colon; what follows it may be a name from the task."""
    return text.partition(":")[0]


def _class(reply_code: int | None) -> str:
    return f"{reply_code // 100}yz" if reply_code else "none"
