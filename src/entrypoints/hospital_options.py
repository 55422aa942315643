"""The options that the hospital's commands share."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from entrypoints.hospital.filter_flags import FilterFlags

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the ids that would be touched, and touch none.")]
Everything = Annotated[bool, typer.Option("--all", help="Mean all letters, where no filter is given.")]
# What a database can count to.
MOST = 2**63 - 1
Ids = Annotated[
    list[int] | None, typer.Argument(min=1, max=MOST, help="Ids of letters, as `hospital list` prints them.")
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


def filter_flags(context: typer.Context) -> "FilterFlags":
    """Take the shared options of a command from where typer keeps them: they have the names of the filter's flags."""
    from entrypoints.hospital.filter_flags import FilterFlags  # noqa: PLC0415

    given = {name: value for name, value in context.params.items() if value is not None}
    values: dict[str, Any] = {}
    for name in given.keys() & {each.name for each in fields(FilterFlags)}:
        values[name] = tuple(given[name]) if isinstance(given[name], list) else given[name]
    return FilterFlags(**values)
