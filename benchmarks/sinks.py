"""`python -m benchmarks.sinks`: CPU time that telling of a mail costs, with all sinks on against all off.

A round tells the events of a mail that is sent at the first try, over a connection that is there, some thousand times:
once to sinks that write a JSON log, count for Prometheus and send to a DogStatsD agent, once to no sink, in turns. The
CPU time is the whole process's, the sinks' threads included. `traced` has a trace of every mail besides, `unsampled`
one that its producer did not sample: Datadog samples about ten a second. No agent takes the traces.
"""

import argparse
import json
import logging
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import asdict, dataclass

from adapters.clock.system_clock import SystemClock
from adapters.datadog.agent import Agent
from adapters.datadog.observer import DatadogObserver
from adapters.ddtrace.observer import DdtraceObserver
from adapters.ddtrace.trace_agent import TraceAgent
from adapters.logging.configure import LogFormat, configure_logging
from adapters.logging.observer import LogObserver
from adapters.prometheus.observer import PrometheusObserver
from application.fan_out import FanOut
from application.metrics.meter import Meter
from application.ports.observer import Observer
from domain.events import Event
from domain.mail_events import EmailSent, MessageReceived
from domain.mail_label import MailLabel
from domain.outcome import Phase
from domain.timing_events import DialogueEnded, LedgerCommitted, PhaseTime, Step, StepEnded
from domain.trace_context import TraceContext

_ROUNDS, _MAILS = 15, 2000
_BAR_US = 80
_RELAY = "smtp.example.com:465"
_TAGS = {"env": "bench", "service": "email-worker", "version": "0"}
_DIALOGUE = (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.BODY, Phase.DOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU microseconds a mail that the sinks add, over the rounds; the bar is for the smallest of `all`."""

    sinks: str
    min_us: float
    median_us: float


def told_of(trace_flags: str) -> list[Event]:
    """The events of one mail; of three transactions a mail has one for itself, on a busy ledger."""
    at_s = time.monotonic()
    mail = MailLabel(key="0" * 64, category="Attendee_Ticket", domain="example.org")
    trace = TraceContext({"traceparent": f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{trace_flags}"})
    phases = tuple(PhaseTime(phase, at_s, at_s + 0.001) for phase in _DIALOGUE)
    steps = {step: StepEnded(step=step, began_s=at_s, ended_s=at_s + 0.001) for step in Step}
    return [
        MessageReceived(redelivered=False, trace=trace),
        steps[Step.CLAIM],
        steps[Step.RENDER],
        DialogueEnded(relay=_RELAY, phases=phases),
        steps[Step.SEND],
        LedgerCommitted(operations=3, duration_s=0.002),
        steps[Step.RECORD],
        steps[Step.SETTLE],
        EmailSent(mail=mail, attempts=1, relay=_RELAY, reply_code=250, duration_s=0.01, age_s=1.0),
    ]


def cpu_us(sink: Observer, events: Sequence[Event], mails: int, flush: Callable[[], None]) -> float:
    """Tell of so many mails, each in a context of its own as its task has; until what was told has left."""

    def tell() -> None:
        for event in events:
            sink.notify(event)

    started = time.process_time()
    for _ in range(mails):
        copy_context().run(tell)
    flush()
    return (time.process_time() - started) / mails * 1e6


def measure(*, rounds: int, mails: int) -> list[Cost]:
    """Measure on against off in turns."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    clock, meter = SystemClock(), Meter(relays=[_RELAY])
    agent = Agent(host="127.0.0.1", port=listener.getsockname()[1], socket="", **_TAGS)
    datadog = DatadogObserver(agent=agent, meter=meter)
    tracing = DdtraceObserver(agent=TraceAgent(url="http://127.0.0.1:1", **_TAGS), clock=clock)
    untraced = DdtraceObserver(agent=None, clock=clock)
    log = LogObserver(is_verbose=False)
    off = FanOut()
    on = FanOut(traces=untraced, log=log, prometheus=PrometheusObserver(meter=meter), datadog=datadog)
    with_traces = FanOut(traces=tracing, log=log, prometheus=PrometheusObserver(meter=meter), datadog=datadog)
    sampled, unsampled = told_of("01"), told_of("00")
    cases = {"all": (on, unsampled), "unsampled": (with_traces, unsampled), "traced": (with_traces, sampled)}

    def flush() -> None:
        for handler in configured:
            handler.flush()

    configured = configure_to_nowhere()
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, (sink, events) in cases.items():
            base = cpu_us(off, events, mails, flush)
            cost = cpu_us(sink, events, mails, flush) - base
            if number:  # the first fills the caches
                costs[name].append(cost)
    datadog.close()
    listener.close()
    return [Cost(sinks=name, min_us=min(each), median_us=statistics.median(each)) for name, each in costs.items()]


def configure_to_nowhere() -> list[logging.Handler]:
    """Log as the worker does, to /dev/null; what this program prints goes where it went."""
    printed, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    configure_logging(level="INFO", log_format=LogFormat.JSON)
    sys.stdout = os.fdopen(printed, "w")
    return logging.getLogger().handlers


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was measured; returns 1 where the bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sinks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--mails", type=int, default=_MAILS, help="told of in each round")
    parser.add_argument("--json", action="store_true", help="print numbers for programs")
    arguments = parser.parse_args(argv)
    costs = measure(rounds=arguments.rounds, mails=arguments.mails)
    if arguments.json:
        print(json.dumps([asdict(cost) for cost in costs]), flush=True)  # noqa: T201  what the command is for
    else:
        for cost in costs:
            print(f"{cost.sinks:<10} {cost.min_us:6.1f} us a mail, median {cost.median_us:6.1f}", flush=True)  # noqa: T201
    return 0 if costs[0].min_us <= _BAR_US else 1


if __name__ == "__main__":
    sys.exit(main())
