"""Pictures, invitations and how the parts nest, as Python's own parser reads them."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.smtp.mime import compose
from domain.outgoing_email import InlineFile, OutgoingEmail
from tests.contracts.email_transport import an_email
from tests.doubles.ticket_email import CONTENT, ENTRY, INVITE, PDF, PICTURE, QR, a_ticket

GOLDEN = Path(__file__).parent / "golden"
Tree = tuple[Any, ...]
TEXT, HTML, PNG, CALENDAR = ("text/plain",), ("text/html",), ("image/png",), ("text/calendar",)
ICS, FILE = ("application/ics",), ("application/pdf",)
RELATED = ("multipart/related", HTML, PNG)


def _parse(email: OutgoingEmail) -> EmailMessage:
    message = message_from_bytes(compose(email), policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def _tree(part: MIMEPart) -> Tree:
    return part.get_content_type(), *map(_tree, part.iter_parts())


def _part(email: OutgoingEmail, content_type: str) -> EmailMessage:
    (part,) = (part for part in _parse(email).walk() if part.get_content_type() == content_type)
    assert isinstance(part, EmailMessage)
    return part


@pytest.mark.parametrize(
    ("change", "tree"),
    [
        ({"inline": (), "invite": None}, ("multipart/alternative", TEXT, HTML)),
        ({"invite": None}, ("multipart/alternative", TEXT, RELATED)),
        ({"invite": None, "inline": (QR, QR)}, ("multipart/alternative", TEXT, (*RELATED, PNG))),
        ({"inline": ()}, ("multipart/mixed", ("multipart/alternative", TEXT, HTML, CALENDAR), ICS)),
        ({}, ("multipart/mixed", ("multipart/alternative", TEXT, RELATED, CALENDAR), ICS)),
    ],
)
def test_parts_nest_no_deeper_than_needed(change: dict[str, Any], tree: Tree) -> None:
    email = replace(an_email(), content=replace(CONTENT, **change))
    assert _tree(_parse(email)) == tree


def test_attachments_stand_last_but_for_the_entry_and_never_among_the_alternatives() -> None:
    alternative = ("multipart/alternative", TEXT, RELATED, CALENDAR)
    assert _tree(_parse(a_ticket())) == ("multipart/mixed", alternative, FILE, ICS)
    plain = replace(an_email(), attachments=(PDF,))
    assert _tree(_parse(plain)) == ("multipart/mixed", ("multipart/alternative", TEXT, HTML), FILE)


def test_a_picture_is_shown_in_its_place_by_its_content_id() -> None:
    part = _part(a_ticket(), "image/png")
    assert part["Content-ID"] == "<ticket-code>"
    assert (part.get_content_disposition(), part.get_filename()) == ("inline", "code.png")
    assert part.get_payload(decode=True) == PICTURE
    related = _part(a_ticket(), "multipart/related")
    assert related.get_param("type") == "text/html"  # RFC 2387 3.1


def test_the_entry_comes_as_an_alternative_to_act_upon_and_as_a_file() -> None:
    calendar, file = _part(a_ticket(), "text/calendar"), _part(a_ticket(), "application/ics")
    assert b"\r\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\r\n" in compose(a_ticket())
    assert (calendar.get_content_disposition(), file.get_content_disposition()) == (None, "attachment")
    assert file.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == ENTRY


@pytest.mark.parametrize("method", ["", "A B", "A\nB", "REQUEST\r\nBcc: x@evil.example", "REQUEST; name", "é"])
def test_a_method_that_is_none_is_a_defect_of_ours(method: str) -> None:
    email = replace(an_email(), content=replace(CONTENT, invite=replace(INVITE, method=method)))
    with pytest.raises(ValueError, match="method"):
        compose(email)


@pytest.mark.parametrize(
    "cid", ["", "a b", "a>", "<a>", "a\r\nBcc: x@evil.example", "a\n", "é", 'a"', "a%41", "a" * 61]
)
def test_a_content_id_that_is_none_is_a_defect_of_ours(cid: str) -> None:
    email = replace(an_email(), content=replace(CONTENT, inline=(replace(QR, cid=cid),)))
    with pytest.raises(ValueError, match="cid"):
        compose(email)


@pytest.mark.parametrize("content_type", ["", "text/html\r\nBcc: x@evil.example", "multipart/mixed", "message/rfc822"])
def test_a_picture_of_no_simple_type_is_a_plain_file(content_type: str) -> None:
    email = replace(an_email(), content=replace(CONTENT, inline=(replace(QR, content_type=content_type),)))
    part = _part(email, "application/octet-stream")
    assert (part["Content-ID"], part.get_payload(decode=True)) == ("<ticket-code>", PICTURE)


@given(filename=st.text(max_size=100), content=st.binary(max_size=300), entry=st.binary(max_size=300))
def test_whatever_is_carried_the_lines_are_fit_for_data_and_the_content_comes_back(
    filename: str, content: bytes, entry: bytes
) -> None:
    picture = InlineFile(cid="a@b", filename=filename, content_type="image/png", content=content)
    rendered = replace(CONTENT, inline=(picture,), invite=replace(INVITE, content=entry))
    email = replace(a_ticket(), content=rendered)
    lines = compose(email).split(b"\r\n")
    assert all(len(line) <= 76 and not line.startswith(b".") and not set(line) & set(b"\r\n") for line in lines)
    assert _part(email, "image/png").get_payload(decode=True) == content
    assert _part(email, "text/calendar").get_payload(decode=True) == entry


@pytest.mark.parametrize(("name", "email"), [("plain.eml", an_email()), ("ticket.eml", a_ticket())])
def test_the_bytes_are_the_golden_ones(name: str, email: OutgoingEmail) -> None:
    """A wanted change is written by `python -m tests.unit.adapters.smtp.golden.write`, and read before it is kept."""
    assert compose(email) == (GOLDEN / name).read_bytes()
