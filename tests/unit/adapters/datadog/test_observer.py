"""What arrives at a real socket in the agent's place, and that nobody notices when there is none."""

import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.datadog.agent import Agent
from adapters.datadog.observer import DatadogObserver
from application.metrics.meter import Meter
from application.metrics.registry import METRICS
from domain.events import Event
from domain.mail_events import DuplicateSuppressed, EmailSent
from domain.mail_label import MailLabel
from domain.worker_events import RelayDown
from tests.doubles.agent import FakeAgent, free_udp_port, parsed, strangers, udp_agent
from tests.doubles.every_event import CANARY, EVERY_EVENT, RELAY

MAIL = MailLabel(key="k1")
TAGS = "env:test,service:email-worker,version:1.2.3"
SENT = EmailSent(mail=MAIL, attempts=1, relay=RELAY, reply_code=250, duration_s=0.25)


def observer(*, port: int = 8125, path: str = "") -> DatadogObserver:
    host = "" if path else "127.0.0.1"
    agent = Agent(host=host, port=port, socket=path, env="test", service="email-worker", version="1.2.3")
    return DatadogObserver(agent=agent, meter=Meter(relays=[RELAY]))


def sent_by(*events: Event) -> list[str]:
    with udp_agent() as agent:
        sink = observer(port=agent.port)
        for event in events:
            sink.notify(event)
        sink.close()
        return agent.lines()


def test_counters_are_summed_up_before_they_leave() -> None:
    duplicate = DuplicateSuppressed(mail=MAIL, attempts=1, relay=RELAY, duration_s=0.01)
    counts = [line for line in sent_by(*[duplicate] * 50) if "duplicates_suppressed" in line]
    assert sum(float(line.split(":")[1].split("|")[0]) for line in counts) == 50
    assert len(counts) < 50


def test_a_duration_is_a_distribution_with_the_unified_tags() -> None:
    lines = [line.split("|c:")[0] for line in sent_by(SENT)]
    assert f"takeoff.delivery.duration:0.25|d|#outcome:sent,{TAGS}" in lines
    assert f"takeoff.emails.sent:1.0|c|#relay:{RELAY},{TAGS}" in lines


def test_a_breaker_that_opens_is_an_event() -> None:
    lines = sent_by(RelayDown(relay=RELAY, phase="auth", cause=CANARY, reply_code=535))
    (event,) = (line for line in lines if line.startswith("_e"))
    assert parsed(event)[0] == "takeoff.relay.breaker_opened"
    assert "|t:error|" in event


def test_every_metric_arrives_with_tags_of_the_registry_and_no_free_text() -> None:
    lines = sent_by(*EVERY_EVENT)
    assert {parsed(line)[0] for line in lines} >= {metric.name for metric in METRICS}
    assert strangers(lines, relays=[RELAY]) == []
    assert [line for line in lines if CANARY in line] == []


def test_tags_of_the_environment_are_not_there_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client reads DD_ENV and its like by itself."""
    monkeypatch.setenv("DD_ENV", "test")
    assert parsed(sent_by(SENT)[0])[1]["env"] == "test"


@pytest.mark.parametrize("scheme", ["", "unix://", "unixgram://"])
def test_a_unix_socket_gets_the_same(tmp_path: Path, scheme: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "s"))
        agent = FakeAgent(listener)
        sink = observer(path=f"{scheme}{tmp_path / 's'}")
        sink.notify(SENT)
        sink.close()
        assert "takeoff.emails.sent" in {parsed(line)[0] for line in agent.lines()}


@pytest.mark.parametrize("where", ["closed port", "no socket"])
def test_without_an_agent_nothing_is_raised_or_logged_and_what_is_lost_is_counted(
    where: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sink = observer(port=free_udp_port()) if where == "closed port" else observer(path=str(tmp_path / "gone"))
    for _ in range(500):
        sink.notify(SENT)
    client = sink._client
    assert client
    sink.close()
    assert client.packets_dropped > 0
    assert caplog.records == []


def test_off_means_off() -> None:
    sink = DatadogObserver(agent=None, meter=Meter(relays=[]))
    sink.notify(SENT)
    sink.close()
    assert sink._client is None


def test_a_worker_without_an_agent_does_not_load_the_client() -> None:
    """It brings requests along, which would make every start slower."""
    ask = "import sys, entrypoints.container; sys.exit('datadog' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", ask], timeout=60, check=False).returncode == 0
