"""What letters have in common: the cause of their failure, without anything that differs from mail to mail."""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from domain.failure_reason import FailureReason
from domain.reply import Reply

_QUOTED = re.compile(r"<[^<>]*>|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|`[^`]*`|“[^”]*”|«[^»]*»|\[[^\[\]]*\]|\([^()]*\)")
_INNER_DOT = re.compile(r"[^\s.][.][^\s.]")
_MASK = "*"
_MASKS = re.compile(r"\*( \*)+")
_WORDS = 40
_ID_CHARACTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGroup:
    """The cause that letters share; `id` is the same for the same cause in every store and for ever.

    `text` is the reply's, normalised: it holds no address, no number and nothing that stood in quotes or brackets.
    """

    reason: FailureReason
    reply_code: int | None
    enhanced_code: str
    text: str
    category: str

    @classmethod
    def of(cls, reason: FailureReason, reply: Reply | None, category: str) -> Self:
        """Find the group of one failure."""
        enhanced_code = (reply.enhanced_code or "") if reply else ""
        return cls(
            reason=reason,
            reply_code=reply.code if reply else None,
            enhanced_code=enhanced_code,
            text=_normalised(reply.text.removeprefix(enhanced_code)) if reply else "",
            category=category,
        )

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits."""
        parts = (str(self.reason), str(self.reply_code or ""), self.enhanced_code, self.text, self.category)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:_ID_CHARACTERS]


def _normalised(text: str) -> str:
    words = _QUOTED.sub(_MASK, text).split()
    return _MASKS.sub(_MASK, " ".join(_MASK if _varies(word) else word.lower() for word in words[:_WORDS]))


def _varies(word: str) -> bool:
    """Whether a word is an address, a number, an id, a host or a URL, as far as its form tells."""
    return (
        any(letter.isnumeric() or letter in '*@/_\\<>"`' for letter in word)
        or not word.isprintable()
        or _INNER_DOT.search(word) is not None
    )
