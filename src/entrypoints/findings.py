"""Shows what an examination has found, to people or to programs."""

from collections.abc import Iterable

import orjson
from rich.console import Console
from rich.text import Text

from application.ports.diagnosis import Finding, Severity

_STYLES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}


def show_findings(findings: Iterable[Finding], *, as_json: bool, before_remedy: str = "\n        ") -> None:
    """Print each finding: as one JSON object a line, or in words, with its remedy behind `before_remedy`."""
    console = Console(soft_wrap=True)
    for finding in findings:
        if as_json:
            console.out(orjson.dumps(finding).decode(), highlight=False)
            continue
        mark = (f"{finding.severity:<8}", _STYLES[finding.severity])
        remedy = f"{before_remedy}{finding.remedy}" if finding.remedy else ""
        console.print(Text.assemble(mark, (finding.subject, "bold"), f": {finding.detail}{remedy}"))


def has_error(findings: Iterable[Finding]) -> bool:
    """Whether any of them has to be mended."""
    return any(finding.severity is Severity.ERROR for finding in findings)
