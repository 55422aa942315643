"""`takeoff-mailer enqueue`: what it publishes, what it refuses, and what it answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.protobuf.task_codec import ProtobufTaskCodec
from application.ports.task_codec import DecodedTask
from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import free_ports
from tests.integration.worker.queues import channel_of, take_all

COMMAND = Path(sys.executable).with_name("takeoff-mailer")
GOOD = ("--to", "ada@example.com", "--category", "welcome", "--subject", "You are in")


def enqueue(url: str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "AMQP_ADDR": url}
    command = [str(COMMAND), "enqueue", *options]
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture
def url(broker: Broker, vhost: str) -> str:
    return broker.address.url(vhost)


async def declare_queue(url: str) -> None:
    async with channel_of(url) as channel:
        await channel.declare_queue("email_queue", durable=True)


async def test_flags_become_a_persistent_task(url: str) -> None:
    await declare_queue(url)
    done = enqueue(url, *GOOD, "--first-name", "Ada", "--param", "code=a=b", "--task-id", "t-1")
    assert (done.returncode, done.stdout) == (exit_codes.OK, "confirmed by the broker\n"), done.stderr
    (message,) = await take_all(url, "email_queue")
    assert message.delivery_mode == 2
    decoded = ProtobufTaskCodec().decode(message.body)
    assert isinstance(decoded, DecodedTask)
    task = decoded.task
    assert (task.to, task.category, task.subject, task.first_name) == (
        "ada@example.com",
        "welcome",
        "You are in",
        "Ada",
    )
    assert (task.params, task.task_id) == ({"code": "a=b"}, "t-1")
    assert task.created_at


async def test_json_from_standard_input_is_completed_by_flags(url: str) -> None:
    await declare_queue(url)
    fields = {"to": "ada@example.com", "category": "welcome", "subject": "Old", "params": {"a": "1", "b": "2"}}
    done = enqueue(url, "--task", "-", "--subject", "New", "--param", "b=3", "--json", stdin=json.dumps(fields))
    assert (done.returncode, json.loads(done.stdout)) == (exit_codes.OK, {"confirmed": True}), done.stderr
    (message,) = await take_all(url, "email_queue")
    decoded = ProtobufTaskCodec().decode(message.body)
    assert isinstance(decoded, DecodedTask)
    assert (decoded.task.subject, decoded.task.params) == ("New", {"a": "1", "b": "3"})


@pytest.mark.parametrize(
    ("options", "stdin", "problem"),
    [
        (("--to", "ada@example.com"), "", "category is missing"),
        ((*GOOD, "--to", "ada at example.com"), "", "to: not_one_mailbox"),
        ((*GOOD, "--param", "code"), "", "--param code: must be NAME=VALUE"),
        ((*GOOD, "--send-at", "tomorrow"), "", "send_at: "),
        (("--task", "-"), "{", "-: not JSON: "),
        (("--task", "-"), "[]", "-: must be one JSON object"),
        (("--task", "-"), '{"too": "ada@example.com"}', "too: "),
        (("--task", "/nowhere/task.json"), "", "/nowhere/task.json: No such file or directory"),
        ((*GOOD, "--first-name", "A\x07da"), "", "control_character:first_name"),
    ],
)
def test_a_task_that_the_worker_would_refuse_is_one_clear_line(
    options: tuple[str, ...], stdin: str, problem: str
) -> None:
    """Nothing is asked of the broker, which is not even there."""
    done = enqueue("amqp://127.0.0.1:1", *options, stdin=stdin)
    assert done.returncode == exit_codes.DATA_ERROR
    (line,) = done.stderr.splitlines()
    assert problem in line


def test_without_a_broker_it_says_so() -> None:
    (port,) = free_ports(1)
    done = enqueue(f"amqp://u:canary-0815@127.0.0.1:{port}", *GOOD)
    assert done.returncode == exit_codes.UNAVAILABLE
    assert done.stderr.startswith("not published: ")
    assert "canary-0815" not in done.stderr


async def test_a_queue_that_is_not_there_is_made_as_the_producer_makes_it(url: str) -> None:
    done = enqueue(url, *GOOD)
    assert done.returncode == exit_codes.OK
    await declare_queue(url)
    assert len(await take_all(url, "email_queue")) == 1


def test_without_settings_it_names_the_variable() -> None:
    done = enqueue("", *GOOD)
    assert done.returncode == exit_codes.CONFIG_ERROR
    assert done.stderr.startswith("AMQP_ADDR or RABBITMQ_URL: is required")
