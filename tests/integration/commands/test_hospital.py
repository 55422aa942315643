"""The hospital from the command line: admission that survives kills, and what an operator sees and sorts."""

import asyncio
import random
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aio_pika
import pytest

from adapters.protobuf.task_codec import ProtobufTaskCodec
from adapters.rabbitmq.declaration import declare_all
from adapters.rabbitmq.headers import letter_headers
from adapters.rabbitmq.topology import Topology
from application.ports.message_source import HospitalLetter
from domain.email_task import EmailTask
from domain.failure_reason import FailureReason
from domain.reply import Reply
from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import free_ports
from tests.integration.commands.hospital import Operator
from tests.integration.worker.queues import channel_of, take_all

QUEUE = "email_failed_queue"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ESCAPE = "\x1b]0;owned\x07\u202e\x9b2J"
_KILLS = 6
_LETTERS = 3000


def body(number: int) -> bytes:
    task = EmailTask(
        to=f"guest{number}@example.org", category="welcome", subject="You are in", created_at=NOON + timedelta(number)
    )
    return ProtobufTaskCodec().encode(task)


def letter(
    number: int,
    *,
    content: bytes | None = None,
    text: str = "5.1.1 <{}> no such user",
    reason: str = "refused_permanently:rcpt",
) -> aio_pika.Message:
    story = HospitalLetter(
        key=f"mail-{number}",
        reason=FailureReason.parse(reason),
        attempts=1,
        failed_at=NOON + timedelta(minutes=number),
        relay="smtp.example.com:465",
        reply=Reply(code=550, text=text.format(f"guest{number}@example.org")),
    )
    made = body(number) if content is None else content
    return aio_pika.Message(made, headers=letter_headers({}, story), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


async def put(operator: Operator, messages: Sequence[aio_pika.Message]) -> None:
    await declare_all(operator.url, Topology())
    async with channel_of(operator.url) as channel:
        for message in messages:
            await channel.default_exchange.publish(message, QUEUE, mandatory=True)


@pytest.fixture
def operator(broker: Broker, vhost: str, tmp_path: Path) -> Operator:
    return Operator(url=broker.address.url(vhost), directory=tmp_path)


async def test_admission_that_is_killed_again_and_again_loses_none_and_doubles_none(operator: Operator) -> None:
    await put(operator, [letter(number) for number in range(_LETTERS)])
    for _ in range(_KILLS):
        process = operator.start("admit")
        try:
            # In the middle of it: the first batch is in the store, and the next ones are under way.
            assert process.stdout is not None
            while "hospital.letters_admitted" not in await asyncio.to_thread(process.stdout.readline):
                assert process.poll() is None
            await asyncio.sleep(random.uniform(0, 0.1))
        finally:
            process.kill()
            process.communicate(timeout=30)
    done = operator.run("admit", "--once")
    assert done.returncode == exit_codes.OK, done.stdout + done.stderr
    assert await take_all(operator.url, QUEUE) == []
    kept = operator.objects("list", "--limit", "10000")
    assert len(kept) == _LETTERS
    assert {each["key"] for each in kept} == {f"mail-{number}" for number in range(_LETTERS)}


async def test_the_loop_admits_what_arrives_and_ends_at_sigterm(operator: Operator) -> None:
    await put(operator, [letter(1)])
    process = operator.start("admit")
    try:
        assert process.stdout is not None
        await put(operator, [letter(2)])
        seen = 0
        while seen < 2:
            line = await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), 30)
            seen += line.count("hospital.letters_admitted") and int(line.split('"new":')[1].split(",")[0].rstrip("}\n"))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 30) == exit_codes.OK
    finally:
        process.kill()
        process.communicate(timeout=30)


async def test_whatever_lies_in_the_queue_is_admitted_byte_for_byte(operator: Operator) -> None:
    await put(
        operator,
        [
            letter(1),
            letter(2, content=body(2)[:-4]),
            aio_pika.Message(b""),
            aio_pika.Message(
                b"\x00\xff\x1b[2J", headers={"x-strange": [bytearray(b"\x01"), {"a": 1}], "x-mail-key": 7}
            ),
        ],
    )
    assert operator.objects("stats")[0]["waiting"] == 4
    shown = [operator.objects("show", str(number))[0] for number in (1, 2, 3, 4)]
    assert [each["body_base64"] for each in shown[2:]] == ["", "AP8bWzJK"]
    assert [each["reason"] for each in shown] == ["refused_permanently:rcpt"] * 2 + ["unknown"] * 2
    assert shown[0]["task"]["to"] == "guest1@example.org"
    assert [each["task"] for each in shown[1:]] == [None, {"retry_count": 0}, None]
    assert shown[1]["damage"][1] == len(body(2)) - 4
    assert shown[3]["properties"]["headers"]["x-strange"] == [{"bytes": "AQ=="}, {"table": {"a": 1}}]


async def test_letters_are_grouped_filtered_discarded_and_restored(operator: Operator) -> None:
    await put(operator, [letter(number) for number in range(3)])
    await put(operator, [letter(3, text="5.2.2 mailbox full")])
    groups = operator.objects("groups")
    assert [(group["letters"], group["text"]) for group in groups] == [(3, "* no such user"), (1, "mailbox full")]
    wanted = ("--group", groups[0]["group"], "--since", "2027-03-01T12:01")
    named = operator.objects("discard", *wanted, "--dry-run")
    assert [each["id"] for each in named] == [2, 3]
    assert len(operator.objects("list")) == 4
    before = operator.objects("show", "2")
    assert [each["id"] for each in operator.objects("discard", *wanted)] == [2, 3]
    assert [each["id"] for each in operator.objects("list")] == [4, 1]
    assert [each["id"] for each in operator.objects("list", "--status", "archived")] == [3, 2]
    assert operator.run("discard", "2").returncode == exit_codes.FAILED
    assert [each["id"] for each in operator.objects("restore", "2")] == [2]
    (after,) = operator.objects("show", "2")
    assert [entry["action"] for entry in after.pop("history")] == ["discarded", "restored"]
    assert {**after, "history": []} == before[0]


async def test_an_attendee_got_no_ticket_is_found_by_any_word_of_the_task(operator: Operator) -> None:
    await put(operator, [letter(number) for number in range(3)])
    (found,) = operator.objects("list", "--text", "GUEST1@example")
    assert found["key"] == "mail-1"
    for trick in ("guest%", "guest_@", "' OR 1=1 --"):
        assert operator.objects("list", "--text", trick) == []


async def test_nothing_in_a_letter_reaches_the_terminal_as_a_command_to_it(operator: Operator) -> None:
    damaged = f"not a task {ESCAPE}".encode()
    await put(operator, [letter(1, text=f"5.0.0 {ESCAPE}", content=damaged)])
    for arguments in (("list",), ("groups",), ("show", "1"), ("stats",)):
        for options in ((), ("--json",)):
            done = operator.run(*arguments, *options)
            assert done.returncode == exit_codes.OK
            assert "\\xa0" not in done.stdout
            assert all(each.isprintable() or each == "\n" for each in done.stdout), (arguments, options)


async def test_without_a_broker_what_was_admitted_is_still_shown(operator: Operator) -> None:
    await put(operator, [letter(1)])
    assert operator.run("list").returncode == exit_codes.OK
    (port,) = free_ports(1)
    alone = Operator(url=f"amqp://u:canary-0815@127.0.0.1:{port}", directory=operator.directory)
    done = alone.run("list")
    assert done.returncode == exit_codes.OK
    assert "mail-1" in done.stdout
    assert done.stderr.startswith("letters that still wait in the queue are not shown: ")
    assert "canary-0815" not in done.stderr
    assert alone.run("admit", "--once").returncode == exit_codes.UNAVAILABLE


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("list", "--reason", "nonsense"), exit_codes.DATA_ERROR, "--reason: "),
        (("list", "--since", "tomorrow"), exit_codes.DATA_ERROR, "--since: "),
        (("list", "--status", "dead"), exit_codes.DATA_ERROR, "--status: "),
        (("discard",), exit_codes.USAGE, "--all"),
        (("show", "1"), exit_codes.FAILED, "1: there is no such letter"),
    ],
)
def test_what_means_nothing_is_one_clear_line(
    operator: Operator, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = operator.run(*arguments)
    assert done.returncode == code, done.stderr
    (line,) = done.stderr.splitlines()
    assert word in line
