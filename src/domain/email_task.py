"""What a producer asked for: the decoded task, field by field, before anything was checked against the world."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_PLAIN_CATEGORY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Admission to one event; times are aware, in UTC."""

    code: str = ""
    event_name: str = ""
    venue: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that travels with the mail as it is."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailTask:
    """One mail as its producer described it; absent strings are empty, times are aware, in UTC.

    `retry_count` belongs to the old worker: it is carried for completeness and never decides anything.
    """

    to: str = ""
    category: str = ""
    subject: str = ""
    first_name: str = ""
    retry_count: int = 0
    created_at: datetime | None = None
    task_id: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""
    ticket: Ticket | None = None
    attachments: tuple[Attachment, ...] = ()
    send_at: datetime | None = None
    expires_at: datetime | None = None

    def missing_field(self) -> str | None:
        """Name the first field that no mail can do without and that is absent or blank, if there is one."""
        for name, value in (("to", self.to), ("category", self.category), ("subject", self.subject)):
            if not value or value.isspace():
                return name
        return None

    @property
    def plain_category(self) -> str:
        """The category where it is a plain name, fit for a log line or a metric tag; else empty."""
        return self.category if _PLAIN_CATEGORY.fullmatch(self.category) else ""

    @property
    def wanted_at(self) -> datetime | None:
        """When the mail should have left at best: at `send_at`, or as soon as it was asked for."""
        return max((time for time in (self.created_at, self.send_at) if time), default=None)
