"""The entry as icalendar's parser reads it: exactly one event, with the values that were given and no others."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from adapters.icalendar.calendar_writer import IcalendarWriter
from application.ports.calendar_writer import Invitation
from domain.email_address import EmailAddress

STARTS = datetime(2027, 5, 1, 18, 0, tzinfo=UTC)
INVITATION = Invitation(
    uid="key-1@example.com",
    sequence=0,
    stamped_at=datetime(2027, 3, 1, 12, 0, tzinfo=UTC),
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=3),
    summary="Takeoff, 2027",
    location="Kulturbrauerei; Hall 3",
    description="Doors open at 18:00.\nBring this code: ABCD-1234",
    url="https://example.com/takeoff?lang=de,en",
    organizer=EmailAddress(local="events", domain="example.com"),
    organizer_name="Takeoff Events",
    attendee=EmailAddress(local="anna", domain="example.org"),
    attendee_name="Anna Núñez",
)
NAMES = [
    "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "ORGANIZER",
    "ATTENDEE", "STATUS", "TRANSP",
]  # fmt: skip
GOLDEN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Takeoff//Takeoff Mailer//EN
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VEVENT
UID:key-1@example.com
SEQUENCE:0
DTSTAMP:20270301T120000Z
DTSTART:20270501T180000Z
DTEND:20270501T210000Z
SUMMARY:Takeoff\\, 2027
LOCATION:Kulturbrauerei\\; Hall 3
DESCRIPTION:Doors open at 18:00.\\nBring this code: ABCD-1234
URL:https://example.com/takeoff?lang=de,en
ORGANIZER;CN="Takeoff Events":mailto:events@example.com
ATTENDEE;CN="Anna Núñez";PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:anna@exampl
 e.org
STATUS:CONFIRMED
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT2H
DESCRIPTION:Takeoff\\, 2027
END:VALARM
END:VEVENT
END:VCALENDAR
"""
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


def _write(invitation: Invitation) -> bytes:
    invite = IcalendarWriter().request(invitation)
    assert invite.method == "REQUEST"
    return invite.content


def _parse(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the properties of the one event and of its one alarm."""
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert list(calendar) == ["VERSION", "PRODID", "CALSCALE", "METHOD"]
    components = calendar.walk()
    assert [component.name for component in components] == ["VCALENDAR", "VEVENT", "VALARM"]
    assert not any(component.errors for component in components)
    _, event, alarm = (dict(component.items()) for component in components)
    assert [name for name in NAMES if name in event] == list(event)
    return event, alarm


def _event(content: bytes) -> dict[str, Any]:
    return _parse(content)[0]


def _text(value: str) -> str:
    """Say what is left of a text: line breaks as LF, no other control character but the tab."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", re.sub("\r\n|[\r\x85\u2028\u2029]", "\n", value))


def _name(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value).replace("\\", "/").strip()


def test_the_entry_is_exactly_this() -> None:
    assert _write(INVITATION).decode() == GOLDEN.replace("\n", "\r\n")


def test_the_parser_reads_what_was_given() -> None:
    event = _event(_write(INVITATION))
    assert list(event) == NAMES
    assert [event[name].dt for name in ("DTSTAMP", "DTSTART", "DTEND")] == [
        INVITATION.stamped_at, INVITATION.starts_at, INVITATION.ends_at,
    ]  # fmt: skip
    assert event["SEQUENCE"] == 0
    assert (event["STATUS"], event["TRANSP"], event["URL"]) == ("CONFIRMED", "OPAQUE", INVITATION.url)
    assert (event["ORGANIZER"], dict(event["ORGANIZER"].params)) == (
        "mailto:events@example.com", {"CN": "Takeoff Events"},
    )  # fmt: skip
    assert (event["ATTENDEE"], dict(event["ATTENDEE"].params)) == (
        "mailto:anna@example.org", {"CN": "Anna Núñez", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )  # fmt: skip


def test_an_alarm_sounds_two_hours_ahead() -> None:
    _, alarm = _parse(_write(INVITATION))
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) == (
        "DISPLAY", timedelta(hours=-2), INVITATION.summary,
    )  # fmt: skip


def test_what_is_empty_is_left_out() -> None:
    bare = replace(INVITATION, location="", description="", url="", organizer_name="", attendee_name=" \n")
    event = _event(_write(bare))
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(event)
    assert dict(event["ORGANIZER"].params) == {}
    assert dict(event["ATTENDEE"].params) == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}


@pytest.mark.parametrize("ends_at", [None, STARTS, STARTS - timedelta(days=1), STARTS + timedelta(microseconds=5)])
def test_an_event_without_an_end_after_its_start_takes_two_hours(ends_at: datetime | None) -> None:
    event = _event(_write(replace(INVITATION, ends_at=ends_at)))
    assert event["DTEND"].dt == STARTS + timedelta(hours=2)


def test_the_first_and_the_last_moment_of_the_calendar_can_be_written() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert _event(_write(replace(INVITATION, starts_at=first, ends_at=None)))["DTSTART"].dt == first
    event = _event(_write(replace(INVITATION, starts_at=last - timedelta(hours=1), ends_at=None)))
    assert event["DTEND"].dt == last.replace(microsecond=0)


def test_times_of_another_zone_are_written_in_utc() -> None:
    there = STARTS.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert _write(replace(INVITATION, starts_at=there, stamped_at=INVITATION.stamped_at)) == _write(INVITATION)


@pytest.mark.parametrize("text", ATTACKS)
def test_a_text_is_data_wherever_it_stands(text: str) -> None:
    hostile = replace(
        INVITATION, uid=text, summary=text, location=text, description=text, organizer_name=text, attendee_name=text
    )
    event = _event(_write(hostile))
    assert {event[name] for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION")} == {_text(text)}
    assert {event[name].params["CN"] for name in ("ORGANIZER", "ATTENDEE")} == {_name(text)}
    assert (event["ATTENDEE"], len(event["ATTENDEE"].params)) == ("mailto:anna@example.org", 3)


@given(texts=st.builds(Texts), sequence=st.integers(0, 2**31 - 1))
def test_any_values_come_back_and_lines_fit(texts: Texts, sequence: int) -> None:
    content = _write(
        replace(
            INVITATION, summary=texts.summary, location=texts.location, description=texts.description,
            url=f"https://{texts.url}", organizer_name=texts.name, attendee_name=texts.name, sequence=sequence,
        )
    )  # fmt: skip
    event = _event(content)
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
    assert "URL" not in _event(_write(replace(INVITATION, url=url)))


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
    assert _event(_write(replace(INVITATION, attendee=attendee)))["ATTENDEE"] == f"mailto:{written}@example.org"


def _newest(*contents: bytes) -> dict[str, dict[str, Any]]:
    """Keep what a calendar keeps (RFC 5546 2.1.5): of one UID the highest SEQUENCE, of two such the later DTSTAMP."""
    kept: dict[str, dict[str, Any]] = {}
    for event in map(_event, contents):
        old = kept.get(event["UID"])
        if old is None or _version(event) > _version(old):
            kept[event["UID"]] = event
    return kept


def _version(event: dict[str, Any]) -> tuple[int, datetime]:
    return event["SEQUENCE"], event["DTSTAMP"].dt


def test_an_update_replaces_the_original_in_whatever_order_they_come() -> None:
    moved = replace(INVITATION, sequence=1, starts_at=STARTS + timedelta(days=7), ends_at=None)
    for contents in ([_write(INVITATION), _write(moved)], [_write(moved), _write(INVITATION)]):
        assert {uid: event["DTSTART"].dt for uid, event in _newest(*contents).items()} == {
            INVITATION.uid: moved.starts_at
        }


def test_an_event_of_another_uid_stands_beside_it() -> None:
    other = replace(INVITATION, uid="key-2@example.com", sequence=1)
    assert set(_newest(_write(INVITATION), _write(other))) == {"key-1@example.com", "key-2@example.com"}
