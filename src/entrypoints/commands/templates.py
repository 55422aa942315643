"""`takeoff-mailer templates`: what bundles there are, whether they are fit for readers, and a new one."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.text import Text

from application.ports.template_library import BundleNotWritten, BundleRefused, BundleSummary
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.findings import has_error, show_findings
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import TemplateSettings


def run_list(*, as_json: bool) -> int:
    """Return 0 where each bundle could be described, 65 where one could not, 78 for wrong settings."""
    try:
        settings = load_settings(TemplateSettings)
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, invalid.problems)
    bundles, problems = Container(settings=settings).template_library().bundles()
    console = Console(soft_wrap=True)
    for bundle in bundles:
        if as_json:
            console.out(orjson.dumps(bundle).decode(), highlight=False)
        else:
            console.print(_described(bundle))
    lines = [f"{problem.subject}: {problem.detail}; {problem.remedy}" for problem in problems]
    return _fail(exit_codes.DATA_ERROR, lines) if lines else exit_codes.OK


def run_check(*, directory: Path | None, as_json: bool) -> int:
    """Return 0 where nothing has to be mended, 65 where something does, 78 for wrong settings."""
    try:
        settings = load_settings(TemplateSettings, _given(directory))
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, invalid.problems)
    findings = asyncio.run(Container(settings=settings).template_check().examine())
    show_findings(findings, as_json=as_json, before_remedy="; ")
    return exit_codes.DATA_ERROR if has_error(findings) else exit_codes.OK


def run_new(name: str, *, directory: Path | None) -> int:
    """Return 0 once it is written, 65 for a bad name, 73 where it cannot be written, 78 where nobody says where."""
    try:
        # A directory that is named here may be new; one that is set is one that a worker reads.
        settings = load_settings(TemplateSettings, {"TEMPLATES_DIR": None} if directory else None)
        place = directory or settings.templates_dir
        if place is None:
            return _fail(exit_codes.CONFIG_ERROR, ["say where to: --dir, or TEMPLATES_DIR"])
        files = Container(settings=settings).template_library().create(name, place)
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, invalid.problems)
    except BundleRefused as refused:
        return _fail(exit_codes.DATA_ERROR, [str(refused)])
    except BundleNotWritten as failed:
        return _fail(exit_codes.CANNOT_CREATE, [str(failed)])
    sys.stdout.writelines(f"{file}\n" for file in files)
    return exit_codes.OK


def _given(directory: Path | None) -> dict[str, object]:
    return {"TEMPLATES_DIR": directory} if directory else {}


def _described(bundle: BundleSummary) -> Text:
    facts = {
        "languages": bundle.languages,
        "parts": bundle.parts,
        "required": bundle.required,
        "optional": bundle.optional,
    }
    lines = [f"  {name:<10} {', '.join(values) or '-'}\n" for name, values in facts.items()]
    return Text.assemble((bundle.category, "bold"), f" ({bundle.origin})\n  {bundle.description}\n", *lines)


def _fail(code: int, problems: Sequence[str]) -> int:
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return code
