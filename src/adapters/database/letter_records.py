"""Whole letters, out of the store, into it, and away, in a transaction that others share, on the writer's thread."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from adapters.database.letter_changes import history
from adapters.database.letter_operations import dialect_of
from adapters.database.letter_rows import cause_values, contents_of, entry_values, letter_of, record_values, time_of
from adapters.database.operations import Operations
from adapters.database.tables import audit, cause, letter
from domain.cause_group import CauseGroup
from domain.letter import LetterRecord, LetterStatus


def record(on: Operations, letter_id: int) -> LetterRecord | None:
    """Read all of a letter."""
    row = on.connection.execute(select(letter).where(letter.c.id == letter_id)).first()
    if row is None:
        return None
    return LetterRecord(
        letter=letter_of(row),
        contents=contents_of(row),
        search_text=row.search_text,
        left_at=None if row.left_at_s is None else time_of(row.left_at_s),
        history=tuple(history(on, letter_id)),
    )


def keep(on: Operations, kept: LetterRecord) -> int | None:
    """Write all of a letter."""
    of = kept.letter
    grouped = {**cause_values(CauseGroup.of(of.reason, of.reply, of.category)), "id": of.group}
    on.connection.execute(on.insert(cause).on_conflict_do_nothing(), grouped)
    values = record_values(kept)
    for attempt in ({**values, "id": of.id}, values):
        write = on.insert(letter).on_conflict_do_nothing().returning(letter.c.id)
        number: int | None = on.connection.execute(write, attempt).scalar()
        if number is not None:
            break
    else:
        return None
    if entries := [entry_values(number, each.deed, at_s=each.at.timestamp()) for each in kept.history]:
        on.connection.execute(insert(audit), entries)
    if dialect_of(on) == "postgresql":
        # Numbers that were given go past its sequence.
        sequence = func.pg_get_serial_sequence("letter", "id")
        on.connection.execute(select(func.setval(sequence, select(func.max(letter.c.id)).scalar_subquery())))
    return number


def purgeable(on: Operations, before: datetime) -> list[int]:
    """List what may be deleted."""
    query = select(letter.c.id).where(_is_purgeable(before)).order_by(letter.c.id)
    return list(on.connection.scalars(query))


def purge(on: Operations, ids: Sequence[int], before: datetime) -> int:
    """Delete for ever."""
    return on.connection.execute(delete(letter).where(letter.c.id.in_(ids), _is_purgeable(before))).rowcount


def _is_purgeable(before: datetime) -> ColumnElement[bool]:
    return and_(letter.c.status == str(LetterStatus.ARCHIVED), letter.c.left_at_s < before.timestamp())
