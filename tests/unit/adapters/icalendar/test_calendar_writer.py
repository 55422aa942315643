"""The entry as icalendar's parser reads it: exactly one event, with the values that were given and no others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.unit.adapters.icalendar.entries import INVITATION, NAMES, STARTS, event_of, parse, write

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


def test_the_entry_is_exactly_this() -> None:
    assert write(INVITATION).decode() == GOLDEN.replace("\n", "\r\n")


def test_the_parser_reads_what_was_given() -> None:
    event = event_of(write(INVITATION))
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
    _, alarm = parse(write(INVITATION))
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) == (
        "DISPLAY", timedelta(hours=-2), INVITATION.summary,
    )  # fmt: skip


def test_what_is_empty_is_left_out() -> None:
    bare = replace(INVITATION, location="", description="", url="", organizer_name="", attendee_name=" \n")
    event = event_of(write(bare))
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(event)
    assert dict(event["ORGANIZER"].params) == {}
    assert dict(event["ATTENDEE"].params) == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}


@pytest.mark.parametrize("ends_at", [None, STARTS, STARTS - timedelta(days=1), STARTS + timedelta(microseconds=5)])
def test_an_event_without_an_end_after_its_start_takes_two_hours(ends_at: datetime | None) -> None:
    event = event_of(write(replace(INVITATION, ends_at=ends_at)))
    assert event["DTEND"].dt == STARTS + timedelta(hours=2)


def test_the_first_and_the_last_moment_of_the_calendar_can_be_written() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert event_of(write(replace(INVITATION, starts_at=first, ends_at=None)))["DTSTART"].dt == first
    event = event_of(write(replace(INVITATION, starts_at=last - timedelta(hours=1), ends_at=None)))
    assert event["DTEND"].dt == last.replace(microsecond=0)


def test_times_of_another_zone_are_written_in_utc() -> None:
    there = STARTS.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert write(replace(INVITATION, starts_at=there, stamped_at=INVITATION.stamped_at)) == write(INVITATION)


def _newest(*contents: bytes) -> dict[str, dict[str, Any]]:
    """Keep what a calendar keeps (RFC 5546 2.1.5): of one UID the highest SEQUENCE, of two such the later DTSTAMP."""
    kept: dict[str, dict[str, Any]] = {}
    for event in map(event_of, contents):
        old = kept.get(event["UID"])
        if old is None or _version(event) > _version(old):
            kept[event["UID"]] = event
    return kept


def _version(event: dict[str, Any]) -> tuple[int, datetime]:
    return event["SEQUENCE"], event["DTSTAMP"].dt


def test_an_update_replaces_the_original_in_whatever_order_they_come() -> None:
    moved = replace(INVITATION, sequence=1, starts_at=STARTS + timedelta(days=7), ends_at=None)
    for contents in ([write(INVITATION), write(moved)], [write(moved), write(INVITATION)]):
        assert {uid: event["DTSTART"].dt for uid, event in _newest(*contents).items()} == {
            INVITATION.uid: moved.starts_at
        }


def test_an_event_of_another_uid_stands_beside_it() -> None:
    other = replace(INVITATION, uid="key-2@example.com", sequence=1)
    assert set(_newest(write(INVITATION), write(other))) == {"key-1@example.com", "key-2@example.com"}
