"""A relay's reply and what its code says about trying again."""

import re
from dataclasses import dataclass

# Throttling that some providers report with a permanent code: the mail is fine, the moment is not.
_THROTTLE = re.compile(
    r"rate (limit|exceeded)|sending rate|too (quickly|fast)|too many (messages|connections|recipients)|throttl"
    r"|try again later",
    re.IGNORECASE,
)
# RFC 3463 3.3: X.2.2 is a full mailbox, which its owner empties.
_MAILBOX_FULL = re.compile(r"\d\.2\.2")
# RFC 3463 2: class "." subject "." detail, at the start of the text (RFC 2034 4).
_ENHANCED_CODE = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_BAD_SEQUENCE = 503
# RFC 5321 4.2.3 ("service not available, closing") and RFC 4954 6: what relays answer first when it gets too much.
_TOO_MUCH = {421, 454}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply (RFC 5321 4.2): a three-digit code and the text of all its lines."""

    code: int
    text: str = ""

    @property
    def enhanced_code(self) -> str | None:
        """The status code of RFC 3463 that opens the text, such as `5.1.1`, if the relay gives one."""
        found = _ENHANCED_CODE.match(self.text)
        return found.group(1) if found else None

    @property
    def is_positive(self) -> bool:
        """Whether the relay did what it was asked: any 2yz (RFC 5321 4.2.1)."""
        return 200 <= self.code <= 299

    @property
    def is_permanent(self) -> bool:
        """Whether the same mail would be refused again: 5yz, less the known exceptions that pass with time."""
        if not 500 <= self.code <= 599 or self.code == _BAD_SEQUENCE:
            return False
        return not (_MAILBOX_FULL.match(self.enhanced_code or "") or _THROTTLE.search(self.text))

    @property
    def asks_for_less(self) -> bool:
        """Whether it may be about how many mails or connections come from here, rather than about one of them."""
        return self.code in _TOO_MUCH or bool(self.code >= 400 and _THROTTLE.search(self.text))

    @property
    def retry_after_s(self) -> float | None:
        """The wait in seconds that the text asks for, as in "try again in 5 minutes", if it does."""
        found = _RETRY_HINT.search(self.text)
        if not found:
            return None
        return float(found.group("count")) * _UNIT_S[found.group("unit").lower()]

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_RETRY_HINT = re.compile(
    r"(?:try|retry)(?: again)? (?:in|after) (?P<count>\d{1,6}) ?(?P<unit>[smh])(?:ec|in|our|\b)", re.IGNORECASE
)
