"""Template bundles and times, the whole way, in a process of its own."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import zxingcpp
from PIL import Image

from domain.email_task import Ticket
from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.queues import publish, take_all
from tests.integration.worker.relay import RecordingRelay
from tests.integration.worker.tasks import body

CODE = "TKF-7Q4M/ 92XA~!"
START = datetime(2027, 3, 20, 18, tzinfo=UTC)
TICKET = Ticket(code=CODE, event_name="Takeoff", venue="Hangar 7", starts_at=START, holder="Ada Lovelace")
# One way through a busy broker on a slow machine, beside the half second of the last rung.
LATEST = timedelta(seconds=2)


async def test_a_ticket_arrives_with_its_code_and_its_entry_in_the_readers_language(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    await publish(url, [body("ada@example.com", category="Attendee_Ticket", ticket=TICKET, locale="ar-EG")])
    await asyncio.to_thread(relay.wait_for, 1)
    mail = relay.mail_to("ada@example.com")

    assert mail["Content-Language"] == "ar"
    html = mail.get_body(("html",))
    assert html
    assert 'dir="rtl"' in html.get_content()
    assert 'src="cid:qr.png"' in html.get_content()
    (picture,) = (part for part in mail.walk() if part["Content-ID"] == "<qr.png>")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(content_of(picture))).convert("L"))
    assert code.text == CODE
    event = entry_of(mail)
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), event["DTSTART"].dt) == ("Takeoff", "Hangar 7", START)


async def test_an_update_replaces_the_entry_of_the_ticket(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    params = {"changes": "It starts an hour later.", "revision": "2"}
    later = Ticket(code=CODE, event_name="Takeoff", starts_at=START + timedelta(hours=1))
    ticket = body("ada@example.com", category="Attendee_Ticket", ticket=TICKET)
    await publish(url, [ticket, body("eve@example.com", category="Event_Updated", ticket=later, params=params)])
    await asyncio.to_thread(relay.wait_for, 2)

    before, after = entry_of(relay.mail_to("ada@example.com")), entry_of(relay.mail_to("eve@example.com"))
    assert before["UID"] == after["UID"]
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 2)


async def test_what_is_missing_or_wrong_is_told_by_the_params_name(worker: WorkerProcess, url: str) -> None:
    params: list[dict[str, str]] = [{}, {"reset_url": "http://example.org"}]
    await publish(url, [body("ada@example.com", category="Password_Reset", params=one) for one in params])
    await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 2)
    letters = await take_all(url, "email_failed_queue")

    reasons = {str(letter.headers["x-mail-reason"]) for letter in letters}
    assert reasons == {"missing_param:reset_url", "bad_param:reset_url is no https URL"}


async def test_of_many_mails_for_later_none_is_early_none_late_and_none_that_is_too_late_is_sent(
    worker: WorkerProcess, relay: RecordingRelay, url: str
) -> None:
    now = datetime.now(UTC)
    due = {f"guest{number}@example.com": now + timedelta(seconds=4 + number / 50) for number in range(200)}
    reset = {"category": "Password_Reset", "params": {"reset_url": "https://example.org/reset"}}
    stale = [
        body("a@example.com", created_at=now - timedelta(minutes=30), **reset),
        body("b@example.com", send_at=now + timedelta(seconds=3), expires_at=now + timedelta(seconds=2)),
    ]
    await publish(url, stale + [body(address, send_at=at) for address, at in due.items()])
    await asyncio.to_thread(relay.wait_for_recipients, set(due), patience_s=30)

    assert set(relay.recipients) == set(due)
    sent_at = {mail["To"]: datetime.strptime(mail["Date"], "%a, %d %b %Y %H:%M:%S %z") for mail in relay.mails()}
    # A Date has whole seconds.
    early = {address for address, at in due.items() if sent_at[address] < at.replace(microsecond=0)}
    late = {address for address, at in due.items() if sent_at[address] > at + LATEST}
    assert (early, late) == (set(), set())
    lines = await asyncio.to_thread(worker.wait_for_lines, "email.hospitalised", 2)
    assert {line["reason"] for line in lines} == {"expired"}


def content_of(part: Any) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def entry_of(mail: EmailMessage) -> Any:
    (entry,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert entry["Content-Type"].params["method"] == "REQUEST"
    (event,) = icalendar.Calendar.from_ical(content_of(entry)).walk("VEVENT")
    return event
