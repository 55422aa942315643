"""A worker against the suite's broker and a relay of the test's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.brokers.broker import Broker
from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.relay import RecordingRelay


@pytest.fixture
def relay() -> Iterator[RecordingRelay]:
    with RecordingRelay() as relay:
        yield relay


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    """The test's own virtual host."""
    return broker.address.url(vhost)


@pytest.fixture
def variables(url: str, relay: RecordingRelay) -> dict[str, str]:
    """Settings for broker and relay, with a short first wait."""
    return {
        "AMQP_ADDR": url,
        "SMTP_RELAY": f"127.0.0.1:{relay.port}",
        "SMTP_TLS": "insecure-none",
        "MAIL_FROM": "Takeoff <tickets@takeoff.example>",
        "RETRY_BASE_S": "1",
        "RETRY_FACTOR": "1",
    }


@pytest.fixture
def worker(tmp_path: Path, variables: dict[str, str]) -> Iterator[WorkerProcess]:
    """A worker that consumes."""
    with WorkerProcess(tmp_path, **variables) as worker:
        worker.wait_until_ready()
        yield worker
