"""Why a mail is in the hospital: a closed list of kinds, each with a short detail that names no person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class FailureKind(StrEnum):
    """The kinds, as they stand in the `x-mail-reason` header, in log lines and in metric tags."""

    # Poison: no attempt was made, because none could succeed.
    TOO_BIG = "too_big"
    BAD_WIRE = "bad_wire"
    MISSING = "missing"
    MISSING_PARAM = "missing_param"
    BAD_PARAM = "bad_param"
    BAD_ADDRESS = "bad_address"
    UNKNOWN_CATEGORY = "unknown_category"
    TEMPLATE_ERROR = "template_error"
    RENDER_TIMEOUT = "render_timeout"
    RENDER_TOO_BIG = "render_too_big"
    BAD_ATTACHMENT = "bad_attachment"
    EXPIRED = "expired"
    KEY_REUSED = "key_reused"
    SMTPUTF8_UNSUPPORTED = "smtputf8_unsupported"
    # The relay's word on this mail.
    REFUSED_PERMANENTLY = "refused_permanently"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    IN_DOUBT = "in_doubt"
    # Perhaps of the mail, perhaps of what was under way beside it.
    WORKER_DIED_HOLDING = "worker_died_holding"
    # A defect of ours: the mail is kept, the stack is in the log.
    INTERNAL_ERROR = "internal_error"
    # The broker's or a stranger's letter, of whose mail the ledger knows nothing; the detail is the broker's word.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FailureReason:
    """A kind and what it is about, such as a field's name.

    Never a value of the task, with one exception: the name of an unknown category, where it is plain.
    """

    kind: FailureKind
    detail: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote, whoever wrote it: a kind that this release does not know is UNKNOWN."""
        kind, _, detail = text.partition(":")
        try:
            return cls(FailureKind(kind), detail)
        except ValueError:
            return cls(FailureKind.UNKNOWN)

    def with_doubt(self) -> "FailureReason":
        """Return the reason of a mail that a relay may have all the same: `expired` becomes `in_doubt:expired`."""
        return self if self.kind is FailureKind.IN_DOUBT else FailureReason(FailureKind.IN_DOUBT, str(self))

    def __str__(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else str(self.kind)
