"""The hospital's commands that make, keep and remove letters."""

from typing import Annotated

import typer

from entrypoints.hospital_options import MOST, AsJson

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
