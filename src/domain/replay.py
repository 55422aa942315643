"""A replay: which letters were to go back to the worker, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.audit import AuditEntry
from domain.reply import Reply


class ReplayOutcome(StrEnum):
    """What a replay did with a letter; all but REPLAYED and SENT_AGAIN leave it as it was."""

    REPLAYED = "replayed"
    # As another mail, under a key of its own.
    SENT_AGAIN = "sent_again"
    ALREADY_SENT = "already_sent"
    IN_DOUBT = "in_doubt"
    WOULD_RETURN = "would_return"
    NOT_WAITING = "not_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One letter of a replay.

    `reply` is the relay's to a mail that was sent before, `last` the latest deed to a letter that does not wait.
    `sent_as` is the letter that was made to be SENT_AGAIN. `revives` is the failure that the worker may try again.
    """

    id: int
    outcome: ReplayOutcome
    reply: Reply | None = None
    last: AuditEntry | None = None
    sent_as: int | None = None
    revives: str = ""

    @property
    def is_on_its_way(self) -> bool:
        return self.outcome in {ReplayOutcome.REPLAYED, ReplayOutcome.SENT_AGAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """How to replay: `canary` letters first, and the others once those have been sent; at most `per_s` a second.

    It stops where more than the share `stop_if_failing` of what has come to an end came back. `send_again` sends what
    was sent, or may have been, once more as another mail; `even_if_it_returns` sends what the worker cannot read.
    """

    canary: int = 0
    per_s: int | None = None
    stop_if_failing: float | None = None
    send_again: bool = False
    even_if_it_returns: bool = False


class ReplayEnd(StrEnum):
    """How a replay ended; one that died has no end."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILING = "failing"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayJob:
    """A replay of `letters` letters, which were chosen when it began; `left` of them were not yet looked at."""

    id: int
    by: str
    begun_at: datetime
    letters: int
    left: int
    end: ReplayEnd | None = None


class Fate(StrEnum):
    """What became of a mail that was replayed."""

    SENT = "sent"
    RETURNED = "returned"
    UNDER_WAY = "under_way"
