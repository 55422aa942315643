"""Tasks as bytes."""

from datetime import UTC, datetime

from adapters.protobuf.task_codec import ProtobufTaskCodec
from domain.email_task import EmailTask

CATEGORY = "Attendee_Registration_Successful"


def task(to: str, **fields: object) -> EmailTask:
    """A task that gets a mail unless `fields` say otherwise."""
    usual = {"category": CATEGORY, "subject": "You are in", "first_name": "Ada", "created_at": datetime.now(UTC)}
    return EmailTask(to=to, **{**usual, **fields})  # type: ignore[arg-type]


def body(to: str, **fields: object) -> bytes:
    """The same on the wire."""
    return ProtobufTaskCodec().encode(task(to, **fields))
