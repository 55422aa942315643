"""What operators do to letters, in a transaction that others share, on the writer's thread."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, null, or_, select, update

from adapters.database.letter_operations import dialect_of
from adapters.database.letter_query import conditions
from adapters.database.letter_rows import cause_values, entry_of, entry_values, new_values
from adapters.database.operations import Operations
from adapters.database.tables import audit, cause, letter
from application.ports.hospital_store import REPLAY_LEASE_S
from domain.audit import AuditEntry, Deed
from domain.letter import FailedMail, LetterStatus
from domain.letter_filter import LetterFilter


def move(on: Operations, of: Sequence[int], source: LetterStatus, target: LetterStatus, deed: Deed | None) -> list[int]:
    """Give a new status."""
    left_at_s = null() if target is LetterStatus.WAITING else func.coalesce(letter.c.left_at_s, on.now_s)
    change = (
        update(letter)
        .where(letter.c.id.in_(of), letter.c.status == str(source))
        .values(status=str(target), left_at_s=left_at_s)
        .returning(letter.c.id)
    )
    moved = sorted(on.connection.scalars(change))
    if deed:
        _write(on, moved, deed)
    return moved


def replayable(on: Operations, wanted: LetterFilter) -> list[int]:
    """List what can be replayed."""
    of_any_status = conditions(replace(wanted, status=None), dialect=dialect_of(on))
    query = select(letter.c.id).where(of_any_status, _is_replayable(on)).order_by(letter.c.id)
    return list(on.connection.scalars(query))


def claim_replay(on: Operations, letter_id: int, job: int, deed: Deed) -> bool:
    """Give a letter to one replay."""
    is_this_jobs = and_(letter.c.status == str(LetterStatus.REPLAYING), letter.c.replay_id == job)
    claim = (
        update(letter)
        .where(letter.c.id == letter_id, or_(_is_replayable(on), is_this_jobs))
        .values(status=str(LetterStatus.REPLAYING), left_at_s=on.now_s, replay_id=job)
    )
    if not on.connection.execute(claim).rowcount:
        return False
    _write(on, [letter_id], deed)
    return True


def copy(on: Operations, letter_id: int, mail: FailedMail, deed: Deed) -> int | None:
    """Put another letter in the place of one."""
    if not move(on, [letter_id], LetterStatus.WAITING, LetterStatus.ARCHIVED, None):
        return None
    on.connection.execute(on.insert(cause).on_conflict_do_nothing(), cause_values(mail.cause))
    values = {**new_values(mail, now_s=on.now_s), "original_id": letter_id}
    number: int = on.connection.execute(insert(letter).values(values).returning(letter.c.id)).scalar_one()
    _write(on, [letter_id], replace(deed, text=f"as letter {number}; {deed.text}".rstrip("; ")))
    _write(on, [number], replace(deed, text=f"from letter {letter_id}; {deed.text}".rstrip("; ")))
    return number


def note(on: Operations, letter_id: int, deed: Deed) -> bool:
    """Add to a letter's history."""
    if on.connection.scalar(select(letter.c.id).where(letter.c.id == letter_id)) is None:
        return False
    _write(on, [letter_id], deed)
    return True


def history(on: Operations, letter_id: int) -> list[AuditEntry]:
    """Read a letter's history."""
    query = select(audit).where(audit.c.letter_id == letter_id).order_by(audit.c.id)
    return [entry_of(row) for row in on.connection.execute(query)]


def _write(on: Operations, ids: Sequence[int], deed: Deed) -> None:
    rows: list[dict[str, Any]] = [entry_values(each, deed, at_s=on.now_s) for each in ids]
    if rows:
        on.connection.execute(insert(audit), rows)


def _is_replayable(on: Operations) -> ColumnElement[bool]:
    is_dead = and_(letter.c.status == str(LetterStatus.REPLAYING), letter.c.left_at_s <= on.now_s - REPLAY_LEASE_S)
    return or_(letter.c.status == str(LetterStatus.WAITING), is_dead)
