"""Each shipped mail is, byte for byte, the one that was looked at; and its parts are those that it should have."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from typing import Any

import pytest

from adapters.smtp.mime import compose
from tests.unit.adapters.jinja.golden.making import FOLDER, message_of, path_of
from tests.unit.adapters.jinja.shipped import Shipped, all_shipped

EVERY_MAIL = pytest.mark.parametrize("shipped", all_shipped(), ids=str)
Tree = tuple[Any, ...]
TEXT, HTML, PNG, CALENDAR = ("text/plain",), ("text/html",), ("image/png",), ("text/calendar",)
ICS = ("application/ics",)
BODIES: Tree = ("multipart/alternative", TEXT, HTML)
TREES: dict[str, Tree] = {
    "Attendee_Registration_Successful": BODIES,
    "Attendee_Ticket": (
        "multipart/mixed",
        ("multipart/alternative", TEXT, ("multipart/related", HTML, PNG), CALENDAR),
        ICS,
    ),
    "Event_Reminder": BODIES,
    "Event_Updated": ("multipart/mixed", ("multipart/alternative", TEXT, HTML, CALENDAR), ICS),
    "Password_Reset": BODIES,
    "Plain_Notice": BODIES,
}
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip


def parsed(message: bytes) -> EmailMessage:
    mail = message_from_bytes(message, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    assert not any(part.defects for part in mail.walk())
    return mail


def tree(part: MIMEPart) -> Tree:
    return part.get_content_type(), *map(tree, part.iter_parts())


def leaves(mail: EmailMessage) -> Iterator[bytes]:
    for part in mail.walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield content


@EVERY_MAIL
def test_a_mail_is_the_golden_one(shipped: Shipped) -> None:
    """Parts first, since their difference can be read."""
    golden, made = path_of(shipped).read_bytes(), message_of(shipped)

    for old, new in zip(leaves(parsed(golden)), leaves(parsed(made)), strict=True):
        assert new.decode() == old.decode()
    assert made == golden


@EVERY_MAIL
def test_python_reads_the_parts_and_headers_that_were_meant(shipped: Shipped) -> None:
    mail, email = parsed(path_of(shipped).read_bytes()), shipped.mail(shipped.task({}))

    assert tree(mail) == TREES[shipped.category]
    assert mail.keys() == HEADERS
    assert (mail["Subject"], mail["Content-Language"]) == (email.subject, shipped.language)
    assert list(leaves(mail))[:2] == [email.content.text.encode(), email.content.html.encode()]


@EVERY_MAIL
def test_the_same_key_gives_the_same_bytes_and_another_key_another_message_id(shipped: Shipped) -> None:
    """With its QR code drawn."""
    task = shipped.task({})

    message = compose(shipped.mail(task, "key-1"))
    assert compose(shipped.mail(task, "key-1")) == message
    assert parsed(compose(shipped.mail(task, "key-2")))["Message-ID"] != parsed(message)["Message-ID"]


def test_there_is_a_golden_mail_for_each_bundle_and_language_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*.eml")} == {path_of(shipped).name for shipped in all_shipped()}
