"""Letters go back to the worker's queue from the command line, byte for byte and under their keys."""

import asyncio
import signal
from pathlib import Path

import aio_pika
import pytest

from entrypoints import exit_codes
from tests.integration.brokers.broker import Broker
from tests.integration.brokers.private_broker import free_ports
from tests.integration.commands.hospital import Operator
from tests.integration.commands.test_hospital import body, letter, put
from tests.integration.worker.queues import take_all


@pytest.fixture
def operator(broker: Broker, vhost: str, tmp_path: Path) -> Operator:
    return Operator(url=broker.address.url(vhost), directory=tmp_path)


async def test_a_replayed_letter_is_in_the_queue_as_its_producer_wrote_it(operator: Operator) -> None:
    damaged = b"\x00\xff damaged"
    tagged = letter(2, content=damaged)
    tagged.headers["x-tenant"] = [bytearray(b"\x01"), {"a": 1}]
    tagged.correlation_id = "c-1"
    await put(operator, [letter(1), tagged])
    assert [each["id"] for each in operator.objects("replay", "1", "2", "--dry-run")] == [1, 2]
    assert await take_all(operator.url, "email_queue") == []
    assert [each["outcome"] for each in operator.objects("replay", "1", "2", "--rate", "50/s")] == ["replayed"] * 2
    first, second = await take_all(operator.url, "email_queue")
    assert (first.body, second.body) == (body(1), damaged)
    assert [each.headers["x-mail-key"] for each in (first, second)] == ["mail-1", "mail-2"]
    assert set(first.headers) == {"x-mail-key", "x-mail-replayed-at", "x-mail-revives"}
    assert (second.headers["x-tenant"], second.correlation_id) == ([b"\x01", {"a": 1}], "c-1")
    assert first.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert [each["id"] for each in operator.objects("list", "--status", "replayed")] == [2, 1]
    assert operator.run("replay", "1").returncode == exit_codes.FAILED
    assert await take_all(operator.url, "email_queue") == []


async def test_without_a_broker_letters_wait_and_the_command_says_how_many(operator: Operator) -> None:
    await put(operator, [letter(1), letter(2)])
    assert len(operator.objects("list")) == 2
    (port,) = free_ports(1)
    alone = Operator(url=f"amqp://u:canary-0815@127.0.0.1:{port}", directory=operator.directory)
    done = alone.run("replay", "--all")
    assert done.returncode == exit_codes.UNAVAILABLE
    assert done.stderr.splitlines()[-2].endswith(": 0 replayed, 2 left")
    assert "canary-0815" not in done.stderr
    assert len(operator.objects("list")) == 2


async def test_sigint_ends_it_between_two_letters(operator: Operator) -> None:
    await put(operator, [letter(number) for number in range(30)])
    assert len(operator.objects("list")) == 30
    process = operator.start("replay", "--all", "--rate", "1/s")
    try:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "1 is replayed\n"
        process.send_signal(signal.SIGINT)
        rest, _ = await asyncio.to_thread(process.communicate, timeout=30)
    finally:
        process.kill()
        process.communicate(timeout=30)
    assert process.returncode == exit_codes.FAILED, rest
    sent = await take_all(operator.url, "email_queue")
    assert f"stopped: {len(sent)} replayed, {30 - len(sent)} left" in rest
    (stats,) = operator.objects("stats")
    assert (stats["replayed"], stats["replaying"], stats["waiting"]) == (len(sent), 0, 30 - len(sent))
    assert rest.splitlines()[-1] == "to go on: takeoff-mailer hospital replay resume 1"
    (status,) = operator.objects("replay", "status")
    assert (status["letters"], status["left"], status["end"]) == (30, 30 - len(sent), "stopped")
    await put(operator, [letter(30)])
    assert len(operator.objects("replay", "resume", "1")) == 30 - len(sent)
    assert len(await take_all(operator.url, "email_queue")) == 30 - len(sent)
    assert [each["key"] for each in operator.objects("list")] == ["mail-30"]


async def test_what_is_in_doubt_goes_out_as_another_mail_or_is_marked_as_sent(operator: Operator) -> None:
    await put(operator, [letter(1, reason="in_doubt"), letter(2, reason="in_doubt"), letter(3)])
    done = operator.run("replay", "1", "2")
    assert done.returncode == exit_codes.FAILED
    assert done.stderr.count("If it did: --mark-sent. If not: --send-again") == 2
    (again,) = operator.objects("replay", "1", "--send-again")
    assert (again["outcome"], again["sent_as"]) == ("sent_again", 4)
    (message,) = await take_all(operator.url, "email_queue")
    assert (message.body, len(str(message.headers["x-mail-key"]))) == (body(1), 32)
    assert operator.objects("replay", "2", "--mark-sent") == [{"id": 2, "marked_sent": True, "dry_run": False}]
    assert operator.run("replay", "3", "--mark-sent").returncode == exit_codes.FAILED
    assert [each["id"] for each in operator.objects("list", "--status", "archived")] == [2, 1]
    deeds = [entry["action"] for number in "124" for entry in operator.objects("show", number)[0]["history"]]
    assert deeds == ["sent_again", "marked_sent", "sent_again", "replayed"]
    assert await take_all(operator.url, "email_queue") == []


@pytest.mark.parametrize("options", [(), ("--all",)])
async def test_of_two_terminals_one_replays_each_letter_and_the_other_says_who_did(
    operator: Operator, options: tuple[str, ...]
) -> None:
    await put(operator, [letter(number) for number in range(40)])
    assert len(operator.objects("list")) == 40
    ids = options or [str(number) for number in range(1, 41)]
    first, second = operator.start("replay", *ids), operator.start("replay", *ids)
    outputs = [(await asyncio.to_thread(each.communicate, timeout=60))[0] for each in (first, second)]
    assert sum(output.count(" is replayed") for output in outputs) == 40
    sent = await take_all(operator.url, "email_queue")
    assert sorted(message.body for message in sent) == sorted(body(number) for number in range(40))
    refused = [line for output in outputs for line in output.splitlines() if "does not wait any more" in line]
    assert all("replayed by " in line for line in refused)
    if not options:
        assert {first.returncode, second.returncode} <= {exit_codes.OK, exit_codes.FAILED}


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--all", "--rate", "fast"), exit_codes.DATA_ERROR, "--rate: "),
        (("--all", "--stop-if-failing", "120%"), exit_codes.DATA_ERROR, "--stop-if-failing: "),
        ((), exit_codes.USAGE, "--all"),
        (("--mark-sent",), exit_codes.USAGE, "by id or by a filter"),
    ],
)
def test_what_means_nothing_is_one_clear_line(
    operator: Operator, arguments: tuple[str, ...], code: int, word: str
) -> None:
    done = operator.run("replay", *arguments)
    assert done.returncode == code, done.stderr
    assert word in done.stderr
