"""One call of a producer is one trace, whatever becomes of its mail: judged by what Datadog's own test agent got."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.agent import FakeAgent, parsed, udp_agent
from tests.integration.brokers.broker import Broker
from tests.integration.traces.agent import DatadogTestAgent, Span
from tests.integration.worker.process import COMMAND, WorkerProcess
from tests.integration.worker.queues import publish
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import body

TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
PARENT_ID = 0xB7AD6B7169203331
# As amqplib writes what a producer's tracer gave it.
HEADERS = {"traceparent": f"00-{TRACE_ID:032x}-{PARENT_ID:016x}-01", "tracestate": "dd=s:1;t.dm:-1"}
UNIFIED = {"env": "test", "version": "1.2.3"}
_DIALOGUE = ["smtp.mail", "smtp.rcpt", "smtp.data", "smtp.body", "smtp.dot"]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[DatadogTestAgent]:
    (tmp_path / "agent").mkdir()
    with DatadogTestAgent(tmp_path / "agent") as agent:
        yield agent


@pytest.fixture
def statsd() -> Iterator[FakeAgent]:
    with udp_agent() as statsd:
        yield statsd


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    with RecordingRelay() as relay:
        yield relay


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    return broker.address.url(vhost)


@pytest.fixture
def variables(url: str, relay: RecordingRelay, agent: DatadogTestAgent, statsd: FakeAgent) -> dict[str, str]:
    return {
        "AMQP_ADDR": url,
        "SMTP_RELAY": f"127.0.0.1:{relay.port}",
        "SMTP_TLS": "insecure-none",
        "MAIL_FROM": "tickets@takeoff.example",
        "RETRY_BASE_S": "1",
        "RETRY_FACTOR": "1",
        "DD_AGENT_HOST": "127.0.0.1",
        "DD_DOGSTATSD_PORT": str(statsd.port),
        "DD_TRACE_AGENT_PORT": str(agent.port),
        "DD_ENV": UNIFIED["env"],
        "DD_VERSION": UNIFIED["version"],
    }


@pytest.fixture
def worker(tmp_path: Path, variables: dict[str, str]) -> Iterator[WorkerProcess]:
    with WorkerProcess(tmp_path, **variables) as worker:
        worker.wait_until_ready()
        yield worker


def send(url: str, task: bytes) -> None:
    asyncio.run(publish(url, [task], headers=HEADERS))


def deliveries(spans: list[Span]) -> list[Span]:
    return [span for span in spans if span.name == "takeoff.delivery"]


def children(spans: list[Span], parent: Span) -> list[str]:
    return [span.name for span in spans if span.parent_id == parent.span_id and span.name != "takeoff.delivery"]


def test_a_producers_call_is_one_trace_with_every_step_and_phase(
    url: str, worker: WorkerProcess, agent: DatadogTestAgent, statsd: FakeAgent
) -> None:
    send(url, body("ada@example.org"))
    spans = agent.wait_for("takeoff.delivery", 1)
    (delivery,) = deliveries(spans)
    assert (delivery.trace_id, delivery.parent_id) == (TRACE_ID & (2**64 - 1), PARENT_ID)
    assert delivery.meta["_dd.p.tid"] == f"{TRACE_ID >> 64:016x}"
    assert {span.trace_id for span in spans} == {delivery.trace_id}
    steps = [f"takeoff.{name}" for name in ("claim", "render", "send", "record", "settle")]
    assert children(spans, delivery) == steps
    (sending,) = (span for span in spans if span.name == "takeoff.send")
    assert children(spans, sending) == ["smtp.connect", "smtp.greeting", "smtp.ehlo", *_DIALOGUE]
    _assert_unified_tags(spans, worker, statsd, delivery)


def _assert_unified_tags(spans: list[Span], worker: WorkerProcess, statsd: FakeAgent, delivery: Span) -> None:
    for span in spans:
        assert (span.service, span.meta["env"], span.meta["version"]) == ("email-worker", "test", "1.2.3")
    (line,) = worker.wait_for_lines("email.sent", 1)
    assert {name: line[f"dd.{name}"] for name in UNIFIED} == UNIFIED
    assert (line["dd.service"], line["dd.span_id"]) == ("email-worker", str(delivery.span_id))
    assert line["dd.trace_id"] == f"{TRACE_ID:032x}"
    worker.stop()
    ours = [tags for name, tags in map(parsed, statsd.lines()) if not name.startswith("datadog.")]
    assert ours
    assert all(tags.items() >= {**UNIFIED, "service": "email-worker"}.items() for tags in ours)


def test_a_retried_mail_is_one_trace_with_its_attempts(
    url: str, worker: WorkerProcess, relay: RecordingRelay, agent: DatadogTestAgent
) -> None:
    relay.replies["ada@example.org"] = ["451 4.7.1 later", "451 4.7.1 later"]
    send(url, body("ada@example.org"))
    attempts = deliveries(agent.wait_for("takeoff.delivery", 3))
    assert {span.trace_id for span in attempts} == {TRACE_ID & (2**64 - 1)}
    by_parent = {span.parent_id: span for span in attempts}
    first = by_parent[PARENT_ID]
    second = by_parent[first.span_id]
    third = by_parent[second.span_id]
    outcomes = [span.meta["takeoff.outcome"] for span in (first, second, third)]
    assert outcomes == ["EmailRetryScheduled", "EmailRetryScheduled", "EmailSent"]


@pytest.mark.usefixtures("worker")
def test_a_replayed_mail_has_a_trace_that_is_linked_to_the_failed_one(
    relay: RecordingRelay, agent: DatadogTestAgent, variables: dict[str, str], tmp_path: Path
) -> None:
    relay.replies["ada@example.org"] = ["550 5.1.1 no such user"]
    send(variables["AMQP_ADDR"], body("ada@example.org"))
    (failed,) = deliveries(agent.wait_for("takeoff.delivery", 1))
    replay = [str(COMMAND), "hospital", "replay", "--all"]
    environment = {"PATH": str(Path(sys.executable).parent), **variables}
    subprocess.run(replay, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    _, replayed = sorted(deliveries(agent.wait_for("takeoff.delivery", 2)), key=lambda span: span != failed)
    assert (failed.error, failed.meta["error.type"]) == (1, "refused_permanently:rcpt")
    assert replayed.trace_id != failed.trace_id
    assert replayed.links == [failed.span_id]
    relay.wait_for(1)
