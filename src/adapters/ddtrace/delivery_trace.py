"""The spans of one delivery: one for the whole, one for each step, one for each phase of the dialogue."""

import time
from typing import TYPE_CHECKING

from domain.events import Event
from domain.mail_events import MessageReceived
from domain.mail_label import MailLabel
from domain.timing_events import DialogueEnded, Step, StepEnded
from domain.trace_context import TraceContext

if TYPE_CHECKING:
    from ddtrace.trace import Context, Span, Tracer

_NAME = "takeoff.delivery"
_NS = 1_000_000_000
# Above it, log lines have all 128 bits in hexadecimal digits, as ddtrace's own get_log_correlation_context.
_MAX_64_BITS = 2**64 - 1
# What of the last event says how it ended; free texts of relays are not among them.
_FACTS = ("attempts", "relay", "reply_code", "enhanced_code", "reason", "cause", "delay_s", "age_s", "step")


class DeliveryTrace:
    """Goes on with the trace that the message brings; a replay begins its own, linked to that one.

    Of a trace that is not sampled only the root is made, which Datadog counts.
    """

    def __init__(self, tracer: "Tracer", received: MessageReceived, *, service: str) -> None:
        self._tracer = tracer
        before = _context_of(received.trace)
        parent = None if received.is_replay else before
        self._root = tracer.start_span(_NAME, child_of=parent, service=service, span_type="worker")
        if received.is_replay and before:
            self._root.link_span(before, {"link.kind": "replay"})
        self._root.set_tag("span.kind", "consumer")
        self._root.set_tag("messaging.system", "rabbitmq")
        self._root.set_tag("takeoff.redelivered", str(received.redelivered).lower())
        if self._root.context.sampling_priority is None:
            # Else whoever began the trace has decided.
            tracer.sample(self._root)  # type: ignore[no-untyped-call]
        self._is_sampled = (self._root.context.sampling_priority or 0) > 0
        self._dialogues: list[DialogueEnded] = []
        self.log_fields = {"dd.trace_id": _written(self._root.trace_id), "dd.span_id": str(self._root.span_id)}

    def headers(self) -> dict[str, str]:
        """What a copy of the message carries: the next delivery's root is a child of this one's."""
        from ddtrace.propagation.http import HTTPPropagator  # noqa: PLC0415  as above

        headers: dict[str, str] = {}
        HTTPPropagator.inject(self._root.context, headers)
        return headers

    def keep_phases(self, dialogue: DialogueEnded) -> None:
        """Keep them until the step ends that they are parts of."""
        if self._is_sampled:
            self._dialogues.append(dialogue)

    def add_step(self, event: StepEnded, *, now_s: float) -> None:
        """Make the step's span, and those of its phases; `now_s` is the time now by the clock of the event."""
        if not self._is_sampled:
            return
        epoch_ns = time.time_ns() - int(now_s * _NS)
        step = self._span(f"takeoff.{event.step}", self._root, event.began_s, event.ended_s, epoch_ns)
        if event.step is Step.SEND:
            for dialogue in self._dialogues:
                for each in dialogue.phases:
                    span = self._span(f"smtp.{each.phase}", step, each.began_s, each.ended_s, epoch_ns)
                    span.set_tag("takeoff.relay", dialogue.relay)
            self._dialogues = []

    def tag(self, name: str, value: str) -> None:
        """Note something of the whole delivery."""
        self._root.set_tag(name, value)

    def fail(self, kind: str) -> None:
        """Mark the delivery as failed; `kind` is a constant."""
        self._root.error = 1
        self._root.set_tag("error.type", kind)

    def end(self, event: Event) -> None:
        """End the delivery with what its last event says."""
        self._root.resource = _category(event) or "unknown"
        self._root.set_tag("takeoff.outcome", type(event).__name__)
        for name in _FACTS:
            if (value := getattr(event, name, None)) not in (None, ""):
                self._root.set_tag(f"takeoff.{name}", value)
        if mail := _label(event):
            self._root.set_tag("takeoff.key", mail.key)
            self._root.set_tag("takeoff.domain", mail.domain)
        self._root.finish()

    def _span(self, name: str, parent: "Span", began_s: float, ended_s: float, epoch_ns: int) -> "Span":
        span = self._tracer.start_span(name, child_of=parent)
        span.start_ns = epoch_ns + int(began_s * _NS)
        span.finish((epoch_ns + int(ended_s * _NS)) / _NS)
        return span


def _context_of(trace: TraceContext) -> "Context | None":
    from ddtrace.propagation.http import HTTPPropagator  # noqa: PLC0415  loaded with the tracer

    if not trace.headers:
        return None
    context: Context = HTTPPropagator.extract(dict(trace.headers))  # type: ignore[no-untyped-call]
    return context if context.trace_id and context.span_id else None


def _written(trace_id: int) -> str:
    return f"{trace_id:032x}" if trace_id > _MAX_64_BITS else str(trace_id)


def _label(event: Event) -> MailLabel | None:
    label = getattr(event, "mail", None)
    return label if isinstance(label, MailLabel) else None


def _category(event: Event) -> str:
    label = _label(event)
    return label.category if label else ""
