"""The trace that a message belongs to, as its sender wrote it down."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Headers by their names (W3C Trace Context, Datadog's); strangers may have written them: they go into no log."""

    headers: Mapping[str, str] = field(default_factory=dict, hash=False)


NO_TRACE = TraceContext()
