"""`hospital stats`, `groups` and `list`."""

from datetime import UTC, datetime
from typing import Any

from domain.letter import Letter, LetterStatus
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid
from entrypoints.hospital.printing import local, print_line, print_object, print_rows, print_table
from entrypoints.hospital.ward import fail, in_ward


def run_stats(*, as_json: bool) -> int:
    """Count letters by status."""

    async def work(container: Container) -> int:
        stats = await container.hospital().stats()
        counts = {str(status): stats.letters[status] for status in LetterStatus}
        if as_json:
            print_object({**counts, "waiting_groups": stats.waiting_groups, "oldest_waiting": stats.oldest_waiting})
            return exit_codes.OK
        print_table(("status", "letters"), counts.items())
        if stats.oldest_waiting:
            print_line(f"causes that wait: {stats.waiting_groups}; the oldest failure: {local(stats.oldest_waiting)}")
        return exit_codes.OK

    return in_ward(work)


def run_groups(flags: FilterFlags, *, as_json: bool) -> int:
    """Count letters by cause."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)

    async def work(container: Container) -> int:
        rows = [
            {
                "group": each.cause.id,
                "letters": each.letters,
                "reason": str(each.cause.reason),
                "reply_code": each.cause.reply_code,
                "enhanced_code": each.cause.enhanced_code,
                "text": each.cause.text,
                "category": each.cause.category,
                "first_failed_at": each.first_failed_at,
                "last_failed_at": each.last_failed_at,
            }
            for each in await container.hospital().groups(wanted)
        ]
        print_rows(rows, as_json=as_json, none="no letters")
        return exit_codes.OK

    return in_ward(work)


def run_list(flags: FilterFlags, *, limit: int, before: int | None, as_json: bool) -> int:
    """List letters, the newest first."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)

    async def work(container: Container) -> int:
        letters = await container.hospital().page(wanted, limit=limit, before=before)
        rows = [letter_fields(letter) for letter in letters]
        if not as_json:
            shown = ("id", "status", "failed_at", "reason", "reply", "category", "domain", "group", "key")
            rows = [{name: row[name] for name in shown} for row in rows]
        print_rows(rows, as_json=as_json, none="no letters")
        if len(letters) == limit and not as_json:
            print_line(f"for the older ones: --before {letters[-1].id}")
        return exit_codes.OK

    return in_ward(work)


def letter_fields(letter: Letter) -> dict[str, Any]:
    """What is printed of a letter, by the names that scripts read."""
    return {
        "id": letter.id,
        "key": letter.key,
        "status": str(letter.status),
        "reason": str(letter.reason),
        "reply": str(letter.reply or ""),
        "relay": letter.relay,
        "attempts": letter.attempts,
        "failed_at": letter.failed_at,
        "admitted_at": letter.admitted_at,
        "category": letter.category,
        "domain": letter.domain,
        "group": letter.group,
        "returned": letter.returned,
        "original": letter.original,
    }
