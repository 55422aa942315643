"""The trace sink: makes spans of events, each when it has ended, with the times that the event tells."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING

from adapters.ddtrace.client import close_tracer, load_tracer
from adapters.ddtrace.delivery_trace import DeliveryTrace
from adapters.ddtrace.trace_agent import TraceAgent
from application.ports.clock import Clock
from application.ports.observer import Observer
from domain import mail_events
from domain.events import Event
from domain.timing_events import DialogueEnded, StepEnded

if TYPE_CHECKING:
    from ddtrace.trace import Tracer

_ENDS = (
    mail_events.EmailSent
    | mail_events.EmailRetryScheduled
    | mail_events.EmailWaiting
    | mail_events.EmailHospitalised
    | mail_events.DuplicateSuppressed
    | mail_events.MessageHandedBack
    | mail_events.SettlementLost
)


class DdtraceObserver(Observer):
    """One trace a mail, over all its attempts; without an agent, or without ddtrace, it does nothing at all.

    Each delivery has a task and so a context of its own, in which this finds the spans that events belong to.
    """

    def __init__(
        self, *, agent: TraceAgent | None, clock: Clock, load: Callable[[TraceAgent], "Tracer | None"] = load_tracer
    ) -> None:
        self._agent = agent
        self._load = load
        self._clock = clock
        self._current: ContextVar[DeliveryTrace | None] = ContextVar("takeoff_delivery_trace", default=None)

    @property
    def is_lacking(self) -> bool:
        """Whether an agent is set and ddtrace is not installed."""
        return self._agent is not None and self._tracer is None

    def notify(self, event: Event) -> None:
        if self._tracer is None:
            return
        if isinstance(event, mail_events.MessageReceived):
            self._current.set(DeliveryTrace(self._tracer, event, service=self._service))
        elif trace := self._current.get():
            _tell(trace, event, now_s=self._clock.monotonic_s())

    def headers(self) -> Mapping[str, str]:
        """The headers by which a copy of this task's message continues its trace; none outside of a delivery."""
        trace = self._current.get()
        return trace.headers() if trace else {}

    def log_fields(self) -> Mapping[str, str]:
        """The ids by which Datadog finds the lines of a trace; none outside of a delivery."""
        trace = self._current.get()
        return trace.log_fields if trace else {}

    def close(self) -> None:
        """Send what is left, for two seconds at most; blocks meanwhile."""
        if self._tracer is not None:
            close_tracer(self._tracer)

    @property
    def _service(self) -> str:
        return self._agent.service if self._agent else ""

    @cached_property
    def _tracer(self) -> "Tracer | None":
        return self._load(self._agent) if self._agent else None


def _tell(trace: DeliveryTrace, event: Event, *, now_s: float) -> None:
    match event:
        case StepEnded():
            trace.add_step(event, now_s=now_s)
        case DialogueEnded():
            trace.keep_phases(event)
        case mail_events.DeliveryFailedUnexpectedly(error=error):
            # Its text may name a person.
            trace.fail(type(error).__name__)
        case mail_events.InDoubtFound():
            trace.tag("takeoff.in_doubt", "true")
        case mail_events.EmailHospitalised(reason=reason):
            trace.fail(reason)
            trace.end(event)
        case _ if isinstance(event, _ENDS):
            trace.end(event)
