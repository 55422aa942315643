"""`hospital show ID`: the letter, its task field by field, and its mail's timeline."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from application.ports.ledger import Timeline
from application.ports.task_codec import DecodedTask, TaskCodec
from domain.attempt import Attempt
from domain.email_task import Attachment, EmailTask, Ticket
from domain.letter import Letter, LetterContents
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.hex_dump import hex_dump
from entrypoints.hospital.looking import letter_fields
from entrypoints.hospital.printing import local, print_line, print_object
from entrypoints.hospital.ward import fail, in_ward


def run_show(letter_id: int, *, as_json: bool) -> int:
    """Show one letter; 1 where there is none of that number."""

    async def work(container: Container) -> int:
        found = await container.hospital().letter(letter_id)
        if found is None:
            return fail(exit_codes.FAILED, f"{letter_id}: there is no such letter")
        letter, contents = found
        timeline = await container.ledger().timeline(letter.key)
        history = await container.hospital().history(letter_id)
        if as_json:
            shown = _as_object(letter, contents, timeline, container.codec())
            print_object({**shown, "history": [{"at": each.at, **asdict(each.deed)} for each in history]})
        else:
            _print(letter, contents, timeline, container.codec())
            print_line("history" if history else "history: nobody has touched this letter", style="bold")
            for each in history:
                print_line(f"  {local(each.at)}  {each}")
        return exit_codes.OK

    return in_ward(work)


def _as_object(letter: Letter, contents: LetterContents, timeline: Timeline | None, codec: TaskCodec) -> dict[str, Any]:
    decoded = codec.decode(contents.body)
    return {
        **letter_fields(letter),
        "task": dict(_task_fields(decoded.task)) if isinstance(decoded, DecodedTask) else None,
        "damage": codec.locate_damage(contents.body),
        "body_base64": base64.b64encode(contents.body).decode(),
        "properties": json.loads(contents.properties),
        "ledger_state": timeline.state if timeline else None,
        "tries": [try_fields(each) for each in timeline.tries] if timeline else [],
    }


def _print(letter: Letter, contents: LetterContents, timeline: Timeline | None, codec: TaskCodec) -> None:
    for name, value in letter_fields(letter).items():
        shown = local(value) if name.endswith("_at") else "" if value is None else value
        print_line(f"{name:<12} {shown}".rstrip())
    decoded = codec.decode(contents.body)
    if isinstance(decoded, DecodedTask):
        print_line("task", style="bold")
        for name, value in _task_fields(decoded.task):
            print_line(f"  {name}: {value}")
    else:
        print_line(f"no task: {decoded.reason}, {len(contents.body)} bytes", style="bold")
        for line in hex_dump(contents.body, codec.locate_damage(contents.body)):
            print_line(line)
    print_line("properties", style="bold")
    print_line(f"  {contents.properties}")
    print_line(f"timeline: {timeline.state if timeline else 'the ledger does not know this mail'}", style="bold")
    for attempt in timeline.tries if timeline else ():
        shown = try_fields(attempt)
        print_line(
            f"  {local(attempt.started_at)}  {shown['outcome']} {shown['phase']} {shown['relay']} {shown['reply']}"
        )


def _task_fields(task: EmailTask) -> Iterator[tuple[str, Any]]:
    """Yield what is set, nested fields by dotted names, attachments by size."""
    for each in fields(task):
        match getattr(task, each.name):
            case None | "" | ():
                continue
            case Ticket() as ticket:
                yield from (
                    (f"ticket.{part.name}", value) for part in fields(ticket) if (value := getattr(ticket, part.name))
                )
            case tuple() as attachments:
                yield from ((f"attachments.{at}", _attachment(file)) for at, file in enumerate(attachments))
            case Mapping() as params:
                yield from ((f"params.{name}", value) for name, value in params.items())
            case value:
                yield each.name, value


def _attachment(file: Attachment) -> str:
    return f"{file.filename} ({file.content_type}, {len(file.content)} bytes)"


def try_fields(attempt: Attempt) -> dict[str, Any]:
    """What is printed of a try, by the names that scripts read."""
    return {
        "started_at": attempt.started_at,
        "duration_s": attempt.duration_s,
        "outcome": attempt.outcome,
        "phase": attempt.phase,
        "relay": attempt.relay,
        "reply": str(attempt.reply or ""),
    }
