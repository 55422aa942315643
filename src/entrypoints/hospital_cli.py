"""`takeoff-mailer hospital`: its commands and their options; what they do is imported when they run."""

from typing import Annotated

import typer

from entrypoints.hospital_options import (
    MOST,
    AsJson,
    Category,
    Domain,
    DryRun,
    Everything,
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
from entrypoints.keeping_cli import edit, export, import_letters, note, purge
from entrypoints.replay_cli import replay

hospital = typer.Typer(help="Looks at the mails that failed, and sorts them.", no_args_is_help=True)
hospital.add_typer(replay, name="replay")


@hospital.command()
def admit(
    *, once: Annotated[bool, typer.Option("--once", help="End when the queue of failed mails is empty.")] = False
) -> None:
    """Move letters from their queue into the store until SIGTERM or SIGINT."""
    from entrypoints.hospital.admitting import run_admit  # noqa: PLC0415

    raise typer.Exit(run_admit(once=once))


@hospital.command()
def stats(*, as_json: AsJson = False) -> None:
    """Count letters by status."""
    from entrypoints.hospital.looking import run_stats  # noqa: PLC0415

    raise typer.Exit(run_stats(as_json=as_json))


@hospital.command()
def groups(
    context: typer.Context,
    *,
    status: Status = "waiting",
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
    as_json: AsJson = False,
) -> None:
    """Count letters by cause, the largest group first."""
    from entrypoints.hospital.looking import run_groups  # noqa: PLC0415

    raise typer.Exit(run_groups(filter_flags(context), as_json=as_json))


@hospital.command(name="list")
def list_letters(
    context: typer.Context,
    *,
    status: Status = "waiting",
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
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many letters at most.")] = 50,
    before: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Only letters with a smaller id: the next page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List letters, the newest first."""
    from entrypoints.hospital.looking import run_list  # noqa: PLC0415

    raise typer.Exit(run_list(filter_flags(context), limit=limit, before=before, as_json=as_json))


@hospital.command()
def show(letter_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST)], *, as_json: AsJson = False) -> None:
    """Show one letter: its task or its bytes, its headers, and every attempt."""
    from entrypoints.hospital.showing import run_show  # noqa: PLC0415

    raise typer.Exit(run_show(letter_id, as_json=as_json))


@hospital.command()
def discard(
    context: typer.Context,
    ids: Ids = None,
    *,
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
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Archive letters that wait; nothing is deleted."""
    from entrypoints.hospital.moving import run_discard  # noqa: PLC0415

    raise typer.Exit(run_discard(filter_flags(context), everything=everything, dry_run=dry_run, as_json=as_json))


@hospital.command()
def restore(
    context: typer.Context,
    ids: Ids = None,
    *,
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
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let archived letters wait again."""
    from entrypoints.hospital.moving import run_restore  # noqa: PLC0415

    raise typer.Exit(run_restore(filter_flags(context), everything=everything, dry_run=dry_run, as_json=as_json))


for command in (edit, note, export, purge):
    hospital.command()(command)
hospital.command("import")(import_letters)
