"""`takeoff-mailer hospital replay`: a job, its state, and its continuation."""

from typing import Annotated

import typer
from typer.core import TyperGroup

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
    Until,
    Words,
    filter_flags,
)

Canary = Annotated[int, typer.Option(min=0, help="Send so many first, and the others once these were sent.")]
Rate = Annotated[str, typer.Option(metavar="N/s", help="At most so many letters a second.")]
StopIfFailing = Annotated[str, typer.Option(metavar="N%", help="Stop where more than this share comes back.")]


class _RunUnlessNamed(TyperGroup):
    """Takes what is no name of a command for the arguments of the first one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own
        is_named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if is_named else ["run", *args])


replay = typer.Typer(cls=_RunUnlessNamed, help="Send letters that wait back to the worker: `run` may be left out.")


@replay.command()
def run(
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
    canary: Canary = 0,
    rate: Rate = "",
    stop_if_failing: StopIfFailing = "",
    send_again: Annotated[
        bool, typer.Option("--send-again", help="Also mails that were sent or may have been: as new mails, noted.")
    ] = False,
    mark_sent: Annotated[
        bool, typer.Option("--mark-sent", help="Send nothing: these mails have arrived, archive their letters.")
    ] = False,
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Send letters that wait back to the worker."""
    from entrypoints.hospital.replaying import ReplayFlags, run_mark_sent, run_replay  # noqa: PLC0415

    how = ReplayFlags(
        canary=canary,
        rate=rate,
        stop_if_failing=stop_if_failing,
        send_again=send_again,
        everything=everything,
        dry_run=dry_run,
        as_json=as_json,
    )
    raise typer.Exit((run_mark_sent if mark_sent else run_replay)(filter_flags(context), how))


@replay.command()
def status(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many replays, the newest first.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show what became of the mails that replays have sent."""
    from entrypoints.hospital.replay_status import run_status  # noqa: PLC0415

    raise typer.Exit(run_status(limit=limit, as_json=as_json))


@replay.command()
def resume(
    job: Annotated[int, typer.Argument(metavar="REPLAY", min=1, max=MOST, help="As `replay status` numbers it.")],
    *,
    canary: Canary = 0,
    rate: Rate = "",
    stop_if_failing: StopIfFailing = "",
    as_json: AsJson = False,
) -> None:
    """Go on with a replay that was stopped or died: the letters that it had left, and no others."""
    from entrypoints.hospital.replaying import ReplayFlags, run_resume  # noqa: PLC0415

    how = ReplayFlags(canary=canary, rate=rate, stop_if_failing=stop_if_failing, as_json=as_json)
    raise typer.Exit(run_resume(job, how))
