"""What templates see of a task: plain data, cleaned of what could disturb the text around it."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from adapters.jinja.event_details import EventDetails
from adapters.jinja.languages import direction
from adapters.jinja.text import is_blank, one_line, plain
from adapters.jinja.ticket_details import TicketDetails, details_of
from domain.email_task import EmailTask

# Those that a category can require.
FIELDS = ("first_name", "subject", *(f"ticket.{name}" for name in TicketDetails.__slots__))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskValues:
    """The variables of a template that do not depend on its category."""

    first_name: str
    subject: str
    ticket: TicketDetails
    event: EventDetails
    created_at: datetime | None

    def is_missing(self, field: str) -> bool:
        """Whether the field, such as `ticket.code`, is absent or has nothing to read in it."""
        value = attrgetter(field)(self)
        return value is None or (isinstance(value, str) and is_blank(value))

    def as_variables(self, params: dict[str, object], language: str) -> dict[str, object]:
        """Name each variable as templates do."""
        return {
            "first_name": self.first_name,
            "subject": self.subject,
            "params": params,
            "event": self.event,
            "ticket": self.ticket,
            "lang": language,
            "dir": direction(language),
        }


def values_of(task: EmailTask, defaults: EventDetails) -> TaskValues:
    """Take a task's values; its `event_*` params go before the `defaults`."""
    return TaskValues(
        first_name=one_line(task.first_name),
        subject=plain(task.subject),
        ticket=details_of(task.ticket),
        event=defaults.overridden_by(task.params),
        created_at=task.created_at,
    )
