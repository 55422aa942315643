"""Tasks as protobuf, through betterproto2."""

from adapters.protobuf import attachment_check
from adapters.protobuf.damage_search import damaged_field
from adapters.protobuf.generated import email_system as wire
from adapters.protobuf.task_edit import merged
from adapters.protobuf.wire_check import WireDamage, check_task
from adapters.protobuf.wire_schema import EMAIL_TASK
from application.ports.task_codec import DecodedTask, TaskCodec, Undecodable
from domain.email_task import Attachment, EmailTask, Ticket
from domain.failure_reason import FailureKind, FailureReason


class ProtobufTaskCodec(TaskCodec):
    """Reads and writes `email_system.EmailTask` (proto/email.proto); bodies over `max_bytes` are not looked into."""

    def __init__(self, *, max_bytes: int = 1_000_000) -> None:
        self._max_bytes = max_bytes

    def decode(self, body: bytes) -> DecodedTask | Undecodable:
        if len(body) > self._max_bytes:
            return Undecodable(FailureReason(FailureKind.TOO_BIG))
        try:
            identity = check_task(body)
        except WireDamage as damage:
            return Undecodable(FailureReason(FailureKind.BAD_WIRE, damage.detail))
        task = _from_wire(wire.EmailTask.parse(body))
        for attachment in task.attachments:
            if part := attachment_check.bad_part(attachment):
                return Undecodable(FailureReason(FailureKind.BAD_ATTACHMENT, part))
        return DecodedTask(task=task, identity=identity)

    def locate_damage(self, body: bytes) -> tuple[int, int] | None:
        return damaged_field(body)

    def encode(self, task: EmailTask) -> bytes:
        body = bytes(_to_wire(task))
        match self.decode(body):
            case Undecodable(reason=reason):
                raise ValueError(str(reason))
            case DecodedTask(task=decoded) if decoded != task:
                raise ValueError("a value does not survive encoding")
        return body

    def edit(self, body: bytes, task: EmailTask) -> bytes:
        decoded = self.decode(body)
        if isinstance(decoded, Undecodable):
            raise ValueError(str(decoded.reason))  # noqa: TRY004  about its value
        edited = merged(body, bytes(_to_wire(decoded.task)), self.encode(task), EMAIL_TASK)
        match self.decode(edited):
            case Undecodable(reason=reason):
                raise ValueError(str(reason))
            case DecodedTask(task=read) if read != task:
                raise ValueError("a value does not survive the edit")
        return edited


def _from_wire(message: wire.EmailTask) -> EmailTask:
    return EmailTask(
        to=message.to,
        category=message.category,
        subject=message.subject,
        first_name=message.first_name,
        retry_count=message.retry_count,
        created_at=message.created_at,
        task_id=message.task_id,
        params=message.params,
        locale=message.locale,
        # Not by truth: an empty message is false.
        ticket=None if message.ticket is None else _ticket_from_wire(message.ticket),
        attachments=tuple(
            Attachment(filename=file.filename, content_type=file.content_type, content=file.content)
            for file in message.attachments
        ),
        send_at=message.send_at,
        expires_at=message.expires_at,
    )


def _to_wire(task: EmailTask) -> wire.EmailTask:
    return wire.EmailTask(
        to=task.to,
        category=task.category,
        subject=task.subject,
        first_name=task.first_name,
        retry_count=task.retry_count,
        created_at=task.created_at,
        task_id=task.task_id,
        params=dict(task.params),
        locale=task.locale,
        ticket=None if task.ticket is None else _ticket_to_wire(task.ticket),
        attachments=[
            wire.Attachment(filename=file.filename, content_type=file.content_type, content=file.content)
            for file in task.attachments
        ],
        send_at=task.send_at,
        expires_at=task.expires_at,
    )


def _ticket_from_wire(ticket: wire.Ticket) -> Ticket:
    return Ticket(
        code=ticket.code,
        event_name=ticket.event_name,
        venue=ticket.venue,
        starts_at=ticket.start,
        ends_at=ticket.end,
        holder=ticket.holder,
    )


def _ticket_to_wire(ticket: Ticket) -> wire.Ticket:
    return wire.Ticket(
        code=ticket.code,
        event_name=ticket.event_name,
        venue=ticket.venue,
        start=ticket.starts_at,
        end=ticket.ends_at,
        holder=ticket.holder,
    )
