"""The entity: one mail on its way, with the attempts it has been charged.

States, all written by `EmailJob.conclude`; the ledger keeps what follows from them:

    READY --Accepted--> SENT
    READY --Refused 4yz, ConnectionLost, InDoubt (resend)--> WAITING   charged, while attempts are left
    READY --RelayUnavailable--> WAITING                                free of charge
    READY --Refused 5yz, Unsendable, InDoubt (hold), attempts used up--> FAILED
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from domain.email_address import EmailAddress
from domain.email_task import EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.next_step import Finish, Hospitalise, NextStep, Retry, Wait
from domain.outcome import (
    Accepted,
    ConclusiveOutcome,
    ConnectionLost,
    InDoubt,
    Refused,
    RelayUnavailable,
    Unsendable,
)
from domain.reply import Reply
from domain.retry_policy import RetryPolicy

# Not the policy's backoff, which an operator may set to hours: an outage that is over must be over within a minute.
RELAY_WAIT_S = 30.0


class JobState(StrEnum):
    """Where a mail stands; the module docstring draws the transitions."""

    READY = "ready"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class InDoubtPolicy(StrEnum):
    """What to do when nobody can say whether the relay has the mail."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(slots=True, kw_only=True)
class EmailJob:
    """One mail: what to send, to whom, under which key, and how often it was tried and charged."""

    key: str
    task: EmailTask
    recipient: EmailAddress
    attempts: int = 0
    state: JobState = JobState.READY

    def conclude(
        self, outcome: ConclusiveOutcome, *, policy: RetryPolicy, jitter: float, in_doubt: InDoubtPolicy
    ) -> NextStep:
        """Record what became of an attempt and say what follows; `jitter` is drawn from [0, 1).

        Raises ValueError where the job is not READY (an outcome is recorded once).
        """
        if self.state is not JobState.READY:
            raise ValueError(f"a {self.state} job takes no outcome")
        match outcome:
            case Accepted(reply=reply, relay=relay):
                self.attempts += 1
                self.state = JobState.SENT
                return Finish(attempts=self.attempts, reply=reply, relay=relay)
            case Refused(reply=reply, relay=relay, phase=phase):
                self.attempts += 1
                if reply.is_permanent:
                    return self._fail(FailureKind.REFUSED_PERMANENTLY, phase, relay, reply)
                return self._retry(phase, relay, reply, policy=policy, jitter=jitter)
            case ConnectionLost(phase=phase, relay=relay):
                self.attempts += 1
                return self._retry(phase, relay, None, policy=policy, jitter=jitter)
            case InDoubt(relay=relay):
                self.attempts += 1
                if in_doubt is InDoubtPolicy.HOLD:
                    return self._fail(FailureKind.IN_DOUBT, "", relay, None)
                return self._retry("in_doubt", relay, None, policy=policy, jitter=jitter)
            case RelayUnavailable(phase=phase, cause=cause, relay=relay, reply=reply):
                self.state = JobState.WAITING
                delay_s = RELAY_WAIT_S * (0.5 + jitter / 2)
                return Wait(delay_s=delay_s, attempts=self.attempts, cause=f"{phase}:{cause}", relay=relay, reply=reply)
            case Unsendable(reason=reason, relay=relay):
                self.state = JobState.FAILED
                return Hospitalise(reason=reason, attempts=self.attempts, relay=relay)
            case _:
                assert_never(outcome)

    def _retry(self, cause: str, relay: str, reply: Reply | None, *, policy: RetryPolicy, jitter: float) -> NextStep:
        if not policy.allows_another(self.attempts):
            return self._fail(FailureKind.ATTEMPTS_EXHAUSTED, cause, relay, reply)
        self.state = JobState.WAITING
        hint_s = reply.retry_after_s if reply else None
        delay_s = policy.delay_s(self.attempts, jitter=jitter, hint_s=hint_s)
        return Retry(delay_s=delay_s, attempts=self.attempts, cause=cause, relay=relay, reply=reply)

    def _fail(self, kind: FailureKind, detail: str, relay: str, reply: Reply | None) -> Hospitalise:
        self.state = JobState.FAILED
        return Hospitalise(reason=FailureReason(kind, detail), attempts=self.attempts, relay=relay, reply=reply)
