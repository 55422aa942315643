"""From a LetterFilter to conditions in Core: every value is bound, none becomes SQL."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, or_, true

from adapters.database.tables import letter
from domain.letter_filter import LetterFilter, ReasonPattern


def conditions(wanted: LetterFilter, *, dialect: str) -> ColumnElement[bool]:
    """All of what a filter asks for, together."""
    return and_(true(), *_each(wanted, dialect))


def _each(wanted: LetterFilter, dialect: str) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (letter.c.status, wanted.status and str(wanted.status)),
        (letter.c.cause_id, wanted.group),
        (letter.c.relay, wanted.relay),
        (letter.c.key, wanted.key),
    ):
        if value:
            yield column == value
    for is_one_of, values in (
        (letter.c.category.in_, wanted.categories),
        (letter.c.domain.in_, wanted.domains),
        (letter.c.domain.not_in, wanted.not_domains),
        (letter.c.id.in_, wanted.ids),
    ):
        if values:
            yield is_one_of(values)
    if wanted.reasons:
        yield or_(*map(_reason, wanted.reasons))
    if wanted.since:
        yield letter.c.failed_at_s >= wanted.since.timestamp()
    if wanted.until:
        yield letter.c.failed_at_s < wanted.until.timestamp()
    if wanted.needle:
        # Not LIKE, for which % and _ mean something and case differs between databases.
        position = func.instr if dialect == "sqlite" else func.strpos
        yield position(letter.c.search_text, wanted.needle) > 0


def _reason(pattern: ReasonPattern) -> ColumnElement[bool]:
    if pattern.kind is None:
        if pattern.lowest_code == pattern.highest_code:
            return letter.c.reply_code == pattern.lowest_code
        return letter.c.reply_code.between(pattern.lowest_code, pattern.highest_code)
    is_kind = letter.c.reason == str(pattern.kind)
    return is_kind if pattern.detail is None else and_(is_kind, letter.c.reason_detail == pattern.detail)
