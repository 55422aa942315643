"""The ticket that mails speak of."""

from dataclasses import dataclass
from datetime import datetime

from adapters.jinja.text import one_line, plain
from domain.email_task import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDetails:
    """A ticket as templates see it; texts may be empty, times are aware, in UTC."""

    code: str = ""
    event_name: str = ""
    venue: str = ""
    start: datetime | None = None
    end: datetime | None = None
    holder: str = ""


NO_TICKET = TicketDetails()


def details_of(ticket: Ticket | None) -> TicketDetails:
    """Clean a ticket's texts; spaces inside the code are the code's."""
    if ticket is None:
        return NO_TICKET
    return TicketDetails(
        code=plain(ticket.code),
        event_name=one_line(ticket.event_name),
        venue=one_line(ticket.venue),
        start=ticket.starts_at,
        end=ticket.ends_at,
        holder=one_line(ticket.holder),
    )
