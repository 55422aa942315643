"""What the tests of the calendar entry share: an invitation, and the entry as icalendar's parser reads it."""

from datetime import UTC, datetime, timedelta
from typing import Any

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


def write(invitation: Invitation) -> bytes:
    invite = IcalendarWriter().request(invitation)
    assert invite.method == "REQUEST"
    return invite.content


def parse(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
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


def event_of(content: bytes) -> dict[str, Any]:
    return parse(content)[0]
