"""Loads ddtrace: as a client that makes spans where it is told to, and nothing else."""

import logging
import os
import threading
from typing import TYPE_CHECKING

from adapters.ddtrace.trace_agent import TraceAgent

if TYPE_CHECKING:
    from ddtrace.trace import Tracer

# A mail has a dozen spans of some 300 bytes: what waits for an agent that does not answer, at full speed for seconds.
_BUFFER_BYTES = 4 * 1024 * 1024
_CLOSE_S = 2.0


def load_tracer(agent: TraceAgent) -> "Tracer | None":
    """Set ddtrace up for this agent; None where it is not installed.

    It reads its settings from the environment, when it is imported and only then.
    """
    os.environ.update(
        {
            "DD_TRACE_AGENT_URL": agent.url,
            "DD_ENV": agent.env,
            "DD_SERVICE": agent.service,
            "DD_VERSION": agent.version,
            "DD_TRACE_WRITER_BUFFER_SIZE_BYTES": str(_BUFFER_BYTES),
            # It would look the agent up and write to a socket three times for each trace, in the event loop.
            "DD_TRACE_HEALTH_METRICS_ENABLED": "false",
            # Its reports on itself, its remote control, and its lines at the start are nobody's wish.
            "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
            "DD_REMOTE_CONFIGURATION_ENABLED": "false",
            "DD_TRACE_STARTUP_LOGS": "false",
            # Tags of the process are paths of this host.
            "DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED": "false",
            # What travels with a message is the trace, not what somebody added to it.
            "DD_TRACE_PROPAGATION_STYLE": "datadog,tracecontext",
        }
    )
    # It logs every payload that an absent agent did not take.
    logging.getLogger("ddtrace").setLevel(logging.CRITICAL)
    try:
        from ddtrace.trace import tracer  # noqa: PLC0415  no start without an agent pays for it
    except ModuleNotFoundError:
        return None
    return tracer


def close_tracer(tracer: "Tracer") -> None:
    """Send what is left, for two seconds at most; blocks meanwhile."""
    # A daemon: it tries an agent that is not there again and again, and the process must be able to end.
    closing = threading.Thread(target=tracer.shutdown, daemon=True)
    closing.start()
    closing.join(_CLOSE_S)
