"""Google's own parser for email.proto: what it reads from a body is right by definition."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError
from grpc_tools import protoc

from domain.email_task import Attachment, EmailTask, Ticket

_PROTO = Path(__file__).parents[4] / "proto"


class GoogleParser:
    """Parses bodies with the schema compiled by protoc into `folder`."""

    def __init__(self, folder: Path) -> None:
        compiled = folder / "email.binpb"
        well_known = Path(grpc_tools.__file__).parent / "_proto"
        arguments = [f"-I{_PROTO}", f"-I{well_known}", "--include_imports", f"--descriptor_set_out={compiled}"]
        assert protoc.main(["protoc", *arguments, "email.proto"]) == 0
        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes()).file:
            pool.Add(file)  # type: ignore[no-untyped-call, unused-ignore]
        self.descriptor: Descriptor = pool.FindMessageTypeByName("email_system.EmailTask")
        self._message: Any = message_factory.GetMessageClass(self.descriptor)

    def encode_json(self, values: dict[str, Any]) -> bytes:
        """Write a task, given in the JSON form of protobuf, as Google's encoder does."""
        body: bytes = json_format.ParseDict(values, self._message()).SerializeToString()
        return body

    def parse(self, body: bytes) -> EmailTask | None:
        """Read a task, or None where Google refuses it."""
        try:
            message = self._message.FromString(body)
        except DecodeError:
            return None
        return EmailTask(
            to=message.to,
            category=message.category,
            subject=message.subject,
            first_name=message.first_name,
            retry_count=message.retry_count,
            created_at=_time(message, "created_at"),
            task_id=message.task_id,
            params=dict(message.params),
            locale=message.locale,
            ticket=_ticket(message.ticket) if message.HasField("ticket") else None,
            attachments=tuple(
                Attachment(filename=file.filename, content_type=file.content_type, content=file.content)
                for file in message.attachments
            ),
            send_at=_time(message, "send_at"),
            expires_at=_time(message, "expires_at"),
        )


def _ticket(message: Any) -> Ticket:
    return Ticket(
        code=message.code,
        event_name=message.event_name,
        venue=message.venue,
        starts_at=_time(message, "start"),
        ends_at=_time(message, "end"),
        holder=message.holder,
    )


def _time(message: Any, name: str) -> datetime | None:
    value: datetime | None = getattr(message, name).ToDatetime(tzinfo=UTC) if message.HasField(name) else None
    return value
