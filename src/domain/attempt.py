"""One try of a mail, as the ledger keeps it: a mail's timeline is the list of these."""

from dataclasses import dataclass
from datetime import datetime

from domain.outcome import InDoubt
from domain.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`outcome` is the name of a DeliveryOutcome, `phase` where it ended ("" where it was accepted)."""

    started_at: datetime
    duration_s: float
    outcome: str
    phase: str
    relay: str
    reply: Reply | None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the relay may have taken the mail in this try, without anybody's knowing."""
        return self.outcome == InDoubt.__name__
