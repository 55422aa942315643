"""Params as a category declares them: strings on the wire, typed values in its templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from adapters.jinja.environment import https_or_nothing
from adapters.jinja.text import plain
from domain.failure_reason import FailureKind, FailureReason

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339 5.6.
_DATETIME = re.compile(r"[0-9-]{10}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")


class ParamType(StrEnum):
    """What a param may be; templates get a str (text, url), an int, a date or an aware datetime."""

    TEXT = "text"
    INTEGER = "integer"
    URL = "url"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """`sample` is what a producer could write."""

    type: ParamType
    is_required: bool
    sample: str
    description: str

    def parse(self, text: str) -> object:
        """Return the typed value. Raises ValueError, whose message never holds a part of the text."""
        return _PARSERS[self.type](text)


def typed(declared: Mapping[str, Param], given: Mapping[str, str]) -> dict[str, object] | FailureReason:
    """Return the declared ones that are there; what is blank is not."""
    values: dict[str, object] = {}
    for name, param in declared.items():
        text = given.get(name, "")
        if param.type is ParamType.TEXT:
            text = plain(text)
        if text.strip():
            try:
                values[name] = param.parse(text)
            except ValueError as err:
                return FailureReason(FailureKind.BAD_PARAM, f"{name} {err}")
        elif param.is_required:
            return FailureReason(FailureKind.MISSING_PARAM, name)
    return values


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError("is no integer")
    return int(text)


def _url(text: str) -> str:
    if not https_or_nothing(text.strip()):
        raise ValueError("is no https URL")
    return text.strip()


def _date(text: str) -> date:
    try:
        if _DATE.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise ValueError("is no date as 2026-03-14 (ISO 8601)")


def _datetime(text: str) -> datetime:
    try:
        if _DATETIME.fullmatch(text.strip()):
            return datetime.fromisoformat(text.strip().upper())
    except ValueError:
        pass
    raise ValueError("is no time with its offset as 2026-03-14T10:00:00+01:00 (RFC 3339)")


_PARSERS: Mapping[ParamType, Callable[[str], object]] = {
    ParamType.TEXT: str,
    ParamType.INTEGER: _integer,
    ParamType.URL: _url,
    ParamType.DATE: _date,
    ParamType.DATETIME: _datetime,
}
