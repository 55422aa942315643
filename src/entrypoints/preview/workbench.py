"""Makes mails of the templates as they are on disk now, by the worker's own use cases."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters.jinja.catalogue import Catalogue, read_catalogue
from adapters.jinja.folders import stamp_of
from adapters.jinja.samples import full_task
from adapters.smtp.mime import compose
from application.ports.diagnosis import Finding, Severity
from application.use_cases.prepare_email import Decided, PrepareEmail, Readable
from domain.email_task import EmailTask
from domain.mail_label import MailLabel
from domain.next_step import Hospitalise
from domain.outcome import Accepted, DeliveryOutcome
from domain.outgoing_email import OutgoingEmail
from entrypoints.container import Container
from entrypoints.preview.colours import framed
from entrypoints.preview.settings import PreviewSettings
from entrypoints.task_fields import task_from_fields

_KEY = "preview"


class NoMail(Exception):
    """The worker would make no mail of this task; the text is the hospital's reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One mail in all its forms; `size_bytes` is the whole message's."""

    subject: str
    light: str
    dark: str
    text: str
    raw: str
    size_bytes: int
    html_bytes: int


class Workbench:
    """The templates are read again whenever a file of theirs has changed."""

    def __init__(self, settings: PreviewSettings) -> None:
        self._settings = settings
        self._container = Container(settings=settings)
        self._catalogue = Catalogue(bundles={}, uses={}, problems=())
        self._stamp = ""

    async def refresh(self) -> str:
        """Read the templates if they have changed; returns what differs from version to version."""
        stamp = stamp_of(self._settings.templates_dir)
        if stamp != self._stamp:
            self._catalogue = await read_catalogue(self._settings.templates_dir, self._container.render_thread())
            self._container.renderer().use(self._catalogue.bundles)
            self._stamp = stamp
        return stamp

    async def bundles(self) -> dict[str, Any]:
        """Describe every category with a sample task for each language, and what `templates check` finds."""
        await self.refresh()
        findings: list[Finding] = await self._container.template_check().findings_of(self._catalogue)
        return {
            "categories": [
                {
                    "name": name,
                    "description": bundle.manifest.description,
                    "samples": {
                        language: _as_fields(full_task(name, bundle.manifest, language))
                        for language in bundle.manifest.languages
                    },
                }
                for name, bundle in sorted(self._catalogue.bundles.items())
            ],
            "problems": [
                f"{finding.subject}: {finding.detail}; {finding.remedy}"
                for finding in findings
                if finding.severity is not Severity.OK
            ],
            "can_send": self._settings.has_relay,
        }

    async def show(self, fields: Mapping[str, Any]) -> Shown:
        """Make the mail of a task and send nothing. Raises TaskFieldsInvalid, NoMail."""
        await self.refresh()
        email = await self._email(fields, _KEY)
        message = compose(email)
        return Shown(
            subject=email.subject,
            light=framed(email.content, dark=False),
            dark=framed(email.content, dark=True),
            text=email.content.text,
            raw=message.decode(),
            size_bytes=len(message),
            html_bytes=len(email.content.html.encode()),
        )

    async def send(self, fields: Mapping[str, Any]) -> str:
        """Send the mail of a task, each time as another one, and say what the relay did. Raises as `show` does."""
        if not self._settings.has_relay:
            raise NoMail("no relay: set SMTP_RELAY, and SMTP_USER and SMTP_PASS where it asks for a login")
        await self.refresh()
        email = await self._email(fields, uuid.uuid4().hex)
        async with self._container.transport() as transport:
            return _verdict(await transport.send(email, before_dot=_go_on))

    async def _email(self, fields: Mapping[str, Any], key: str) -> OutgoingEmail:
        task = replace(task_from_fields(fields, now=datetime.now(UTC)), send_at=None)
        prepare: PrepareEmail = self._container.prepare()
        made = await prepare.compose(Readable(label=MailLabel(key=key), task=task), attempts=0)
        if isinstance(made, Decided):
            raise NoMail(str(made.step.reason) if isinstance(made.step, Hospitalise) else "not due")
        return made.email


async def _go_on(_relay: str) -> bool:
    return True


def _verdict(outcome: DeliveryOutcome) -> str:
    if isinstance(outcome, Accepted):
        return f"accepted by {outcome.relay}: {outcome.reply}"
    facts = ", ".join(f"{name}: {value}" for name, value in asdict(outcome).items() if value is not None)
    return f"{type(outcome).__name__} ({facts})"


def _as_fields(task: EmailTask) -> dict[str, Any]:
    """Write a sample the way `task_from_fields` reads it; `created_at` is left out, since it is now."""
    ticket = task.ticket
    fields = {
        "to": task.to,
        "category": task.category,
        "subject": task.subject,
        "first_name": task.first_name,
        "locale": task.locale,
        "params": dict(task.params),
        "ticket": ticket
        and {
            "code": ticket.code,
            "event_name": ticket.event_name,
            "venue": ticket.venue,
            "start": ticket.starts_at and ticket.starts_at.isoformat(),
            "end": ticket.ends_at and ticket.ends_at.isoformat(),
            "holder": ticket.holder,
        },
    }
    return {name: value for name, value in fields.items() if value}
