"""The message as Python's own parser reads it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.smtp.mime import compose
from domain.email_address import EmailAddress
from domain.email_task import Attachment
from domain.outgoing_email import OutgoingEmail, RenderedEmail
from tests.contracts.email_transport import an_email

PDF = Attachment(filename="ticket.pdf", content_type="application/pdf", content=bytes(range(256)) * 10)


def _parse(email: OutgoingEmail) -> EmailMessage:
    message = message_from_bytes(compose(email), policy=SMTPUTF8 if email.rcpt_to.needs_smtputf8 else SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if not part.is_multipart()]


def test_the_headers_are_exactly_these() -> None:
    message = _parse(an_email(subject="Grüße"))
    assert message.items() == [
        ("From", "Takeoff <events@example.com>"),
        ("To", "anna@example.org"),
        ("Subject", "Grüße"),
        ("Date", "Mon, 01 Mar 2027 12:00:00 +0000"),
        ("Message-ID", "<key-1@example.com>"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", message["Content-Type"]),
    ]
    assert message["Date"].datetime == datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def test_a_reply_goes_where_it_is_meant_to_go() -> None:
    email = replace(an_email(), reply_to=EmailAddress(local="help", domain="example.com"))
    assert _parse(email)["Reply-To"] == "help@example.com"


def test_an_address_for_replies_that_needs_smtputf8_stands_there_as_it_is() -> None:
    wire = compose(replace(an_email(), reply_to=EmailAddress(local="zoë", domain="example.com")))
    assert "\r\nReply-To: zoë@example.com\r\n".encode() in wire


@pytest.mark.parametrize("language", ["de", "en-GB", "zh-Hant-TW", "ar"])
def test_the_language_is_told(language: str) -> None:
    assert _parse(_in_language(language))["Content-Language"] == language


@pytest.mark.parametrize("language", ["", "de_DE", "de\r\nBcc: x@evil.example", "de\n", "de, en", "é", "a" * 100])
def test_a_language_that_is_no_tag_is_not_told(language: str) -> None:
    assert _parse(_in_language(language)).keys() == _parse(an_email()).keys()


def _in_language(language: str) -> OutgoingEmail:
    return replace(an_email(), content=replace(an_email().content, language=language))


@pytest.mark.parametrize("url", ["https://example.com/u?t=4f2a", "https://example.com/" + "a" * 880])
def test_a_subscription_ends_with_one_click(url: str) -> None:
    """RFC 8058: the link, whole, and the word that a POST to it is enough."""
    email = replace(an_email(), list_unsubscribe=url)
    message = _parse(email)
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert max(map(len, compose(email).split(b"\r\n"))) <= 998
    assert set(message.keys()) - set(_parse(an_email()).keys()) == {"List-Unsubscribe", "List-Unsubscribe-Post"}


def test_text_comes_first_and_html_last() -> None:
    message = _parse(an_email(html="<p>Zoë</p>", text="Zoë"))
    assert message.get_content_type() == "multipart/alternative"
    parts = [(part.get_content_type(), part.get_content_charset(), part.get_content()) for part in _leaves(message)]
    assert parts == [("text/plain", "utf-8", "Zoë"), ("text/html", "utf-8", "<p>Zoë</p>")]


def test_attachments_stand_beside_the_alternatives() -> None:
    other = Attachment(filename="Größe.ics", content_type="text/calendar; method=REQUEST", content=b"")
    message = _parse(replace(an_email(), attachments=(PDF, other)))
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "multipart/alternative",
        "application/pdf",
        "text/calendar",
    ]
    pdf, ics = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_payload(decode=True)) == (PDF.filename, PDF.content)
    assert (ics.get_filename(), ics.get_payload(decode=True)) == (other.filename, b"")
    assert ics.get_param("method") == "REQUEST"


@pytest.mark.parametrize(
    "content_type",
    [
        "", "pdf", "text/html\r\nBcc: x@evil.example", "text/html; a=\"b", "multipart/mixed", "message/rfc822",
        "MESSAGE/rfc822", "é/b", "a/b;" + " c=d;" * 30, "a/b; c=d\n",
    ],
)  # fmt: skip
def test_a_content_type_that_is_none_or_would_be_parsed_is_a_plain_file(content_type: str) -> None:
    attachment = replace(PDF, content_type=content_type)
    (part,) = _parse(replace(an_email(), attachments=(attachment,))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == PDF.content


@pytest.mark.parametrize(
    ("filename", "safe"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\a.pdf", "C__a.pdf"),
        ('a";\r\nBcc: x@evil.example', "a_;__Bcc_ x@evil.example"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("", "attachment"),
    ],
)
def test_a_filename_is_a_name_and_no_path(filename: str, safe: str) -> None:
    (part,) = _parse(replace(an_email(), attachments=(replace(PDF, filename=filename),))).iter_attachments()
    assert part.get_filename() == safe


def test_an_address_that_needs_smtputf8_stands_in_the_header_as_in_the_envelope() -> None:
    email = an_email(rcpt_to="zoë@example.org")
    assert b"\r\nTo: " + str(email.rcpt_to).encode() + b"\r\n" in compose(email)
    assert compose(an_email()).isascii()


def test_the_same_email_gives_the_same_bytes_and_another_key_another_boundary() -> None:
    assert compose(an_email(1)) == compose(an_email(1))
    boundaries = {_parse(an_email(number)).get_boundary() for number in (1, 2)}
    assert len(boundaries) == 2


@pytest.mark.parametrize("message_id", ["", "no-at", "a b@c", "a@b\r\nBcc: x@evil.example", "<a@b>", "é@b", "@b", "a@"])
def test_a_message_id_that_is_none_is_a_defect_of_ours(message_id: str) -> None:
    with pytest.raises(ValueError, match="message_id"):
        compose(replace(an_email(), message_id=message_id))


@given(
    content=st.builds(RenderedEmail, html=st.text(min_size=1), text=st.text(min_size=1)),
    subject=st.text(max_size=200),
    from_name=st.text(max_size=100),
    filename=st.text(max_size=100),
    file=st.binary(max_size=300),
)
def test_whatever_is_written_the_lines_are_fit_for_data_and_the_content_comes_back(
    content: RenderedEmail, subject: str, from_name: str, filename: str, file: bytes
) -> None:
    attachment = Attachment(filename=filename, content_type="a/b", content=file)
    email = replace(
        an_email(), content=content, subject=subject, from_name=from_name, attachments=(attachment,) if file else ()
    )
    wire = compose(email)
    lines = wire.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 76 and not line.startswith(b".") and b"\r" not in line for line in lines)
    assert b"\n" not in wire.replace(b"\r\n", b"")
    leaves = _leaves(_parse(email))
    expected = [content.text.encode(), content.html.encode(), *([file] if file else [])]
    assert [part.get_payload(decode=True) for part in leaves] == expected
