"""Admission to the hospital and looking at it, in a transaction that others share, on the writer's thread."""

from typing import Any

from sqlalchemy import Select, func, select, update

from adapters.database.letter_query import conditions
from adapters.database.letter_rows import (
    cause_values,
    contents_of,
    group_of,
    letter_of,
    new_values,
    story_values,
    time_of,
)
from adapters.database.operations import Operations
from adapters.database.tables import cause, letter
from application.ports.hospital_store import Admission, GroupSummary, HospitalStats
from domain.letter import FailedMail, Letter, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter

_SUMMARY = [column for column in letter.c if column.name not in {"identity", "search_text", "properties", "body"}]


def admit(on: Operations, mail: FailedMail) -> Admission:
    """Insert a letter, or see what its copy means."""
    on.connection.execute(on.insert(cause).on_conflict_do_nothing(), cause_values(mail.cause))
    insert = on.insert(letter).on_conflict_do_nothing(index_elements=[letter.c.identity]).returning(letter.c.id)
    if on.connection.execute(insert, new_values(mail, now_s=on.now_s)).first():
        return Admission.NEW
    if mail.failed_at is None:
        return Admission.KNOWN
    # One statement, so that another process that moves the letter comes before or after it.
    again = (
        update(letter)
        .where(letter.c.identity == mail.identity, letter.c.left_at_s < mail.failed_at.timestamp())
        .values(**story_values(mail, now_s=on.now_s), returned=letter.c.returned + 1)
    )
    return Admission.RETURNED if on.connection.execute(again).rowcount else Admission.KNOWN


def stats(on: Operations) -> HospitalStats:
    """Count all letters."""
    counted = on.connection.execute(select(letter.c.status, func.count()).group_by(letter.c.status))
    counts = {status: number for status, number in counted}  # noqa: C416  a row is no tuple to the type checker
    is_waiting = letter.c.status == str(LetterStatus.WAITING)
    groups = on.connection.scalar(select(func.count(letter.c.cause_id.distinct())).where(is_waiting))
    oldest_s = on.connection.scalar(select(func.min(letter.c.failed_at_s)).where(is_waiting))
    return HospitalStats(
        letters={status: counts.get(str(status), 0) for status in LetterStatus},
        waiting_groups=groups or 0,
        oldest_waiting=None if oldest_s is None else time_of(oldest_s),
    )


def groups(on: Operations, wanted: LetterFilter) -> list[GroupSummary]:
    """Count by cause."""
    return [group_of(row) for row in on.connection.execute(groups_query(wanted, dialect=dialect_of(on)))]


def page(on: Operations, wanted: LetterFilter, limit: int, before: int | None) -> list[Letter]:
    """List letters without their contents."""
    rows = on.connection.execute(page_query(wanted, dialect=dialect_of(on), limit=limit, before=before))
    return [letter_of(row) for row in rows]


def ids(on: Operations, wanted: LetterFilter) -> list[int]:
    """List ids."""
    query = select(letter.c.id).where(conditions(wanted, dialect=dialect_of(on))).order_by(letter.c.id)
    return list(on.connection.scalars(query))


def fetch(on: Operations, letter_id: int) -> tuple[Letter, LetterContents] | None:
    """Read one letter with its contents."""
    row = on.connection.execute(select(letter).where(letter.c.id == letter_id)).first()
    return (letter_of(row), contents_of(row)) if row else None


def page_query(wanted: LetterFilter, *, dialect: str, limit: int, before: int | None = None) -> Select[Any]:
    """Make the statement of `page`."""
    query = select(*_SUMMARY).where(conditions(wanted, dialect=dialect))
    if before is not None:
        query = query.where(letter.c.id < before)
    return query.order_by(letter.c.id.desc()).limit(limit)


def groups_query(wanted: LetterFilter, *, dialect: str) -> Select[Any]:
    """Make the statement of `groups`."""
    # Where another index finds few letters, SQLite would rather go through all of them in the order of their causes:
    # an expression has no index that it could go by.
    finds_few = wanted.categories or wanted.domains or wanted.not_domains or wanted.reasons or wanted.key
    cause_id = letter.c.cause_id.concat("") if finds_few else letter.c.cause_id
    counted = (
        select(
            func.min(letter.c.cause_id).label("cause_id"),
            func.count().label("letters"),
            func.min(letter.c.failed_at_s).label("first_s"),
            func.max(letter.c.failed_at_s).label("last_s"),
        )
        .where(conditions(wanted, dialect=dialect))
        .group_by(cause_id)
        .subquery()
    )
    return (
        select(cause, counted.c.letters, counted.c.first_s, counted.c.last_s)
        .join(counted, counted.c.cause_id == cause.c.id)
        .order_by(counted.c.letters.desc(), cause.c.id)
    )


def dialect_of(on: Operations) -> str:
    """Name the database."""
    return on.connection.dialect.name
