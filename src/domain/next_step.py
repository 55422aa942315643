"""What to do once it is known what became of a mail.

A NextStep is the outcome's consequence and stands in the ledger; a Settlement is what a message needs, which may
also be a mere duplicate of a mail that others take care of.
"""

from dataclasses import dataclass

from domain.failure_reason import FailureReason
from domain.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The relay has the mail: acknowledge."""

    attempts: int
    reply: Reply
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try again in `delay_s` seconds; `attempts` were charged so far."""

    delay_s: float
    attempts: int
    cause: str
    relay: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing is wrong with the mail: come back in `delay_s` seconds, free of charge."""

    delay_s: float
    attempts: int
    cause: str
    relay: str = ""
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospitalise:
    """It cannot be delivered as it is: keep it, with the whole story, for an operator."""

    reason: FailureReason
    attempts: int
    relay: str = ""
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress:
    """The mail was sent before: acknowledge this duplicate of its message."""

    attempts: int
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """The mail belongs to another worker: return the message, so that the ledger decides when it comes again."""

    cause: str


NextStep = Finish | Retry | Wait | Hospitalise
Settlement = NextStep | Suppress | HandBack
