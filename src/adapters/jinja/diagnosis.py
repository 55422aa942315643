"""Diagnosis of the templates."""

from pathlib import Path

from adapters.jinja.catalogue import read_catalogue
from adapters.jinja.environment import https_or_nothing
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from application.ports.diagnosis import Diagnosis, Finding, Severity


class JinjaDiagnosis(Diagnosis):
    """Reads the templates as the worker would at its start."""

    def __init__(self, *, templates_dir: Path | None, event: EventDetails, thread: RenderThread) -> None:
        self._templates_dir = templates_dir
        self._event = event
        self._thread = thread

    async def examine(self) -> list[Finding]:
        catalogue = await read_catalogue(self._templates_dir, self._thread)
        findings = [
            Finding(severity=Severity.ERROR, subject=problem.where, detail=problem.what, remedy=problem.remedy)
            for problem in catalogue.problems
        ]
        findings += [
            Finding(severity=Severity.OK, subject=f"template {category}", detail=bundle.manifest.description)
            for category, bundle in catalogue.bundles.items()
        ]
        if self._event.url and not https_or_nothing(self._event.url):
            detail = "not an https URL, so no mail links to it"
            remedy = "give a URL that begins with https://, or none"
            findings.append(Finding(severity=Severity.WARNING, subject="event url", detail=detail, remedy=remedy))
        return findings
