"""The hospital's commands that make, keep and remove letters."""

from pathlib import Path
from typing import Annotated

import typer

from entrypoints.hospital_options import (
    MOST,
    AsJson,
    Category,
    Domain,
    DryRun,
    Group,
    Ids,
    Key,
    NotDomain,
    Reason,
    Relay,
    Since,
    Status,
    Until,
    Words,
    filter_flags,
)

LetterId = Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)]


def edit(
    letter_id: LetterId,
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="to=..., params.seat=..., ticket.code=...; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make another mail of a letter, by --set or in $EDITOR; the original is kept in the archive."""
    from entrypoints.hospital.editing import run_edit  # noqa: PLC0415

    raise typer.Exit(run_edit(letter_id, changes or [], as_json=as_json))


def note(letter_id: LetterId, text: Annotated[str, typer.Argument()], *, as_json: AsJson = False) -> None:
    """Write a note into a letter's history, which `show` prints."""
    from entrypoints.hospital.keeping import run_note  # noqa: PLC0415

    raise typer.Exit(run_note(letter_id, text, as_json=as_json))


def export(
    context: typer.Context,
    ids: Ids = None,
    *,
    status: Status = "all",
    reason: Reason = None,
    category: Category = None,
    domain: Domain = None,
    not_domain: NotDomain = None,
    since: Since = "",
    until: Until = "",
    group: Group = "",
    relay: Relay = "",
    key: Key = "",
    text: Words = "",
    output: Annotated[Path | None, typer.Option(help="A new file, instead of standard output.")] = None,
) -> None:
    """Write whole letters as JSON lines, with their bodies in base64 and their history."""
    from entrypoints.hospital.keeping import run_export  # noqa: PLC0415

    raise typer.Exit(run_export(filter_flags(context), output))


def import_letters(
    source: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Else standard input.")] = None,
) -> None:
    """Keep the letters of an export; those that are there already stay as they are."""
    from entrypoints.hospital.keeping import run_import  # noqa: PLC0415

    raise typer.Exit(run_import(source))


def purge(
    *,
    archived_before: Annotated[str, typer.Option(help="Archived before this time: 10:00 (today), or ISO 8601.")],
    export: Annotated[Path, typer.Option(help="A new file to which they are exported first.")],
    dry_run: DryRun = False,
) -> None:
    """Delete archived letters for ever: exports them, and asks for their number to be typed."""
    from entrypoints.hospital.keeping import run_purge  # noqa: PLC0415

    raise typer.Exit(run_purge(archived_before, export, dry_run=dry_run))
