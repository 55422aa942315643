"""The mails that are measured: a registration's confirmation, and a ticket."""

from dataclasses import replace
from datetime import UTC, datetime

from adapters.jinja.event_details import EventDetails
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.email_task import EmailTask, Ticket

_START, NOW = datetime(2026, 3, 14, 9, tzinfo=UTC), datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
EVENT = EventDetails(date="Saturday, 14 March 2026, 10:00", venue="Hall 3, Berlin", url="https://example.org/takeoff")
CONFIRMATION = EmailTask(
    to="ada@example.org",
    category="Attendee_Registration_Successful",
    subject="You are in",
    first_name="Ada",
    created_at=NOW,
)
TICKET = replace(
    CONFIRMATION,
    category="Attendee_Ticket",
    subject="Your ticket for Takeoff",
    params={"seat": "Row 7, seat 12", "page_url": "https://example.org/takeoff"},
    ticket=Ticket(
        code="TKT-4711-2026",
        event_name="Takeoff",
        venue="Hall 3, Berlin",
        starts_at=_START,
        ends_at=_START.replace(hour=17),
        holder="Ada Lovelace",
    ),
)


def jobs_of(task: EmailTask, count: int) -> list[EmailJob]:
    """Make so many jobs of one task; each mail differs from the others."""
    return [
        EmailJob(
            key=f"key-{number}",
            task=replace(task, first_name=f"Ada {number}"),
            recipient=EmailAddress(local=f"ada{number}", domain="example.org"),
        )
        for number in range(count)
    ]
