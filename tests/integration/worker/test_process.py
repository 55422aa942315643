"""The worker as a process: its start, its health, its end."""

import asyncio
import subprocess
import time
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.worker.process import COMMAND, WorkerProcess
from tests.integration.worker.queues import channel_of, publish, take_all
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import body

START_S = 1.5
HELP_S = 0.5


@pytest.mark.parametrize(
    "names",
    [
        ("AMQP_ADDR", "SMTP_RELAY", "SMTP_USER", "SMTP_PASS", "RUST_LOG"),
        ("RABBITMQ_URL", "MAIL_HOST", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_PORT", "MAIL_SENDER"),
    ],
    ids=["the README's names", "the code's names"],
)
def test_an_env_file_of_the_original_starts_the_worker(tmp_path: Path, url: str, names: tuple[str, ...]) -> None:
    values = [url, "smtp.example.org", "tickets@example.org", "secret", "info"]
    if "MAIL_PORT" in names:
        values[4:] = ["465", "tickets@example.org"]
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in zip(names, values, strict=True)))
    with WorkerProcess(tmp_path) as worker:
        worker.wait_until_ready()
        assert worker.stop() == exit_codes.OK


async def test_the_first_message_is_consumed_soon_after_the_start(
    tmp_path: Path, variables: dict[str, str], relay: RecordingRelay, url: str
) -> None:
    """The best of three, since the machine may be busy with something else."""
    with WorkerProcess(tmp_path, **variables) as worker:
        worker.wait_until_ready()
        worker.stop()
        took_s = []
        for number in (1, 2, 3):
            await publish(url, [body(f"ada{number}@example.com")])
            started = time.monotonic()
            worker.start()
            await asyncio.to_thread(relay.wait_for, number)
            took_s.append(time.monotonic() - started)
            worker.stop()
    assert min(took_s) < START_S, took_s


def test_help_comes_at_once() -> None:
    """The best of three, as above."""
    took_s = []
    for _ in range(3):
        started = time.monotonic()
        subprocess.run([str(COMMAND), "--help"], check=True, capture_output=True)
        took_s.append(time.monotonic() - started)
    assert min(took_s) < HELP_S, took_s


async def test_sigterm_lets_running_mails_end_and_hands_the_rest_back(
    tmp_path: Path, variables: dict[str, str], relay: RecordingRelay, url: str
) -> None:
    """400 mails in a row; the stop comes in the middle; none is lost, none is sent twice."""
    recipients = [f"guest{number}@example.com" for number in range(400)]
    with WorkerProcess(tmp_path, **variables, CONCURRENCY="4") as worker:
        worker.wait_until_ready()
        await publish(url, [body(recipient) for recipient in recipients])
        await asyncio.to_thread(relay.wait_for, 10)
        assert await asyncio.to_thread(worker.stop) == exit_codes.OK
    sent, left = relay.recipients, await take_all(url, "email_queue")
    assert len(sent) == len(set(sent))
    assert len(sent) + len(left) == 400
    assert left


def test_wrong_settings_are_named_at_once_and_end_the_process_with_78(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AMQP_ADDR=amqp://u:canary@rabbitmq\nCONCURRENCY=none\n")
    started = time.monotonic()
    with WorkerProcess(tmp_path) as worker:
        assert worker.process.wait(10) == exit_codes.CONFIG_ERROR
    assert time.monotonic() - started < 3
    assert [line.split(":")[0] for line in worker.log_text.splitlines()] == [
        "CONCURRENCY",
        "SMTP_RELAY or MAIL_HOST",
        "MAIL_FROM or MAIL_SENDER",
    ]
    assert "canary" not in worker.log_text


def test_a_login_that_the_broker_refuses_ends_the_process_with_78(
    tmp_path: Path, variables: dict[str, str], broker: Broker, vhost: str
) -> None:
    variables["AMQP_ADDR"] = broker.address.url(vhost, user="nobody", password="canary-0815")
    with WorkerProcess(tmp_path, **variables) as worker:
        assert worker.process.wait(10) == exit_codes.CONFIG_ERROR
    (line,) = worker.lines("worker.cannot_consume")
    assert line["level"] == "critical"
    assert "canary-0815" not in worker.log_text


def test_a_health_port_that_is_taken_ends_the_process_with_78(
    tmp_path: Path, variables: dict[str, str], relay: RecordingRelay
) -> None:
    with WorkerProcess(tmp_path, **variables, HTTP_ADDR=f"127.0.0.1:{relay.port}") as worker:
        assert worker.process.wait(10) == exit_codes.CONFIG_ERROR
    assert worker.lines("worker.http_addr_unavailable")


async def test_readiness_follows_the_queue(worker: WorkerProcess, url: str) -> None:
    assert worker.status("/healthz") == 200
    assert worker.status("/readyz") == 200
    assert worker.status("/metrics") == 200
    async with channel_of(url) as channel:
        await channel.queue_delete("email_queue")
    await asyncio.to_thread(worker.wait_for_lines, "intake.lost", 1)
    await asyncio.to_thread(worker.wait_for_lines, "intake.started", 2)
    await asyncio.to_thread(worker.wait_until_ready)
