"""A header's value is exactly the text that was given, and nothing else becomes a header (F62)."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.smtp.header_encoding import mailbox, parameter, unstructured
from adapters.smtp.header_self_test import ATTACKS, header_self_test

SUBJECTS = [
    *ATTACKS,
    "",
    " ",
    "          ",
    " leading",
    "trailing ",
    "in  side",
    "\ttab",
    "Your ticket for Takeoff",
    "Subject: Bcc: x@evil.example",
    "=?utf-8?q?a?= =?utf-8?q?b?=",
    "=?utf-8?Q?=0D=0ABcc:=20x@evil.example?=",
    "=?iso-8859-1?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=",
    "=?unknown-charset?q?a?=",
    "=?utf-8?q?unterminated",
    "?==?",
    "=?=",
    "a=?utf-8?q?b?=c",
    "x" * 67,
    "x" * 68,
    "x " * 40,
    "x" * 10_000,
    "é" * 10_000,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 family",
    "שלום עולם",
    "\u202eevil\u202c",
    "\u2066a\u2069",
    "\ufeffbom",
    "\x00",
    "a\x00b",
    "\x7f",
    "\x1b[31mred",
    "a\r\n b",
    "a\r\n\tb",
    "\r\n\r\n",
    "\n",
    "\r",
    "a\x85b",
    "a\u2029b",
    "a\u00a0b",
    "a\u3000b",
    'quoted "name" <x@evil.example>',
    "a, b; c: d",
    "100% %0d%0aBcc: x",
    "🎉",
    "ﷺ" * 50,
]


def _parse(line: bytes) -> EmailMessage:
    message = message_from_bytes(line + b"\r\nX-After: 1\r\n\r\nbody", policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _value(line: bytes) -> str:
    return str(make_header(decode_header(message_from_bytes(line + b"\r\n\r\n")["Subject"])))


def _is_well_formed(line: bytes) -> bool:
    rows = line.split(b"\r\n")
    return all(len(row) <= 76 and row.isascii() and row.decode().isprintable() for row in rows) and all(
        row.startswith(b" ") for row in rows[1:]
    )


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_hostile_subject_is_one_header_with_its_own_value(subject: str) -> None:
    line = unstructured("Subject", subject)
    message = _parse(line)
    assert message.keys() == ["Subject", "X-After"]
    assert _value(line) == subject
    assert message.get_content() == "body"
    assert _is_well_formed(line)


@given(st.text(max_size=400))
def test_any_subject_comes_back_exactly(subject: str) -> None:
    line = unstructured("Subject", subject)
    assert _parse(line).keys() == ["Subject", "X-After"]
    assert _value(line) == subject
    assert _is_well_formed(line)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_any_printable_subject_comes_back_from_pythons_modern_parser_too(subject: str) -> None:
    """Its parser gives out line breaks as spaces, so control characters are left to the test above."""
    assert _parse(unstructured("Subject", subject))["Subject"] == subject


@pytest.mark.parametrize("subject", ["Your ticket", "100% fun: a=b?", "x" * 67])
def test_a_plain_subject_is_readable_as_it_stands(subject: str) -> None:
    assert unstructured("Subject", subject) == f"Subject: {subject}".encode()


def test_encoded_words_are_cut_between_characters() -> None:
    """Each word is decoded on its own by some readers (RFC 2047 5 (3))."""
    for row in unstructured("Subject", "é🎉ﷺ" * 100).split(b"\r\n"):
        word = row.split(b" ")[-1].decode()
        assert len(word) <= 75
        ((decoded, charset),) = decode_header(word)
        assert decoded.decode(charset or "ascii")


NAMES = [
    "Takeoff",
    "Takeoff by Open Source Nest",
    "Zoë",
    'a "quoted" name',
    "a <x@evil.example>, b",
    "x@evil.example",
    "comment (here)",
    "St. John",
    "a\r\nBcc: x@evil.example",
    "=?utf-8?q?a?=",
    "é" * 200,
    "  spaces  ",
    "a,b;c:d",
    "\\",
    "x" * 100,
]


def _decoded_phrase(line: bytes) -> str:
    """Read what stands before the address as RFC 2047 says.

    Not by Python's modern parser: up to 3.11 at least it puts a space between the words of a phrase and gives
    out several spaces as one.
    """
    phrase, _, rest = message_from_bytes(line + b"\r\n\r\n")["From"].rpartition("<")
    assert rest == "events@example.com>"
    return str(make_header(decode_header(phrase.strip())))


@pytest.mark.parametrize("name", NAMES)
def test_a_display_name_is_itself_and_never_an_address_or_a_header(name: str) -> None:
    line = mailbox("From", name, "events@example.com")
    assert _parse(line).keys() == ["From", "X-After"]
    assert _decoded_phrase(line) == name
    if name.isprintable():
        assert [address.addr_spec for address in _parse(line)["From"].addresses] == ["events@example.com"]
    assert _is_well_formed(line)


@given(st.text(min_size=1, max_size=200))
def test_any_display_name_comes_back_exactly(name: str) -> None:
    line = mailbox("From", name, "events@example.com")
    assert _parse(line).keys() == ["From", "X-After"]
    assert _decoded_phrase(line) == name
    assert _is_well_formed(line)


def test_a_mailbox_without_a_name_is_the_bare_address() -> None:
    assert mailbox("To", "", "zoë@example.org") == "To: zoë@example.org".encode()


FILENAMES = ["ticket.pdf", "my ticket (2).pdf", "Größe.pdf", "x" * 56 + ".pdf", "日" * 100, 'a"b.pdf', "a;b=c.pdf", "🎟"]


@pytest.mark.parametrize("filename", FILENAMES)
def test_a_parameter_comes_back_exactly(filename: str) -> None:
    line = f"Content-Disposition: attachment{parameter('filename', filename)}".encode()
    assert _parse(line)["Content-Disposition"].params["filename"] == filename
    assert _is_well_formed(line)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=150))
def test_any_parameter_comes_back_exactly(filename: str) -> None:
    line = f"Content-Disposition: attachment{parameter('filename', filename)}".encode()
    assert _parse(line)["Content-Disposition"].params["filename"] == filename
    assert _is_well_formed(line)


def test_the_self_test_passes_on_this_interpreter() -> None:
    assert header_self_test() is None
