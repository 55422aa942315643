"""`takeoff-mailer doctor`: every problem of settings, templates, broker and relay, each with its remedy."""

import asyncio
from collections.abc import Iterable
from itertools import chain

import orjson
from rich.console import Console
from rich.text import Text

from application.ports.diagnosis import Diagnosis, Finding, Severity
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import Settings

_STYLES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}


def run_doctor(*, as_json: bool) -> int:
    """Return 0 where nothing keeps the worker from its job, 1 where something does, 78 for wrong settings."""
    try:
        settings = load_settings(Settings)
    except SettingsInvalid as invalid:
        findings = [_settings_problem(problem) for problem in invalid.problems]
        _show(findings, as_json=as_json)
        return exit_codes.CONFIG_ERROR
    findings = [Finding(severity=Severity.OK, subject="settings", detail="complete and well-formed")]
    findings += asyncio.run(_examine(Container(settings=settings).diagnoses()))
    _show(findings, as_json=as_json)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    return exit_codes.FAILED if failed else exit_codes.OK


async def _examine(diagnoses: Iterable[Diagnosis]) -> Iterable[Finding]:
    return chain.from_iterable(await asyncio.gather(*(diagnosis.examine() for diagnosis in diagnoses)))


def _settings_problem(problem: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        subject="settings",
        detail=problem,
        remedy="set it in the environment or in .env of the working directory; .env.example explains each",
    )


def _show(findings: list[Finding], *, as_json: bool) -> None:
    console = Console(soft_wrap=True)
    for finding in findings:
        if as_json:
            console.out(orjson.dumps(finding).decode(), highlight=False)
            continue
        mark = (f"{finding.severity:<8}", _STYLES[finding.severity])
        console.print(Text.assemble(mark, (finding.subject, "bold"), f": {finding.detail}"))
        if finding.remedy:
            console.print(Text(f"        {finding.remedy}"))
