"""Mails as postal-mime reads them, a parser of mail programs that shares nothing with Python's."""

import base64
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.smtp.header_self_test import ATTACKS
from adapters.smtp.mime import compose
from domain.email_task import Attachment
from domain.outgoing_email import OutgoingEmail
from tests.contracts.email_transport import an_email
from tests.doubles.ticket_email import CONTENT, ENTRY, PDF, PICTURE, a_ticket
from tests.integration.services.node_program import install
from tests.unit.adapters.jinja.shipped import Shipped, all_shipped

READ_S = 30
Reader = Callable[[OutgoingEmail], dict[str, Any]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Give what a mail program would show."""
    folder = install(Path(__file__).parent / "node_reader", tmp_path_factory.mktemp("reader"))

    def run(email: OutgoingEmail) -> dict[str, Any]:
        command = ["node", str(folder / "read.mjs")]
        mail: dict[str, Any] = json.loads(
            subprocess.run(command, input=compose(email), check=True, capture_output=True, timeout=READ_S).stdout
        )
        return mail

    return run


def _files(mail: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            file["mimeType"],
            file["disposition"],
            file["filename"],
            file.get("contentId"),
            base64.b64decode(file["content"]),
        )
        for file in mail["attachments"]
    ]


def test_a_ticket_is_read_with_the_same_parts(read: Reader) -> None:
    mail, entry = read(a_ticket()), ENTRY.replace(b"\r\n", b"\n")  # it reads calendars as text
    assert (mail["text"], mail["html"]) == (CONTENT.text, CONTENT.html)
    assert _files(mail) == [
        ("image/png", "inline", "code.png", "<ticket-code>", PICTURE),
        ("text/calendar", None, None, None, entry),
        ("application/pdf", "attachment", PDF.filename, None, PDF.content),
        ("application/ics", "attachment", "invite.ics", None, entry),
    ]
    assert [file.get("method") for file in mail["attachments"]] == [None, "REQUEST", None, None]
    assert mail["attachments"][0]["related"] is True


def test_a_ticket_is_read_with_the_same_headers(read: Reader) -> None:
    mail, email = read(a_ticket()), a_ticket()
    headers = {header["key"]: header["value"] for header in mail["headers"]}
    assert mail["subject"] == email.subject
    assert (mail["from"], mail["to"], mail["replyTo"]) == (
        {"address": "events@example.com", "name": "Takeoff"},
        [{"address": "anna@example.org", "name": ""}],
        [{"address": "hilfe@example.com", "name": ""}],
    )
    assert headers["list-unsubscribe"] == f"<{email.list_unsubscribe}>"
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert headers["content-language"] == "de"
    assert len(headers) == len(mail["headers"]) == 12


@pytest.mark.parametrize("shipped", all_shipped(), ids=str)
def test_a_shipped_mail_is_read_with_the_same_parts(read: Reader, shipped: Shipped) -> None:
    email = shipped.mail(shipped.task({}))
    mail, content = read(email), email.content
    assert (mail["subject"], mail["text"], mail["html"]) == (email.subject, content.text, content.html)
    files: list[tuple[Any, ...]] = [
        ("image/png", "inline", file.filename, f"<{file.cid}>", file.content) for file in content.inline
    ]
    if content.invite:
        entry = content.invite.content.replace(b"\r\n", b"\n")
        files.append(("text/calendar", None, None, None, entry))
        files.append(("application/ics", "attachment", "invite.ics", None, entry))
    assert _files(mail) == files


def test_a_plain_mail_has_no_more_than_its_two_bodies(read: Reader) -> None:
    mail = read(an_email())
    assert (mail["text"], mail["html"], mail["attachments"]) == ("Hello Anna", "<p>Hello Anna</p>", [])


def test_a_hostile_subject_or_file_name_makes_no_header_and_no_part(read: Reader) -> None:
    """All in one mail, as a file each: a process for each attack would take a minute."""
    attachments = tuple(Attachment(filename=attack, content_type="a/b", content=b"x") for attack in ATTACKS)
    mail = read(replace(an_email(subject=ATTACKS[2]), attachments=attachments))
    assert [file["content"] for file in mail["attachments"]] == [base64.b64encode(b"x").decode()] * len(ATTACKS)
    assert not {"bcc", "cc"} & {header["key"] for header in mail["headers"]}
    assert mail["to"] == [{"address": "anna@example.org", "name": ""}]
