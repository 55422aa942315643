"""One try of a mail, as the ledger keeps it: a mail's timeline is the list of these."""

from dataclasses import dataclass
from datetime import datetime

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
