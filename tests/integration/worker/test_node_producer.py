"""The registration API's own way of publishing, with its own libraries, in whatever order things start."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from tests.integration.services.node_program import install
from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.queues import channel_of
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import CATEGORY

HERE = Path(__file__).parent / "node_producer"
PROTO = Path(__file__).parents[3] / "proto" / "email.proto"
PUBLISH_S = 30


@pytest.fixture(scope="module")
def producer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its dependencies."""
    return install(HERE, tmp_path_factory.mktemp("producer")) / "producer.mjs"


def produce(producer: Path, url: str, *recipients: str) -> str:
    """Publish one task for each recipient and return what the program complains of."""
    tasks = [
        json.dumps({"to": to, "category": CATEGORY, "subject": "You are in", "firstName": "Ada"}) for to in recipients
    ]
    command = ["node", str(producer), url, str(PROTO), *tasks]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PUBLISH_S).stderr


def deliver(folder: Path, variables: dict[str, str], relay: RecordingRelay, count: int) -> WorkerProcess:
    """Run a worker until the mails have arrived."""
    with WorkerProcess(folder, **variables) as worker:
        relay.wait_for(count)
        assert worker.stop() == 0
    return worker


def test_producer_first(
    producer: Path, tmp_path: Path, variables: dict[str, str], relay: RecordingRelay, url: str
) -> None:
    produce(producer, url, "ada@example.com")
    deliver(tmp_path, variables, relay, 1)
    html = relay.mail_to("ada@example.com").get_body(("html",))
    assert html
    assert "Ada" in html.get_content()


def test_worker_first(producer: Path, worker: WorkerProcess, relay: RecordingRelay, url: str) -> None:
    produce(producer, url, "ada@example.com", "bob@example.com")
    relay.wait_for(2)
    assert sorted(relay.recipients) == ["ada@example.com", "bob@example.com"]


async def test_queue_declared_before_both_as_the_original_worker_does(
    producer: Path, tmp_path: Path, variables: dict[str, str], relay: RecordingRelay, url: str
) -> None:
    """AssertQueue without arguments then fails with 406 on the producer's side; sendToQueue works all the same."""
    async with channel_of(url) as channel:
        await channel.declare_exchange("email_dlx", aio_pika.ExchangeType.DIRECT, durable=True)
        arguments: dict[str, Any] = {
            "x-dead-letter-exchange": "email_dlx",
            "x-dead-letter-routing-key": "email_failed_key",
        }
        await channel.declare_queue("email_queue", durable=True, arguments=arguments)
    with WorkerProcess(tmp_path, **variables) as worker:
        await asyncio.to_thread(worker.wait_until_ready)
        complaint = await asyncio.to_thread(produce, producer, url, "ada@example.com")
        await asyncio.to_thread(relay.wait_for, 1)
        assert worker.stop() == 0
    assert complaint == "assertQueue: 406\n"
    assert relay.recipients == ["ada@example.com"]
