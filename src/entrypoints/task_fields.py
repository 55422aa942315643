"""A task as a person writes it: flags or JSON with the field names of `proto/email.proto`."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.email_task import Attachment, EmailTask, Ticket


class TaskFieldsInvalid(Exception):
    """The fields do not make a task; `problems` has one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _from_base64(text: object) -> object:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else text
    except binascii.Error as error:
        raise ValueError("must be base64") from error


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _Ticket(_Fields):
    code: str = ""
    event_name: str = ""
    venue: str = ""
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    holder: str = ""


class _Attachment(_Fields):
    filename: str
    content_type: str
    content: Annotated[bytes, BeforeValidator(_from_base64)]


class _Task(_Fields):
    to: str = ""
    category: str = ""
    subject: str = ""
    first_name: str = ""
    retry_count: int = Field(default=0, ge=0, lt=2**32)
    created_at: AwareDatetime | None = None
    task_id: str = ""
    params: dict[str, str] = {}
    locale: str = ""
    ticket: _Ticket | None = None
    attachments: list[_Attachment] = []
    send_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


def task_from_fields(fields: Mapping[str, Any], *, now: datetime) -> EmailTask:
    """Make a task of JSON-like fields; times are ISO 8601 with a zone, attachment contents base64.

    `created_at` defaults to `now`, so that two calls are two mails. Raises TaskFieldsInvalid.
    """
    try:
        task = _Task.model_validate(fields)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or 'task'}: {e['msg']}" for e in error.errors()]
        raise TaskFieldsInvalid(problems) from None
    return EmailTask(
        to=task.to,
        category=task.category,
        subject=task.subject,
        first_name=task.first_name,
        retry_count=task.retry_count,
        created_at=_utc(task.created_at or now),
        task_id=task.task_id,
        params=task.params,
        locale=task.locale,
        ticket=_ticket(task.ticket),
        attachments=tuple(Attachment(**attachment.model_dump()) for attachment in task.attachments),
        send_at=_utc(task.send_at),
        expires_at=_utc(task.expires_at),
    )


def parse_params(pairs: Sequence[str]) -> dict[str, str]:
    """Parse `NAME=VALUE` texts. Raises TaskFieldsInvalid."""
    if wrong := [pair for pair in pairs if not pair.partition("=")[0] or "=" not in pair]:
        raise TaskFieldsInvalid([f"--param {pair}: must be NAME=VALUE" for pair in wrong])
    return dict(pair.split("=", 1) for pair in pairs)


def _ticket(ticket: _Ticket | None) -> Ticket | None:
    if ticket is None:
        return None
    return Ticket(
        code=ticket.code,
        event_name=ticket.event_name,
        venue=ticket.venue,
        starts_at=_utc(ticket.start),
        ends_at=_utc(ticket.end),
        holder=ticket.holder,
    )


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC) if time else None
