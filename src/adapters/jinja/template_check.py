"""Checks every bundle as its readers will get it: each language, rendered with its samples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from adapters.jinja.bundle import TemplateBundle
from adapters.jinja.catalogue import Catalogue, read_catalogue
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.html_rules.alternatives import missing_alternatives
from adapters.jinja.html_rules.contrast import faint_text
from adapters.jinja.html_rules.document import read_document
from adapters.jinja.html_rules.flaw import Flaw
from adapters.jinja.html_rules.language import untold_language
from adapters.jinja.html_rules.links import unsafe_text_links, unsafe_urls
from adapters.jinja.html_rules.size import clipped
from adapters.jinja.manifest import FILENAME, Manifest
from adapters.jinja.render_thread import RenderThread
from adapters.jinja.samples import SAMPLES
from adapters.jinja.source_checks import Uses, unread_params
from application.ports.diagnosis import Diagnosis, Finding, Severity
from application.ports.email_renderer import RenderRefused
from domain.outgoing_email import RenderedEmail

# What `EventDetails.overridden_by` reads of any task.
_EVENT_PARAMS = frozenset(f"event_{fact.name}" for fact in fields(EventDetails))


class JinjaTemplateCheck(Diagnosis):
    """Reports what keeps the worker from starting, and beyond that what readers would suffer from."""

    def __init__(self, *, templates_dir: Path | None, thread: RenderThread) -> None:
        self._templates_dir = templates_dir
        self._thread = thread

    async def examine(self) -> list[Finding]:
        return await self.findings_of(await read_catalogue(self._templates_dir, self._thread))

    async def findings_of(self, catalogue: Catalogue) -> list[Finding]:
        """Report on templates that have been read."""
        findings = [_error(problem.where, Flaw(problem.what, problem.remedy)) for problem in catalogue.problems]
        for category, bundle in catalogue.bundles.items():
            mails = await self._mails(category, bundle)
            found = list(dict.fromkeys(flaw for mail in mails for flaw in mail.findings(category)))
            findings += found or [_summary(category, mails)]
            findings += _unread(category, bundle.manifest, catalogue.uses)
        return findings

    async def _mails(self, category: str, bundle: TemplateBundle) -> "list[_Mail]":
        mails = []
        for task_of, event in SAMPLES:
            renderer = JinjaEmailRenderer(templates_dir=None, event=event, thread=self._thread)
            renderer.use({category: bundle})
            for language, bodies in bundle.bodies.items():
                email = await renderer.render(task_of(category, bundle.manifest, language))
                html, text = bodies.html.name or category, bodies.text.name if bodies.text else None
                mails.append(_Mail(email=email, language=language, html=html, text=text or html))
        return mails


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """What has become of one sample; `html` and `text` are the templates that it comes from."""

    email: RenderedEmail | RenderRefused
    language: str
    html: str
    text: str

    @property
    def size_bytes(self) -> int:
        return len(self.email.html.encode()) if isinstance(self.email, RenderedEmail) else 0

    def findings(self, category: str) -> Iterator[Finding]:
        if isinstance(self.email, RenderRefused):
            flaw = Flaw(f"with the samples, a mail is refused: {self.email.reason}", "mend the template or the samples")
            yield _error(f"{category}/{FILENAME}", flaw)
            return
        document = read_document(self.email.html)
        for flaw in clipped(self.email.html):
            yield _error(self.html, flaw)
        for rule in (unsafe_urls, missing_alternatives, faint_text):
            for flaw in rule(document):
                yield _error(self.html, flaw)
        for flaw in untold_language(document, self.language):
            yield _error(self.html, flaw)
        for flaw in unsafe_text_links(self.email.text):
            yield _error(self.text, flaw)


def _unread(category: str, manifest: Manifest, uses: Mapping[str, Uses]) -> Iterator[Finding]:
    read_elsewhere = {manifest.rules.revision_param, manifest.rules.unsubscribe_param} | _EVENT_PARAMS
    for name in unread_params(category, manifest.params, uses):
        if name not in read_elsewhere:
            yield Finding(
                severity=Severity.WARNING,
                subject=f"{category}/{FILENAME}",
                detail=f"declares params.{name}, which no template reads",
                remedy=f"write it into a body, or take [params.{name}] out",
            )


def _summary(category: str, mails: list[_Mail]) -> Finding:
    languages = ", ".join(dict.fromkeys(mail.language for mail in mails))
    detail = f"{len(mails)} sample mails in {languages}, up to {max(mail.size_bytes for mail in mails):,} bytes of HTML"
    return Finding(severity=Severity.OK, subject=f"template {category}", detail=detail)


def _error(where: str, flaw: Flaw) -> Finding:
    return Finding(severity=Severity.ERROR, subject=where, detail=flaw.what, remedy=flaw.remedy)
