"""Texts, links and addresses are data in the entry, whatever they hold."""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.email_address import EmailAddress
from tests.unit.adapters.icalendar.entries import INVITATION, event_of, write

ATTACKS = [
    "a\r\nATTENDEE:mailto:x@evil.example", "a\nEND:VEVENT\nBEGIN:VEVENT", "a\rURL:https://evil.example",
    "a\u2028b\u2029c\x85d", "\x00\x07\x7f\x9f\tz",
    "C:\\New\\next\\;x\\,y\\\\", "\\", "\\n", "\\N", 'say "hi"', '";X-EVIL=1:', "^n^'^^", "a:b;c=d,e",
    "x" * 500, "é" * 500, "🎟️" * 100, " lead and trail ", "’", "%0d%0aURL:x", "{{7*7}} <b>",
]  # fmt: skip


@dataclass(frozen=True)
class Texts:
    """Any texts at all."""

    summary: str
    location: str
    description: str
    url: str
    name: str


def _text(value: str) -> str:
    """Say what is left of a text: line breaks as LF, no other control character but the tab."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", re.sub("\r\n|[\r\x85\u2028\u2029]", "\n", value))


def _name(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value).replace("\\", "/").strip()


@pytest.mark.parametrize("text", ATTACKS)
def test_a_text_is_data_wherever_it_stands(text: str) -> None:
    hostile = replace(
        INVITATION, uid=text, summary=text, location=text, description=text, organizer_name=text, attendee_name=text
    )
    event = event_of(write(hostile))
    assert {event[name] for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION")} == {_text(text)}
    assert {event[name].params["CN"] for name in ("ORGANIZER", "ATTENDEE")} == {_name(text)}
    assert (event["ATTENDEE"], len(event["ATTENDEE"].params)) == ("mailto:anna@example.org", 3)


@given(texts=st.builds(Texts), sequence=st.integers(0, 2**31 - 1))
def test_any_values_come_back_and_lines_fit(texts: Texts, sequence: int) -> None:
    content = write(
        replace(
            INVITATION, summary=texts.summary, location=texts.location, description=texts.description,
            url=f"https://{texts.url}", organizer_name=texts.name, attendee_name=texts.name, sequence=sequence,
        )
    )  # fmt: skip
    event = event_of(content)
    assert (event["SUMMARY"], event.get("LOCATION", ""), event.get("DESCRIPTION", ""), event["SEQUENCE"]) == (
        _text(texts.summary), _text(texts.location), _text(texts.description), sequence,
    )  # fmt: skip
    name = {"CN": _name(texts.name)} if _name(texts.name) else {}
    assert dict(event["ORGANIZER"].params) == name
    assert dict(event["ATTENDEE"].params) == {**name, "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    assert unquote(event["URL"]) == unquote(f"https://{texts.url}")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines)  # RFC 5545 3.1
    assert lines.pop() == b""


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "example.org", " https://a.b"]
)
def test_a_link_that_is_not_of_the_web_is_left_out(url: str) -> None:
    assert "URL" not in event_of(write(replace(INVITATION, url=url)))


@pytest.mark.parametrize(
    ("local", "written"),
    [
        ("o'neil+t", "o'neil+t"),
        ("a?b#c&d=e%f/g", "a%3Fb%23c%26d%3De%25f%2Fg"),
        ("zoë", "zo%C3%AB"),
        ("{a|b}", "%7Ba%7Cb%7D"),
    ],
)
def test_an_address_is_written_as_a_uri(local: str, written: str) -> None:
    attendee = EmailAddress(local=local, domain="example.org")
    assert event_of(write(replace(INVITATION, attendee=attendee)))["ATTENDEE"] == f"mailto:{written}@example.org"
