"""Tasks as a producer could write them, of a category's samples."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from adapters.jinja.event_details import EventDetails
from adapters.jinja.manifest import Manifest
from domain.email_task import EmailTask, Ticket

SAMPLE_EVENT = EventDetails(
    date="Saturday, 14 March 2026, 10:00 to 18:00", venue="Hall 3, Berlin", url="https://example.org/takeoff"
)
_ASKED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
_TICKET = Ticket(
    code="TKT-4711-2026",
    event_name="Takeoff",
    venue="Hall 3, Berlin",
    starts_at=datetime(2026, 3, 14, 9, tzinfo=UTC),
    ends_at=datetime(2026, 3, 14, 17, tzinfo=UTC),
    holder="Ada Lovelace",
)


def full_task(category: str, manifest: Manifest, locale: str = "") -> EmailTask:
    """Make a task with every field and param that templates may use."""
    return EmailTask(
        to="ada@example.org",
        category=category,
        subject="About Takeoff",
        first_name="Ada",
        created_at=_ASKED_AT,
        params={name: param.sample for name, param in manifest.params.items()},
        locale=locale,
        ticket=_TICKET,
    )


def least_task(category: str, manifest: Manifest, locale: str = "") -> EmailTask:
    """Make a task with what is required and no more, so that whatever else a template takes for granted shows."""
    full = full_task(category, manifest, locale)
    needed = set(manifest.required)
    return replace(
        full,
        first_name=full.first_name if "first_name" in needed else "",
        params={name: param.sample for name, param in manifest.params.items() if param.is_required},
        ticket=Ticket(
            code=_TICKET.code if "ticket.code" in needed else "",
            event_name=_TICKET.event_name if "ticket.event_name" in needed else "",
            venue=_TICKET.venue if "ticket.venue" in needed else "",
            starts_at=_TICKET.starts_at if "ticket.start" in needed else None,
            ends_at=_TICKET.ends_at if "ticket.end" in needed else None,
            holder=_TICKET.holder if "ticket.holder" in needed else "",
        ),
    )


# How a category is tried: with what is required only, and with all there is.
SAMPLES: tuple[tuple[Callable[[str, Manifest, str], EmailTask], EventDetails], ...] = (
    (least_task, EventDetails()),
    (full_task, SAMPLE_EVENT),
)
