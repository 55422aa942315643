"""The broker dies under load and comes back."""

import asyncio
import time
from pathlib import Path

from tests.integration.brokers.broker import Broker
from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.queues import publish
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import body

TASKS = 1000
BACK_S = 30


async def test_all_mails_arrive_although_the_broker_is_killed_in_the_middle(
    own_broker: Broker, relay: RecordingRelay, tmp_path: Path, variables: dict[str, str]
) -> None:
    """The worker goes on by itself; what the broker had not yet recorded as acknowledged comes again and is known."""
    own_broker.management.add_vhost("load")
    url = own_broker.address.url("load")
    variables["AMQP_ADDR"] = url
    recipients = {f"guest{number}@example.com" for number in range(TASKS)}
    with WorkerProcess(tmp_path, **variables) as worker:
        worker.wait_until_ready()
        await publish(url, [body(recipient) for recipient in recipients])
        await asyncio.to_thread(relay.wait_for, TASKS // 2)
        await asyncio.to_thread(own_broker.kill)
        await asyncio.to_thread(worker.wait_for_lines, "intake.lost", 1)
        await asyncio.to_thread(own_broker.start)
        back_at = time.monotonic()
        await asyncio.to_thread(worker.wait_for_lines, "intake.started", 2, patience_s=BACK_S)
        recovery_s = time.monotonic() - back_at
        pid = worker.process.pid
        await asyncio.to_thread(relay.wait_for_recipients, recipients, patience_s=60)
        assert recovery_s < BACK_S
        assert worker.running
        assert worker.process.pid == pid
        assert worker.stop() == 0
    assert len(relay.recipients) == TASKS
