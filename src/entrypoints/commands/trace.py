"""`takeoff-mailer trace`: the whole story of one mail, from the ledger and the hospital."""

import asyncio
import sys
from datetime import timedelta
from typing import Any

from dependency_injector import providers

from application.ports.ledger import LedgerUnavailable, Timeline
from application.use_cases.trace_mail import MailStory
from domain.idempotency_key import message_id_local
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.looking import letter_fields
from entrypoints.hospital.printing import local, print_line, print_object
from entrypoints.hospital.showing import try_fields
from entrypoints.hospital.ward import NobodyListens
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import DatabaseSettings

_PLACES = {
    "sending": "a worker has it",
    "dot": "a worker has it, and its last byte may have left",
    "waiting": "waits in the broker (email_retry.*, or email_queue)",
    "sent": "the relay has it",
    "failed": "in the hospital: a letter of the store, or still in email_failed_queue",
}
_NO_ADDRESSES = (
    "the ledger keeps no addresses; for an attendee's letters: takeoff-mailer hospital list --status all --text"
)


def run_trace(name: str, *, as_json: bool) -> int:
    """Return 0 where the mail is known, 1 where it is not, 69 without a database, 78 for wrong settings."""
    try:
        settings = load_settings(DatabaseSettings)
    except SettingsInvalid as invalid:
        return _fail(exit_codes.CONFIG_ERROR, *invalid.problems)
    container = Container(settings=settings)
    container.observer.override(providers.Singleton(NobodyListens))
    try:
        story = asyncio.run(_ask(container, name))
    except LedgerUnavailable as down:
        return _fail(exit_codes.UNAVAILABLE, f"database: {down.cause}")
    if story is None:
        return _fail(
            exit_codes.FAILED, "no mail is known by that key or Message-ID", *([_NO_ADDRESSES] * ("@" in name))
        )
    if as_json:
        print_object(_as_object(story))
    else:
        _print(story)
    return exit_codes.OK


async def _ask(container: Container, name: str) -> MailStory | None:
    async with container.ledger():
        return await container.trace_mail()(name)


def _as_object(story: MailStory) -> dict[str, Any]:
    timeline = story.timeline
    return {
        "key": story.key,
        "message_id_local": message_id_local(story.key),
        "state": timeline.state if timeline else None,
        "attempts": timeline.attempts if timeline else None,
        "received_at": timeline.received_at if timeline else None,
        "changed_at": timeline.changed_at if timeline else None,
        "reason": str(timeline.failure.reason) if timeline and timeline.failure else None,
        "tries": [
            {**try_fields(each), "waited_s": waited_s}
            for each, waited_s in zip(timeline.tries, _waits_s(timeline), strict=True)
        ]
        if timeline
        else [],
        "letters": [letter_fields(letter) for letter in story.letters],
    }


def _print(story: MailStory) -> None:
    print_line(f"key          {story.key}")
    print_line(f"Message-ID   <{message_id_local(story.key)}@...>")
    timeline = story.timeline
    if timeline is None:
        print_line("the ledger does not know this mail: it was forgotten (RETENTION_DAYS), or never claimed")
    else:
        print_line(f"received     {local(timeline.received_at)}")
        for attempt, waited_s in zip(timeline.tries, _waits_s(timeline), strict=True):
            reply = f" {attempt.reply}" if attempt.reply else ""
            where = " ".join(part for part in (attempt.outcome, attempt.phase, attempt.relay) if part)
            print_line(f"waited       {waited_s:.1f} s")
            print_line(f"tried        {local(attempt.started_at)}  {where}, {attempt.duration_s:.2f} s{reply}")
        failure = f", {timeline.failure.reason}" if timeline.failure else ""
        print_line(
            f"now          {timeline.state} since {local(timeline.changed_at)}{failure}: {_PLACES[timeline.state]}"
        )
    for letter in story.letters:
        print_line(
            f"letter       {letter.id}, {letter.status}, {letter.reason}: takeoff-mailer hospital show {letter.id}"
        )


def _waits_s(timeline: Timeline) -> list[float]:
    """How long each try came after the end of the one before, the first after the mail was received."""
    ends = [each.started_at + timedelta(seconds=each.duration_s) for each in timeline.tries]
    starts = [each.started_at for each in timeline.tries]
    gaps = [start - end for end, start in zip([timeline.received_at, *ends], starts, strict=False)]
    return [max(round(gap.total_seconds(), 3), 0.0) for gap in gaps]


def _fail(code: int, *problems: str) -> int:
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return code
