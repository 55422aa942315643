"""`takeoff-mailer hospital`: its commands and their options; what they do is imported when they run."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from entrypoints.hospital.filter_flags import FilterFlags

hospital = typer.Typer(help="Looks at the mails that failed, and sorts them.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the ids that would be touched, and touch none.")]
Everything = Annotated[bool, typer.Option("--all", help="Mean all letters, where no filter is given.")]
# What a database can count to.
_MOST = 2**63 - 1
Ids = Annotated[
    list[int] | None, typer.Argument(min=1, max=_MOST, help="Ids of letters, as `hospital list` prints them.")
]
Status = Annotated[str, typer.Option(help="waiting, replaying, replayed, archived, or all.")]
Reason = Annotated[list[str] | None, typer.Option(help="'smtp 450', 'smtp 5xx', bad_wire, missing:to; repeatable.")]
Category = Annotated[list[str] | None, typer.Option(help="The mail's template; repeatable.")]
Domain = Annotated[list[str] | None, typer.Option(help="The recipient's domain; repeatable.")]
NotDomain = Annotated[list[str] | None, typer.Option(help="Any other domain of a recipient; repeatable.")]
Since = Annotated[str, typer.Option(help="Failed at this time or later: 10:00 (today), or ISO 8601.")]
Until = Annotated[str, typer.Option(help="Failed before this time.")]
Group = Annotated[str, typer.Option(help="The cause, as `hospital groups` prints it.")]
Relay = Annotated[str, typer.Option(help="The relay that was tried last, as host:port.")]
Key = Annotated[str, typer.Option(help="The mail's idempotency key.")]
Words = Annotated[str, typer.Option("--text", help="Words anywhere in the task or the reply, whatever the case.")]


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

    raise typer.Exit(run_groups(_flags(context), as_json=as_json))


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
        int | None, typer.Option(min=1, max=_MOST, help="Only letters with a smaller id: the next page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List letters, the newest first."""
    from entrypoints.hospital.looking import run_list  # noqa: PLC0415

    raise typer.Exit(run_list(_flags(context), limit=limit, before=before, as_json=as_json))


@hospital.command()
def show(letter_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=_MOST)], *, as_json: AsJson = False) -> None:
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

    raise typer.Exit(run_discard(_flags(context), everything=everything, dry_run=dry_run, as_json=as_json))


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

    raise typer.Exit(run_restore(_flags(context), everything=everything, dry_run=dry_run, as_json=as_json))


@hospital.command()
def replay(
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
    in_doubt: Annotated[
        bool, typer.Option("--in-doubt", help="Also mails that may have arrived already: some get them twice.")
    ] = False,
    rate: Annotated[str, typer.Option(metavar="N/s", help="At most so many letters a second.")] = "",
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send letters that wait back to the worker."""
    from entrypoints.hospital.replaying import ReplayFlags, run_replay  # noqa: PLC0415

    how = ReplayFlags(in_doubt=in_doubt, rate=rate, everything=everything, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(run_replay(_flags(context), how))


def _flags(context: typer.Context) -> "FilterFlags":
    """Take the shared options of a command from where typer keeps them: they have the names of the filter's flags."""
    from entrypoints.hospital.filter_flags import FilterFlags  # noqa: PLC0415

    given = {name: value for name, value in context.params.items() if value is not None}
    values: dict[str, Any] = {}
    for name in given.keys() & {each.name for each in fields(FilterFlags)}:
        values[name] = tuple(given[name]) if isinstance(given[name], list) else given[name]
    return FilterFlags(**values)
