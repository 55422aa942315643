"""`takeoff-mailer datadog`: its commands and their options; what they do is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

datadog = typer.Typer(help="Brings dashboard and monitors to Datadog: docs/runbook.md.", no_args_is_help=True)


@datadog.callback()
def options() -> None:
    """Keep `install` a command of its own, though it is the only one."""


@datadog.command()
def install(
    *,
    directory: Annotated[Path, typer.Option("--dir", help="Where dashboard.json and monitors.json are.")] = Path(
        "deploy/datadog"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per change.")] = False,
) -> None:
    """Create or update the dashboard and the monitors; DD_API_KEY, DD_APP_KEY and DD_SITE say where."""
    from entrypoints.commands.datadog_install import run_install  # noqa: PLC0415

    raise typer.Exit(run_install(directory, is_dry_run=dry_run, as_json=as_json))
