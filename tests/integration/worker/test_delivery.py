"""A task becomes a mail, waits, or goes to the hospital: the whole way, in a process of its own."""

import asyncio
import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.brokers.broker import Broker
from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.queues import publish, take_all
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import CATEGORY, body

BUSY = "451 4.7.1 greylisted, come back"


async def test_a_task_becomes_one_mail(worker: WorkerProcess, relay: RecordingRelay, url: str) -> None:
    params = {"event_date": "20 March 2027", "event_venue": "Hangar 7"}
    await publish(url, [body("ada@example.com", first_name="Ada <Lovelace>", params=params)])
    await asyncio.to_thread(relay.wait_for, 1)
    mail = relay.mail_to("ada@example.com")
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "You are in")
    assert mail["From"] == "Takeoff <tickets@takeoff.example>"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert html
    for content in (text.get_content(), html.get_content()):
        assert "20 March 2027" in content
        assert "Hangar 7" in content
    assert "Ada <Lovelace>" in text.get_content()
    assert "Ada &lt;Lovelace&gt;" in html.get_content()


async def test_three_transient_refusals_end_in_the_hospital_with_the_whole_story(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    relay.replies["ada@example.com"] = [BUSY] * 9
    sent = body("ada@example.com")
    await publish(url, [sent])
    (line,) = await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 1)
    (letter,) = await take_all(url, "email_failed_queue")
    assert relay.asked == ["ada@example.com"] * 3
    assert hashlib.sha256(letter.body).digest() == hashlib.sha256(sent).digest()
    assert letter.headers["x-mail-reason"] == "attempts_exhausted:rcpt"
    assert letter.headers["x-mail-reply"] == BUSY
    assert int(str(letter.headers["x-mail-attempts"])) == 3
    assert letter.headers["x-mail-relay"] == f"127.0.0.1:{relay.port}"
    assert line["reason"] == "attempts_exhausted:rcpt"


async def test_a_transient_refusal_that_passes_is_one_mail(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    relay.replies["ada@example.com"] = [BUSY]
    await publish(url, [body("ada@example.com")])
    await asyncio.to_thread(relay.wait_for, 1)
    assert relay.asked == ["ada@example.com"] * 2
    (sent,) = await asyncio.to_thread(worker.wait_for_lines, "email.sent", 1)
    assert sent["attempts"] == 2


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (body("ada@example.com")[:-3], "bad_wire:truncated"),
        (b"\x00not a task", "bad_wire:"),
        (b"", "missing:to"),
        (body("ada@example.com", category="No_Such"), "unknown_category:No_Such"),
        (body("ada@example.com, eve@example.com"), "bad_address:"),
        (body("ada@example.com", first_name=""), "missing:first_name"),
        (body("ada@example.com", expires_at=datetime(2020, 1, 1, tzinfo=UTC)), "expired"),
    ],
    ids=["cut short", "no task at all", "empty", "unknown category", "two addresses", "no name", "expired"],
)
async def test_poison_is_in_the_hospital_without_an_attempt(
    worker: WorkerProcess, relay: RecordingRelay, url: str, damaged: bytes, reason: str
) -> None:
    await publish(url, [damaged])
    await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 1)
    (letter,) = await take_all(url, "email_failed_queue")
    assert letter.body == damaged
    assert str(letter.headers["x-mail-reason"]).startswith(reason)
    assert int(str(letter.headers["x-mail-attempts"])) == 0
    assert relay.asked == []


async def test_a_permanent_refusal_is_in_the_hospital_after_one_attempt_and_others_go_on(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    relay.replies["ada@example.com"] = ["550 5.1.1 no such user"] * 9
    await publish(url, [body("ada@example.com"), body("bob@example.com")])
    await asyncio.to_thread(relay.wait_for, 1)
    (line,) = await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 1)
    assert (line["attempts"], line["reply_code"], line["enhanced_code"]) == (1, 550, "5.1.1")
    assert relay.recipients == ["bob@example.com"]
    assert relay.asked.count("ada@example.com") == 1


async def test_a_short_wait_is_not_held_up_by_a_long_one_and_nothing_is_unacked_meanwhile(
    worker: WorkerProcess, broker: Broker, vhost: str, relay: RecordingRelay, url: str
) -> None:
    """A 5 s retry queued behind one of 10 min fires on time."""
    relay.replies["late@example.com"] = ["451 4.7.1 try again in 600 seconds"]
    relay.replies["soon@example.com"] = ["451 4.7.1 try again in 5 seconds"]
    await publish(url, [body("late@example.com")])
    await asyncio.to_thread(worker.wait_for_lines, "email.retry_scheduled", 1)
    await publish(url, [body("soon@example.com")])
    await asyncio.to_thread(worker.wait_for_lines, "email.retry_scheduled", 2)
    refused_at = time.monotonic()
    listed = await asyncio.to_thread(
        broker.ctl, "list_queues", "--vhost", vhost, "name", "messages_unacknowledged", "--silent"
    )
    assert {int(line.split()[-1]) for line in listed.splitlines()} == {0}
    await asyncio.to_thread(relay.wait_for, 1)
    assert 4.5 < time.monotonic() - refused_at < 6.5
    assert relay.recipients == ["soon@example.com"]


async def test_a_mail_for_later_is_sent_at_its_time(worker: WorkerProcess, relay: RecordingRelay, url: str) -> None:
    send_at = datetime.now(UTC) + timedelta(seconds=3)
    await publish(url, [body("ada@example.com", send_at=send_at)])
    await asyncio.to_thread(relay.wait_for, 1)
    assert timedelta(0) <= datetime.now(UTC) - send_at < timedelta(seconds=2)


async def test_a_relay_that_is_down_costs_no_attempt_and_is_asked_again_by_itself(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    relay.stop()
    recipients = {f"guest{number}@example.com" for number in range(6)}
    await publish(url, [body(recipient) for recipient in sorted(recipients)])
    waiting = await asyncio.to_thread(worker.wait_for_lines, "email.waiting", len(recipients))
    assert {line["attempts"] for line in waiting} == {0}
    (down,) = worker.lines("relay.down")
    assert (down["phase"], down["cause"]) == ("connect", "refused")
    await asyncio.to_thread(worker.wait_for_lines, "intake.paused", 1)
    relay.start()
    await asyncio.to_thread(relay.wait_for_recipients, recipients, patience_s=60)
    sent = await asyncio.to_thread(worker.wait_for_lines, "email.sent", len(recipients))
    assert {line["attempts"] for line in sent} == {1}
    assert len(worker.lines("intake.resumed")) == 1


async def test_logs_name_nobody(worker: WorkerProcess, relay: RecordingRelay, url: str) -> None:
    """Neither address, name, subject nor param is in any line, whatever happens to the mail."""
    relay.replies["canary1@example.com"] = [BUSY]
    relay.replies["canary2@example.com"] = ["550 5.1.1 <canary2@example.com> unknown"]
    personal = {"first_name": "Canaryname", "subject": "Canarysubject", "params": {"event_venue": "Canaryvenue"}}
    bodies = [body(f"canary{number}@example.com", **personal) for number in (1, 2, 3)]
    await publish(url, [*bodies, body("canary4 at example.com", **personal), bodies[0][:-4]])
    await asyncio.to_thread(relay.wait_for, 2)
    await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 3)
    await asyncio.to_thread(worker.wait_for_lines, "email.sent", 2)
    assert worker.stop() == 0
    assert "canary" not in worker.log_text.lower()
    assert CATEGORY in worker.log_text
