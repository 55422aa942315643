"""What a reader gets of a ticket, taken from the delivered bytes: the code at the door, and one calendar entry."""

import io
import random
from dataclasses import replace
from email import message_from_bytes

import pytest
import zxingcpp
from icalendar import Calendar, Component
from PIL import Image

from adapters.smtp.mime import compose
from application.ports.qr_encoder import MAX_QR_CHARACTERS
from domain.email_task import EmailTask
from domain.outgoing_email import OutgoingEmail
from tests.unit.adapters.jinja.shipped import Shipped, all_shipped

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
TICKETS = [shipped for shipped in all_shipped() if shipped.category == "Attendee_Ticket"]
(UPDATE,) = (shipped for shipped in all_shipped() if shipped.category == "Event_Updated")


def random_codes() -> list[str]:
    choice = random.Random(5)
    lengths = [1, MAX_QR_CHARACTERS, *(choice.randint(1, MAX_QR_CHARACTERS) for _ in range(198))]
    codes = ["".join(choice.choices(PRINTABLE, k=length)) for length in lengths]
    assert {character for code in codes for character in code} == set(PRINTABLE)
    return codes


def delivered(email: OutgoingEmail, content_type: str) -> bytes:
    """Take the one part of this type out of the mail's bytes."""
    message = message_from_bytes(compose(email))
    (part,) = (part for part in message.walk() if part.get_content_type() == content_type)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def with_code(shipped: Shipped, code: str) -> EmailTask:
    task = shipped.task({})
    assert task.ticket
    return replace(task, ticket=replace(task.ticket, code=code))


def entry(email: OutgoingEmail) -> Component:
    """Read the entry; nothing of it may be skipped, lacking or there twice where it stands once."""
    shown, attached = delivered(email, "text/calendar"), delivered(email, "application/ics")
    assert shown == attached
    calendar = Calendar.from_ical(shown)
    for component in calendar.walk():
        assert component.errors == []
        assert set(component.required) <= set(component)
        once: set[str] = {*component.required, *component.singletons}
        assert not any(isinstance(component.get(name), list) for name in once)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "REQUEST"
    return event


def test_two_hundred_random_codes_are_read_from_the_delivered_picture() -> None:
    """The languages take turns."""
    codes = random_codes()
    for number, code in enumerate(codes):
        email = TICKETS[number % len(TICKETS)].mail(with_code(TICKETS[number % len(TICKETS)], code))
        picture = Image.open(io.BytesIO(delivered(email, "image/png"))).convert("L")
        assert [read.text for read in zxingcpp.read_barcodes(picture, formats=QR_CODES)] == [code]
    assert len(codes) == 200


@pytest.mark.parametrize("shipped", TICKETS, ids=str)
def test_an_update_replaces_the_entry_of_the_ticket(shipped: Shipped) -> None:
    """RFC 5546 3.2.2.1: the same UID under a higher SEQUENCE."""
    ticket = entry(shipped.mail(with_code(shipped, "T-4711"), "key-1"))
    update, other = (with_code(UPDATE, code) for code in ("T-4711", "T-4712"))
    first, second = (
        entry(UPDATE.mail(replace(update, params={**update.params, "revision": revision}), f"key-{revision}"))
        for revision in ("1", "2")
    )

    assert ticket["UID"] == first["UID"] == second["UID"] != entry(UPDATE.mail(other))["UID"]
    assert [event["SEQUENCE"] for event in (ticket, first, second)] == [0, 1, 2]
