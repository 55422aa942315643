"""How long the parts of a delivery took, past tense; times are of the worker's monotonic clock, in seconds.

They are told in the task that delivers the mail, in the order in which the parts end: that is how a sink knows which
mail they belong to.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.outcome import Phase


class Step(StrEnum):
    """The parts of a delivery, in their order."""

    CLAIM = "claim"
    RENDER = "render"
    SEND = "send"
    RECORD = "record"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step is over, whatever came of it; `record` and `settle` go on until they succeed."""

    step: Step
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class PhaseTime:
    phase: Phase
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueEnded:
    """A part of a dialogue with a relay: its opening or one mail; the last phase is where it ended."""

    relay: str
    phases: tuple[PhaseTime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCommitted:
    """One transaction of the ledger is on disk, with so many operations of as many deliveries."""

    operations: int
    duration_s: float


TimingEvent = StepEnded | DialogueEnded | LedgerCommitted
