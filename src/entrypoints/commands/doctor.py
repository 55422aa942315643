"""`takeoff-mailer doctor`: every problem of settings, templates, broker and relay, each with its remedy."""

import asyncio
from collections.abc import Iterable
from itertools import chain

from application.ports.diagnosis import Diagnosis, Finding, Severity
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.findings import has_error, show_findings
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import Settings


def run_doctor(*, as_json: bool) -> int:
    """Return 0 where nothing keeps the worker from its job, 1 where something does, 78 for wrong settings."""
    try:
        settings = load_settings(Settings)
    except SettingsInvalid as invalid:
        findings = [_settings_problem(problem) for problem in invalid.problems]
        show_findings(findings, as_json=as_json)
        return exit_codes.CONFIG_ERROR
    findings = [Finding(severity=Severity.OK, subject="settings", detail="complete and well-formed")]
    findings += asyncio.run(_examine(Container(settings=settings).diagnoses()))
    show_findings(findings, as_json=as_json)
    return exit_codes.FAILED if has_error(findings) else exit_codes.OK


async def _examine(diagnoses: Iterable[Diagnosis]) -> Iterable[Finding]:
    return chain.from_iterable(await asyncio.gather(*(diagnosis.examine() for diagnosis in diagnoses)))


def _settings_problem(problem: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        subject="settings",
        detail=problem,
        remedy="set it in the environment or in .env of the working directory; .env.example explains each",
    )
