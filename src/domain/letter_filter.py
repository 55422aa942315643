"""The one language in which every command of the hospital says which letters it means."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from domain.failure_reason import FailureKind
from domain.letter import Letter, LetterStatus

_SMTP = re.compile(r"smtp ([245])(\d\d|xx)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonPattern:
    """A kind with or without its detail, or reply codes from `lowest_code` to `highest_code`."""

    kind: FailureKind | None = None
    detail: str | None = None
    lowest_code: int = 0
    highest_code: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `smtp 450`, `smtp 4xx`, `missing` or `missing:to`; raises ValueError for anything else."""
        if code := _SMTP.fullmatch(text.strip()):
            hundreds, rest = code.groups()
            if rest.lower() == "xx":
                return cls(lowest_code=int(hundreds) * 100, highest_code=int(hundreds) * 100 + 99)
            return cls(lowest_code=int(hundreds + rest), highest_code=int(hundreds + rest))
        kind, colon, detail = text.strip().partition(":")
        try:
            return cls(kind=FailureKind(kind), detail=detail if colon else None)
        except ValueError:
            raise ValueError("not a reason such as 'smtp 450', 'smtp 5xx', missing or missing:to") from None

    def matches(self, letter: Letter) -> bool:
        if self.kind is None:
            return letter.reply is not None and self.lowest_code <= letter.reply.code <= self.highest_code
        return letter.reason.kind is self.kind and self.detail in (None, letter.reason.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """All conditions hold together, those with several values for any of them; what is empty does not restrict.

    `since` (included) and `until` (not) are aware and measure when the mail failed. `text` is looked for anywhere in a
    letter's task and reply, whatever the case; none of its characters has a meaning of its own.
    """

    status: LetterStatus | None = None
    reasons: tuple[ReasonPattern, ...] = ()
    categories: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    not_domains: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    group: str = ""
    relay: str = ""
    key: str = ""
    text: str = ""
    ids: tuple[int, ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether anything but the status is asked for: a command that changes letters wants to be told which."""
        return replace(self, status=None) != LetterFilter()

    @property
    def needle(self) -> str:
        """`text` as it is compared."""
        return searchable(self.text)

    def matches(self, letter: Letter, search_text: str) -> bool:
        """Whether a letter is meant; `search_text` was made by `searchable`."""
        return all(
            (
                self.status in (None, letter.status),
                not self.reasons or any(reason.matches(letter) for reason in self.reasons),
                not self.categories or letter.category in self.categories,
                not self.domains or letter.domain in self.domains,
                letter.domain not in self.not_domains,
                self.since is None or letter.failed_at >= self.since,
                self.until is None or letter.failed_at < self.until,
                self.group in ("", letter.group),
                self.relay in ("", letter.relay),
                self.key in ("", letter.key),
                self.needle in search_text,
                not self.ids or letter.id in self.ids,
            )
        )


def searchable(text: str) -> str:
    """Bring text into the form in which it is compared: without case, NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().casefold()
