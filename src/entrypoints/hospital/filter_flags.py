"""From the flags of a command to the filter that they mean."""

from dataclasses import dataclass
from datetime import datetime, time

from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern

ANY_STATUS = "all"


class FlagsInvalid(Exception):
    """A flag has a value that means nothing; `problem` is one line."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterFlags:
    """What was written on the command line."""

    status: str = ANY_STATUS
    reason: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    not_domain: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    group: str = ""
    relay: str = ""
    key: str = ""
    text: str = ""
    ids: tuple[int, ...] = ()

    def read(self, *, now: datetime) -> LetterFilter:
        """Make the filter; `now` is aware, and its zone is that of times without one. Raises FlagsInvalid."""
        _require_text(self.group, self.relay, self.key, *self.category, *self.domain, *self.not_domain)
        return LetterFilter(
            status=_status(self.status),
            reasons=tuple(map(_reason, self.reason)),
            categories=self.category,
            domains=tuple(domain.lower() for domain in self.domain),
            not_domains=tuple(domain.lower() for domain in self.not_domain),
            since=_time("--since", self.since, now),
            until=_time("--until", self.until, now),
            group=self.group.lower(),
            relay=self.relay,
            key=self.key,
            text=self.text,
            ids=self.ids,
        )


def _require_text(*values: str) -> None:
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        # Python's way to keep bytes of the command line that are no text; no database takes them.
        raise FlagsInvalid("a filter must be UTF-8 text") from None


def _status(text: str) -> LetterStatus | None:
    try:
        return None if text == ANY_STATUS else LetterStatus(text)
    except ValueError:
        raise FlagsInvalid(f"--status: must be one of {', '.join(LetterStatus)}, {ANY_STATUS}") from None


def _reason(text: str) -> ReasonPattern:
    try:
        return ReasonPattern.parse(text)
    except ValueError as error:
        raise FlagsInvalid(f"--reason: {error}") from None


def _time(flag: str, text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        if "-" not in text:
            return datetime.combine(now.date(), time.fromisoformat(text), now.tzinfo)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    except ValueError:
        raise FlagsInvalid(f"{flag}: must be a time of today (10:00) or an ISO 8601 date and time") from None
