"""`hospital discard` and `restore`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.actor import actor
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid
from entrypoints.hospital.printing import print_line, print_object
from entrypoints.hospital.ward import fail, in_ward


def run_discard(flags: FilterFlags, *, everything: bool, dry_run: bool, as_json: bool) -> int:
    """Archive letters that wait."""
    return _run(flags, LetterStatus.ARCHIVED, everything=everything, dry_run=dry_run, as_json=as_json)


def run_restore(flags: FilterFlags, *, everything: bool, dry_run: bool, as_json: bool) -> int:
    """Let archived letters wait again."""
    return _run(flags, LetterStatus.WAITING, everything=everything, dry_run=dry_run, as_json=as_json)


def _run(flags: FilterFlags, target: LetterStatus, *, everything: bool, dry_run: bool, as_json: bool) -> int:
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)
    if not (wanted.restricts or everything):
        return fail(exit_codes.USAGE, "name letters by id or by a filter, or say --all")

    async def work(container: Container) -> int:
        move = container.move_letters()
        verb = move.discard if target is LetterStatus.ARCHIVED else move.restore
        ids = await verb(wanted, by=actor(), dry_run=dry_run)
        _print(ids, target, dry_run=dry_run, as_json=as_json)
        return _unmoved(wanted, ids)

    return in_ward(work)


def _print(ids: Sequence[int], target: LetterStatus, *, dry_run: bool, as_json: bool) -> None:
    for letter_id in ids:
        if as_json:
            print_object({"id": letter_id, "status": str(target), "dry_run": dry_run})
        else:
            print_line(f"{letter_id} {'would be' if dry_run else 'is'} {target}")


def _unmoved(wanted: LetterFilter, ids: Sequence[int]) -> int:
    """A letter that was named and did not move is a mistake of somebody's."""
    left = sorted(set(wanted.ids) - set(ids))
    return fail(
        exit_codes.FAILED if left else exit_codes.OK, *(f"{each}: not touched, see its status" for each in left)
    )
