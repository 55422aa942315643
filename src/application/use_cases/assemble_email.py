"""Puts a mail together: what was rendered, the QR code and the invitation that belong to it, and the envelope."""

from dataclasses import replace
from datetime import datetime

from application.ports.calendar_writer import CalendarWriter, Invitation
from application.ports.email_renderer import QR_FILE
from application.ports.qr_encoder import QrEncoder
from domain.category_rules import CategoryRules
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.email_task import Ticket
from domain.idempotency_key import message_id
from domain.outgoing_email import InlineFile, OutgoingEmail, RenderedEmail


class AssembleEmail:
    """Deterministic, below a millisecond and without I/O: no thread would free the loop of that."""

    def __init__(
        self,
        *,
        qr: QrEncoder,
        calendar: CalendarWriter,
        mail_from: EmailAddress,
        from_name: str,
        idempotency_header: str,
    ) -> None:
        self._qr = qr
        self._calendar = calendar
        self._mail_from = mail_from
        self._from_name = from_name
        self._idempotency_header = idempotency_header

    def __call__(self, job: EmailJob, content: RenderedEmail, rules: CategoryRules, now: datetime) -> OutgoingEmail:
        """Make the mail; `content` was rendered of the job's task under these rules."""
        ticket = job.task.ticket
        if ticket and rules.shows_qr:
            png = self._qr.png(ticket.code)
            qr = InlineFile(cid=QR_FILE, filename=QR_FILE, content_type="image/png", content=png)
            content = replace(content, inline=(*content.inline, qr))
        if ticket and ticket.starts_at and rules.invites:
            invitation = self._invitation(job, ticket, ticket.starts_at, rules.revision(job.task), now)
            content = replace(content, invite=self._calendar.request(invitation))
        return OutgoingEmail(
            mail_from=self._mail_from,
            from_name=self._from_name,
            rcpt_to=job.recipient,
            subject=job.task.subject,
            message_id=message_id(job.key, domain=self._mail_from.domain),
            date=now,
            content=content,
            attachments=job.task.attachments,
            idempotency_header=self._idempotency_header,
            reply_to=rules.reply_to,
            list_unsubscribe=rules.unsubscribe_url(job.task),
        )

    def _invitation(
        self, job: EmailJob, ticket: Ticket, starts_at: datetime, revision: int, now: datetime
    ) -> Invitation:
        """Name the entry by the ticket, so that a later mail about it changes the entry (RFC 5546 3.2.2.1)."""
        task = job.task
        return Invitation(
            uid=message_id(ticket.code or job.key, domain=self._mail_from.domain),
            sequence=revision,
            stamped_at=task.created_at or now,
            starts_at=starts_at,
            ends_at=ticket.ends_at,
            summary=ticket.event_name or task.subject,
            location=ticket.venue,
            organizer=self._mail_from,
            organizer_name=self._from_name,
            attendee=job.recipient,
            attendee_name=ticket.holder or task.first_name,
        )
