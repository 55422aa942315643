"""The bundles that ship, in each of their languages, with tasks that fill in everything."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from adapters.icalendar.calendar_writer import IcalendarWriter
from adapters.jinja.folders import read_folders
from adapters.jinja.manifest import FILENAME, Manifest, parse_manifest
from adapters.jinja.params import ParamType
from adapters.jinja.samples import SAMPLE_EVENT, full_task
from adapters.segno.qr_encoder import SegnoQrEncoder
from application.ports.qr_encoder import QrEncoder
from application.use_cases.assemble_email import AssembleEmail
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.email_task import EmailTask
from domain.outgoing_email import OutgoingEmail, RenderedEmail
from tests.unit.adapters.jinja.mails import loaded

DATE = datetime(2027, 3, 1, 12, tzinfo=UTC)
SENDER = EmailAddress(local="tickets", domain="takeoff.example")
QR = SegnoQrEncoder()
EVENT_PARAMS = ("event_name", "event_date", "event_venue", "event_organiser")
TICKET_TEXTS = ("code", "event_name", "venue", "holder")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One category in one language."""

    category: str
    language: str
    manifest: Manifest

    def __str__(self) -> str:
        return f"{self.category}-{self.language}"

    @property
    def places(self) -> list[str]:
        """Every place in which a task brings text."""
        params = [f"params.{name}" for name, one in self.manifest.params.items() if one.type is ParamType.TEXT]
        tickets = [f"ticket.{name}" for name in TICKET_TEXTS]
        return ["first_name", "subject", *(f"params.{name}" for name in EVENT_PARAMS), *tickets, *params]

    def task(self, values: Mapping[str, str]) -> EmailTask:
        """Fill in everything, with these values in their places."""
        task = full_task(self.category, self.manifest, self.language)
        inside = {
            prefix: {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
            for prefix in ("params.", "ticket.")
        }
        own = {name: value for name, value in values.items() if "." not in name}
        assert task.ticket
        ticket = replace(task.ticket, **inside["ticket."])  # type: ignore[arg-type]
        return replace(task, params={**task.params, **inside["params."]}, ticket=ticket, **own)  # type: ignore[arg-type]

    def render(self, task: EmailTask) -> RenderedEmail:
        """Render; the task is good."""
        result = asyncio.run(loaded(None, SAMPLE_EVENT).render(task))
        assert isinstance(result, RenderedEmail), result
        return result

    def mail(self, task: EmailTask, key: str = "key-1", qr: QrEncoder = QR) -> OutgoingEmail:
        """Make the mail with all its parts."""
        assemble = AssembleEmail(
            qr=qr,
            calendar=IcalendarWriter(),
            mail_from=SENDER,
            from_name="Takeoff",
            idempotency_header="",
        )
        recipient = EmailAddress(local="ada", domain="example.org")
        return assemble(EmailJob(key=key, task=task, recipient=recipient), self.render(task), self.manifest.rules, DATE)


@cache
def all_shipped() -> list[Shipped]:
    """Read what ships."""
    folders, problems = read_folders(None)
    assert not problems
    found = []
    for category in (name for name in folders if not name.startswith("_")):
        manifest = parse_manifest(folders[category].texts[FILENAME], where=category)
        assert isinstance(manifest, Manifest)
        found += [Shipped(category, language, manifest) for language in manifest.languages]
    return found
