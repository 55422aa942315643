"""Which spans a delivery's events become, in which trace, and what stands on them."""

import subprocess
import sys
from collections.abc import Iterator
from contextvars import copy_context

import pytest

from adapters.ddtrace.observer import DdtraceObserver
from adapters.ddtrace.trace_agent import TraceAgent
from domain.events import Event
from domain.mail_events import (
    DeliveryFailedUnexpectedly,
    EmailHospitalised,
    EmailRetryScheduled,
    EmailSent,
    InDoubtFound,
    MessageReceived,
)
from domain.mail_label import MailLabel
from domain.outcome import Phase
from domain.timing_events import DialogueEnded, LedgerCommitted, PhaseTime, Step, StepEnded
from domain.trace_context import TraceContext
from tests.doubles.clock import ManualClock
from tests.doubles.every_event import CANARY, EVERY_EVENT, RELAY
from tests.doubles.tracer import KeptTraces, kept_traces

MAIL = MailLabel(key="k1", category="welcome", domain="example.org")
AGENT = TraceAgent(url="http://127.0.0.1:1", env="test", service="email-worker", version="1.2.3")
SENT = EmailSent(mail=MAIL, attempts=1, relay=RELAY, reply_code=250, duration_s=0.25)
RETRY = EmailRetryScheduled(
    mail=MAIL,
    attempts=1,
    cause="rcpt",
    relay=RELAY,
    reply_code=451,
    enhanced_code="4.7.1",
    delay_s=30,
    duration_s=0.1,
)
TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
PARENT_ID = 0xB7AD6B7169203331
W3C = TraceContext({"traceparent": f"00-{TRACE_ID:032x}-{PARENT_ID:016x}-01"})
DATADOG = TraceContext(
    {
        "x-datadog-trace-id": str(TRACE_ID & (2**64 - 1)),
        "x-datadog-tags": f"_dd.p.tid={TRACE_ID >> 64:016x}",
        "x-datadog-parent-id": str(PARENT_ID),
        "x-datadog-sampling-priority": "1",
    }
)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptTraces]:
    with kept_traces(monkeypatch) as kept:
        yield kept


@pytest.fixture
def observer(kept: KeptTraces) -> DdtraceObserver:
    return DdtraceObserver(agent=AGENT, clock=ManualClock(), load=lambda _: kept.tracer)


def received(trace: TraceContext = W3C, *, is_replay: bool = False) -> MessageReceived:
    return MessageReceived(redelivered=False, is_replay=is_replay, trace=trace)


def deliver(observer: DdtraceObserver, *events: Event) -> dict[str, str]:
    """Tell these events as the task of a delivery does; returns the headers of a copy made in it."""

    def run() -> dict[str, str]:
        for event in events:
            observer.notify(event)
        return dict(observer.headers())

    return copy_context().run(run)


@pytest.mark.parametrize("trace", [W3C, DATADOG], ids=["w3c", "datadog"])
def test_a_delivery_goes_on_with_the_producers_trace(
    observer: DdtraceObserver, kept: KeptTraces, trace: TraceContext
) -> None:
    deliver(observer, received(trace), SENT)
    (root,) = kept.named("takeoff.delivery")
    assert (root.trace_id, root.parent_id) == (TRACE_ID, PARENT_ID)
    assert (root.service, root.resource, root.get_tag("takeoff.relay")) == ("email-worker", "welcome", RELAY)


def test_steps_are_parts_of_the_delivery_and_phases_parts_of_the_send_with_their_own_times(
    observer: DdtraceObserver, kept: KeptTraces
) -> None:
    phases = (PhaseTime(Phase.MAIL, 2.0, 2.5), PhaseTime(Phase.DOT, 2.75, 4.0))
    deliver(
        observer,
        received(),
        StepEnded(step=Step.CLAIM, began_s=1.0, ended_s=1.5),
        DialogueEnded(relay=RELAY, phases=phases),
        StepEnded(step=Step.SEND, began_s=2.0, ended_s=4.25),
        SENT,
    )
    (root,), (claim,), (send,) = (kept.named(f"takeoff.{name}") for name in ("delivery", "claim", "send"))
    (mail,), (dot,) = (kept.named(f"smtp.{name}") for name in ("mail", "dot"))
    assert {claim.parent_id, send.parent_id} == {root.span_id}
    assert {mail.parent_id, dot.parent_id} == {send.span_id}
    assert [span.duration for span in (claim, send, mail, dot)] == pytest.approx([0.5, 2.25, 0.5, 1.25], abs=1e-3)
    assert (dot.start_ns - send.start_ns) / 1e9 == pytest.approx(0.75, abs=1e-3)
    assert {span.trace_id for span in kept.spans} == {TRACE_ID}


def test_a_retry_is_a_child_of_the_attempt_before_it(observer: DdtraceObserver, kept: KeptTraces) -> None:
    copy = deliver(observer, received(), RETRY)
    deliver(observer, received(TraceContext(copy)), SENT)
    first, second = kept.named("takeoff.delivery")
    assert (second.trace_id, second.parent_id) == (TRACE_ID, first.span_id)


def test_without_a_producers_trace_the_first_attempt_begins_one(observer: DdtraceObserver, kept: KeptTraces) -> None:
    copy = deliver(observer, received(TraceContext()), RETRY)
    deliver(observer, received(TraceContext(copy)), SENT)
    first, second = kept.named("takeoff.delivery")
    assert (first.parent_id, second.parent_id) == (None, first.span_id)
    assert second.trace_id == first.trace_id


def test_a_replay_has_a_trace_of_its_own_that_is_linked(observer: DdtraceObserver, kept: KeptTraces) -> None:
    deliver(observer, received(is_replay=True), SENT)
    (root,) = kept.named("takeoff.delivery")
    assert root.trace_id != TRACE_ID
    (link,) = root._get_links()
    assert (link.trace_id, link.span_id) == (TRACE_ID, PARENT_ID)


@pytest.mark.parametrize("header", ["", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", CANARY * 50])
def test_a_context_that_is_none_is_no_harm(observer: DdtraceObserver, kept: KeptTraces, header: str) -> None:
    for is_replay in (False, True):
        deliver(observer, received(TraceContext({"traceparent": header}), is_replay=is_replay), SENT)
    assert [root.parent_id for root in kept.named("takeoff.delivery")] == [None, None]


def test_deliveries_beside_each_other_do_not_mix(observer: DdtraceObserver, kept: KeptTraces) -> None:
    first, second = copy_context(), copy_context()
    first.run(observer.notify, received())
    second.run(observer.notify, received(TraceContext()))
    first.run(observer.notify, StepEnded(step=Step.CLAIM, began_s=0.0, ended_s=1.0))
    second.run(observer.notify, StepEnded(step=Step.RENDER, began_s=0.0, ended_s=1.0))
    first.run(observer.notify, SENT)
    second.run(observer.notify, SENT)
    (claim,), (render,) = kept.named("takeoff.claim"), kept.named("takeoff.render")
    assert claim.trace_id == TRACE_ID != render.trace_id


def test_log_lines_of_a_delivery_have_the_ids_of_its_span(observer: DdtraceObserver, kept: KeptTraces) -> None:
    context = copy_context()
    context.run(observer.notify, received())
    fields = context.run(observer.log_fields)
    context.run(observer.notify, SENT)
    (root,) = kept.named("takeoff.delivery")
    assert fields == {"dd.trace_id": f"{TRACE_ID:032x}", "dd.span_id": str(root.span_id)}
    assert observer.log_fields() == {} == observer.headers()


def test_of_a_trace_that_is_not_sampled_only_the_root_is_made(observer: DdtraceObserver, kept: KeptTraces) -> None:
    unsampled = TraceContext({"traceparent": f"00-{TRACE_ID:032x}-{PARENT_ID:016x}-00"})
    deliver(observer, received(unsampled), StepEnded(step=Step.CLAIM, began_s=0.0, ended_s=1.0), SENT)
    assert [span.name for span in kept.spans] == ["takeoff.delivery"]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (DeliveryFailedUnexpectedly(key="k1", error=KeyError(CANARY)), "KeyError"),
        (
            EmailHospitalised(
                mail=MAIL,
                attempts=1,
                reason="missing:to",
                relay="",
                reply_code=None,
                enhanced_code=None,
                duration_s=0.1,
            ),
            "missing:to",
        ),
    ],
)
def test_what_fails_is_an_error_by_its_kind(
    observer: DdtraceObserver, kept: KeptTraces, event: Event, kind: str
) -> None:
    deliver(observer, received(), event, SENT)
    (root, *_) = kept.named("takeoff.delivery")
    assert (root.error, root.get_tag("error.type")) == (1, kind)


def test_events_outside_of_a_delivery_make_no_span(observer: DdtraceObserver, kept: KeptTraces) -> None:
    for event in (
        LedgerCommitted(operations=1, duration_s=0.1),
        InDoubtFound(mail=MAIL, relay=RELAY, worker_died=True),
    ):
        observer.notify(event)
    assert kept.spans == []


def test_off_means_off() -> None:
    observer = DdtraceObserver(agent=None, clock=ManualClock())
    for event in EVERY_EVENT:
        observer.notify(event)
    observer.close()
    assert (observer.headers(), observer.log_fields(), observer.is_lacking) == ({}, {}, False)


def test_where_the_extra_is_not_installed_that_can_be_asked() -> None:
    observer = DdtraceObserver(agent=AGENT, clock=ManualClock(), load=lambda _: None)
    observer.notify(received())
    assert observer.is_lacking


def test_a_worker_without_an_agent_does_not_load_the_tracer() -> None:
    """Its import takes longer than all others of ours together."""
    ask = "import sys, entrypoints.container; sys.exit(any(name.startswith('ddtrace') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", ask], timeout=60, check=False).returncode == 0


def test_the_tracer_patches_nothing_and_asks_nobody() -> None:
    ask = f"""
import sys, threading
from adapters.ddtrace.client import load_tracer
from adapters.ddtrace.trace_agent import TraceAgent
tracer = load_tracer({AGENT!r})
sys.exit(tracer.agent_trace_url != {AGENT.url!r} or len(threading.enumerate()) > 1 or "ddtrace.auto" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", ask], timeout=60, check=False).returncode == 0
