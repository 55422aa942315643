"""Tasks to publish, each with what its mail must look like when it arrives."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from adapters.protobuf.task_codec import ProtobufTaskCodec
from adapters.smtp.mime import compose
from application.ports.task_codec import DecodedTask
from domain.email_address import EmailAddress
from domain.email_task import Attachment, EmailTask
from domain.idempotency_key import idempotency_key, message_id
from domain.outgoing_email import OutgoingEmail, RenderedEmail
from tests.faults.history import Publication

SENDER = "tickets@takeoff.example"
TEMPLATES = Path(__file__).with_name("templates")
_CATEGORY = "Attendee_Registration_Successful"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as bytes for the queue, and as the reckoning knows it."""

    body: bytes
    publication: Publication


class MailFactory:
    """Makes mails by the product's own codec, renderer and MIME writer."""

    def __init__(self) -> None:
        self._codec = ProtobufTaskCodec(max_bytes=64 * 1024 * 1024)
        self._addresses = EmailValidatorAddressParser()
        self._renderer = JinjaEmailRenderer(templates_dir=TEMPLATES, event=EventDetails(), thread=RenderThread())
        asyncio.run(self._renderer.load())
        self._sender = self._parse(SENDER)

    def make(
        self,
        numbers: Iterable[int],
        *,
        prefix: str = "guest",
        domain: str = "example.com",
        attached_bytes: int = 0,
        category: str = _CATEGORY,
        params: Mapping[str, str] | None = None,
        send_at: datetime | None = None,
        expires_at: datetime | None = None,
        fails: bool = False,
    ) -> list[Mail]:
        """Make one mail for each number; every third task has an id of the producer's. `fails`: none may arrive."""

        async def make_all() -> list[Mail]:
            return [await self._finish(make_task(f"{prefix}{number}", number), fails) for number in numbers]

        def make_task(name: str, number: int) -> EmailTask:
            content = hashlib.shake_128(name.encode()).digest(attached_bytes)
            file = Attachment(filename="pass.bin", content_type="application/octet-stream", content=content)
            return EmailTask(
                to=f"{name}@{domain}",
                category=category,
                subject=f"You are in, {name}",
                # Beyond ASCII, so that a relay that keeps seven bits shows.
                first_name=f"Zoë {name}",
                created_at=datetime.now(UTC),
                task_id="" if number % 3 else f"task-{name}",
                params=params or {},
                attachments=(file,) if attached_bytes else (),
                send_at=send_at,
                expires_at=expires_at,
            )

        return asyncio.run(make_all())

    async def _finish(self, task: EmailTask, fails: bool) -> Mail:
        body = self._codec.encode(task)
        decoded = self._codec.decode(body)
        assert isinstance(decoded, DecodedTask)
        key = idempotency_key(
            header="", task_id=task.task_id, has_created_at=True, identity=decoded.identity,
            message_id="", body=body, fresh="",
        )  # fmt: skip
        identifier = message_id(key, domain=self._sender.domain)
        publication = Publication(
            key=key,
            recipient=task.to,
            message_id=identifier,
            body_sha256=hashlib.sha256(body).hexdigest(),
            content_sha256="" if fails else await self._content_sha256(task, identifier),
        )
        return Mail(body, publication)

    async def _content_sha256(self, task: EmailTask, identifier: str) -> str:
        rendered = await self._renderer.render(task)
        assert isinstance(rendered, RenderedEmail), rendered
        email = OutgoingEmail(
            mail_from=self._sender,
            from_name="",
            rcpt_to=self._parse(task.to),
            subject=task.subject,
            message_id=identifier,
            date=_NO_DATE,
            content=rendered,
            attachments=task.attachments,
        )
        return hashlib.sha256(compose(email).partition(b"\r\n\r\n")[2]).hexdigest()

    def _parse(self, address: str) -> EmailAddress:
        parsed = self._addresses.parse(address)
        assert isinstance(parsed, EmailAddress)
        return parsed
