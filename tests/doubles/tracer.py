"""ddtrace itself, with what it would send kept in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ddtrace.trace import Span, Tracer


class KeptTraces:
    """`spans` are those of all traces that ended."""

    def __init__(self, tracer: "Tracer") -> None:
        self.tracer = tracer
        self.spans: list[Span] = []

    def named(self, name: str) -> "list[Span]":
        """The spans of one name, in the order in which their traces ended."""
        return [span for span in self.spans if span.name == name]


@contextmanager
def kept_traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptTraces]:
    """Load the tracer, and keep what it makes; nothing leaves the process."""
    for name in ("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "DD_REMOTE_CONFIGURATION_ENABLED"):
        monkeypatch.setenv(name, "false")
    from ddtrace.trace import TraceFilter, tracer

    kept = KeptTraces(tracer)

    class _Keep(TraceFilter):
        def process_trace(self, trace: "list[Span]") -> "list[Span] | None":
            kept.spans += trace
            return None

    tracer.configure(trace_processors=[_Keep()])
    yield kept
    tracer.configure(trace_processors=[])
