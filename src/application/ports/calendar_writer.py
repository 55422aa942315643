"""Writes the entry that a mail puts into its reader's calendar."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.email_address import EmailAddress
from domain.outgoing_email import CalendarInvite


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One event, for one attendee who has a place already; times are aware; empty texts are left out.

    `uid` names the event for this attendee for ever. `sequence` and `stamped_at` tell its versions apart: a reader
    keeps the one with the higher `sequence`, of two with the same the one stamped later (RFC 5546 2.1.5).
    """

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    organizer: EmailAddress
    organizer_name: str = ""
    attendee: EmailAddress
    attendee_name: str = ""


class CalendarWriter(Protocol):
    """Writes iCalendar objects (RFC 5545) for scheduling by mail (RFC 5546, RFC 6047)."""

    @abstractmethod
    def request(self, invitation: Invitation) -> CalendarInvite:
        """Write a REQUEST with one event and its alarm, two hours ahead; the same invitation gives the same bytes.

        Every text is data: line breaks and tabs stay, other control characters become spaces. In names all of these
        become spaces and backslashes slashes, and no space stays around them. A `url` that is not http(s) is left out.
        An event that does not end after its start gets a length of two hours.
        """
