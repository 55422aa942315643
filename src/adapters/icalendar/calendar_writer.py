"""Invitations through icalendar: its property types, quoting of parameters and folding of lines.

What mail programs need before they show one:
* METHOD in the object and the same in the part's type (RFC 6047 2.4; Outlook goes by the object's, MS-STANOICAL V0342);
* UID, DTSTAMP, DTSTART, SUMMARY, ORGANIZER and ATTENDEE, for an update a higher SEQUENCE (RFC 5546 3.2.2);
* the right place in the mail: see adapters/smtp/mime_parts.py.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from icalendar import vCalAddress, vDatetime, vInt, vUri
from icalendar.parser import Contentline

from adapters.icalendar.text import EscapedText, clean_name
from application.ports.calendar_writer import CalendarWriter, Invitation
from domain.email_address import EmailAddress
from domain.outgoing_email import CalendarInvite

_METHOD = "REQUEST"
# Without an end an event takes no time (RFC 5545 3.6.1): a line across the day that blocks nothing. Talks, matches and
# concerts last about this long.
_DEFAULT_LENGTH = timedelta(hours=2)
_LAST_MOMENT = datetime.max.replace(microsecond=0, tzinfo=UTC)
# What always stands there goes as it is: through the library the object takes 330 us instead of 150.
_BEFORE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Takeoff//Takeoff Mailer//EN\r\nCALSCALE:GREGORIAN\r\n"
    b"METHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
)
_ALARM = b"STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT2H\r\n"
_AFTER = b"END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class IcalendarWriter(CalendarWriter):
    """All times go in UTC: no VTIMEZONE is needed, and each calendar shows them in its reader's zone."""

    def request(self, invitation: Invitation) -> CalendarInvite:
        event = b"".join(_event(invitation))
        # RFC 5545 3.6.6: an alarm that displays has a description of its own.
        alarm = _ALARM + _text("DESCRIPTION", invitation.summary)
        return CalendarInvite(method=_METHOD, content=_BEFORE + event + alarm + _AFTER)


def _event(invitation: Invitation) -> Iterator[bytes]:
    starts_at = invitation.starts_at.astimezone(UTC).replace(microsecond=0)
    yield _text("UID", invitation.uid)
    yield _line("SEQUENCE", vInt(invitation.sequence))
    yield _line("DTSTAMP", vDatetime(invitation.stamped_at.astimezone(UTC)))
    yield _line("DTSTART", vDatetime(starts_at))
    yield _line("DTEND", vDatetime(_end(starts_at, invitation.ends_at)))
    yield _text("SUMMARY", invitation.summary)
    for name, text in (("LOCATION", invitation.location), ("DESCRIPTION", invitation.description)):
        if text:
            yield _text(name, text)
    if invitation.url.startswith(("https://", "http://")):
        # RFC 3986 2: all that may stand in a URI stays as it is.
        yield _line("URL", vUri(quote(invitation.url, safe=":/?#[]@!$&'()*+,;=-._~%")))
    yield _person("ORGANIZER", invitation.organizer, invitation.organizer_name)
    yield _person("ATTENDEE", invitation.attendee, invitation.attendee_name, PARTSTAT="ACCEPTED", RSVP="FALSE")


def _end(starts_at: datetime, ends_at: datetime | None) -> datetime:
    if ends_at and (end := ends_at.astimezone(UTC).replace(microsecond=0)) > starts_at:
        return end
    return starts_at + min(_DEFAULT_LENGTH, _LAST_MOMENT - starts_at)


def _text(name: str, text: str) -> bytes:
    return _line(name, EscapedText(text))


def _person(name: str, address: EmailAddress, display_name: str, **parameters: str) -> bytes:
    local = quote(address.local, safe="!$'*+")  # RFC 6068 2
    person = vCalAddress(f"mailto:{local}@{address.domain}")
    if name_of_person := clean_name(display_name):
        person.params["CN"] = name_of_person
    person.params.update(parameters)
    return _line(name, person)


def _line(name: str, value: EscapedText | vInt | vDatetime | vUri | vCalAddress) -> bytes:
    line: bytes = Contentline.from_parts(name, value.params, value).to_ical()
    return line + b"\r\n"
