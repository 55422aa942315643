"""The trace of the delivery that the current task is in, as headers for the copies that this delivery makes."""

from collections.abc import Callable, Mapping

TraceHeaders = Callable[[], Mapping[str, str]]


def no_trace() -> Mapping[str, str]:
    """Say nothing: a copy keeps the headers that its message came with."""
    return {}
