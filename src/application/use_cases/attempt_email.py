"""One try of a mail that is ours: render -> send -> decide -> record. What it returns stands in the ledger.

A mail whose worker died before its dot is a suspect: it may have been the cause, or merely under way beside it.
Suspects are tried one at a time, so that the next death is the cause's alone; three of them tell enough.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from application.failpoints import Failpoint, Reach
from application.ports.clock import Clock
from application.ports.email_transport import EmailTransport
from application.ports.ledger import Claim, Ledger, LedgerUnavailable
from application.ports.observer import Observer
from application.step_watch import StepWatch
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.prepare_email import EXPIRED, Decided, PrepareEmail, Readable, Ready
from domain.attempt import Attempt
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind, FailureReason
from domain.mail_events import DeliveryFailedUnexpectedly, InDoubtFound
from domain.mail_label import MailLabel
from domain.next_step import HandBack, Hospitalise, NextStep, Settlement, Wait
from domain.outcome import ConclusiveOutcome, DeliveryOutcome, InDoubt, RelayUnavailable, Withheld
from domain.retry_policy import RetryPolicy
from domain.timing_events import Step

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 10.0
_MAX_DEATHS = 3
# A mail in doubt is no suspect, and may have been beside all three deaths of one.
_MAX_DEATHS_IN_DOUBT = 6
# A suspect that is not yet tried holds no slot meanwhile; most mails take less.
_ASIDE_S = 2.0
# Those that died together come back together: before one is tried the others must have put their step aside on disk.
_BEFORE_TRIAL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRules:
    """How failures are treated, where a mail's category does not say otherwise."""

    retry: RetryPolicy
    in_doubt: InDoubtPolicy


class AttemptEmail:
    """`jitter` draws from [0, 1); `reach` is called at failpoints."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        prepare: PrepareEmail,
        transport: EmailTransport,
        guard: GuardIntake,
        observer: Observer,
        clock: Clock,
        rules: AttemptRules,
        jitter: Callable[[], float],
        reach: Reach,
    ) -> None:
        self._ledger = ledger
        self._prepare = prepare
        self._transport = transport
        self._guard = guard
        self._observer = observer
        self._clock = clock
        self._rules = rules
        self._jitter = jitter
        self._reach = reach
        self._suspect = asyncio.Lock()
        self._watch = StepWatch(observer=observer, clock=clock)

    async def __call__(self, readable: Readable, claim: Claim) -> tuple[MailLabel, Settlement]:
        """Try once and record. Raises CancelledError only, after the mail was freed for others."""
        if not claim.deaths:
            return await self._try(readable, claim)
        if claim.deaths >= (_MAX_DEATHS_IN_DOUBT if claim.in_doubt else _MAX_DEATHS):
            kind = FailureKind.IN_DOUBT if claim.in_doubt else FailureKind.WORKER_DIED_HOLDING
            given_up = Hospitalise(reason=FailureReason(kind), attempts=claim.attempts, relay=claim.relay)
            return await self._concluded(readable.label, claim, given_up, None)
        if claim.in_doubt:
            # To put it aside would end the doubt.
            return await self._try(readable, claim)
        if self._suspect.locked():
            aside = Wait(delay_s=_ASIDE_S * (0.5 + self._jitter() / 2), attempts=claim.attempts, cause="worker_died")
            return await self._concluded(readable.label, claim, aside, None)
        async with self._suspect:
            return await self._try(readable, claim)

    async def _try(self, readable: Readable, claim: Claim) -> tuple[MailLabel, Settlement]:
        label, attempt = readable.label, None
        step: NextStep
        try:
            if claim.deaths and not claim.in_doubt:
                await self._clock.sleep(_BEFORE_TRIAL_S)
            with self._watch(Step.RENDER):
                prepared = await self._prepare.compose(readable, attempts=claim.attempts, is_begun=claim.in_doubt)
            label = prepared.label
            if isinstance(prepared, Decided):
                step = prepared.step
            else:
                started_at, started_s = self._clock.now(), self._clock.monotonic_s()
                outcome = await self._outcome(prepared, claim)
                if not isinstance(outcome, Withheld):
                    attempt = _attempt(outcome, started_at, self._clock.monotonic_s() - started_s)
                    step = self._decide(prepared, outcome)
                elif prepared.is_too_late(self._clock.now()):
                    step = Hospitalise(reason=EXPIRED, attempts=claim.attempts)
                else:
                    return label, HandBack(cause="lease_lost")
        except asyncio.CancelledError:
            await self._free(claim)
            raise
        except LedgerUnavailable as down:
            self._guard.ledger_failed(down.cause)
            delay_s = self._rules.retry.delay_s(1, jitter=self._jitter())
            step = Wait(delay_s=delay_s, attempts=claim.attempts, cause="ledger_unavailable")
        except Exception as error:  # noqa: BLE001  a defect of ours must neither stop the others nor lose this mail
            self._observer.notify(DeliveryFailedUnexpectedly(key=label.key, error=error))
            step = Hospitalise(reason=FailureReason(FailureKind.INTERNAL_ERROR), attempts=claim.attempts)
        return await self._concluded(label, claim, step, attempt)

    async def _concluded(
        self, label: MailLabel, claim: Claim, step: NextStep, attempt: Attempt | None
    ) -> tuple[MailLabel, Settlement]:
        if claim.in_doubt and attempt is None:
            attempt = _attempt(self._doubt_of(label, claim), self._clock.now(), 0.0)
        # Nobody may read `expired` as "not delivered" where a relay may have the mail.
        if isinstance(step, Hospitalise) and (claim.was_in_doubt or (attempt and attempt.is_in_doubt)):
            step = replace(step, reason=step.reason.with_doubt())
        with self._watch(Step.RECORD):
            is_recorded = await self._record(claim, step, attempt)
        if not is_recorded:
            return label, HandBack(cause="lease_lost")
        self._reach(Failpoint.AFTER_RECORDED)
        return label, step

    async def _outcome(self, ready: Ready, claim: Claim) -> DeliveryOutcome:
        if claim.in_doubt:
            return self._doubt_of(ready.label, claim)

        async def before_dot(relay: str) -> bool:
            # Connections and greetings may have taken minutes.
            if ready.is_too_late(self._clock.now()):
                return False
            self._reach(Failpoint.BEFORE_DOT_MARK)
            may_leave = await self._ledger.mark_dot(claim, relay=relay)
            self._reach(Failpoint.AFTER_DOT_MARK)
            return may_leave

        with self._watch(Step.SEND):
            outcome = await self._transport.send(ready.email, before_dot=before_dot)
        self._reach(Failpoint.AFTER_REPLY)
        if isinstance(outcome, InDoubt):
            self._observer.notify(InDoubtFound(mail=ready.label, relay=outcome.relay, worker_died=False))
        return outcome

    def _doubt_of(self, label: MailLabel, claim: Claim) -> InDoubt:
        self._observer.notify(InDoubtFound(mail=label, relay=claim.relay, worker_died=True))
        return InDoubt(relay=claim.relay)

    def _decide(self, ready: Ready, outcome: ConclusiveOutcome) -> NextStep:
        if isinstance(outcome, RelayUnavailable):
            self._guard.relays_failed()
        rules = self._rules
        in_doubt = ready.in_doubt or rules.in_doubt
        return ready.job.conclude(outcome, policy=rules.retry, jitter=self._jitter(), in_doubt=in_doubt)

    async def _record(self, claim: Claim, step: NextStep, attempt: Attempt | None) -> bool:
        """Record, however long it takes: an outcome that is not on disk would be repeated."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self._ledger.conclude(claim, step, attempt)
            except LedgerUnavailable as down:
                self._guard.ledger_failed(down.cause)
                await self._clock.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _free(self, claim: Claim) -> None:
        """Let others have the mail at once; where that fails, or would end a doubt, its lease ends by itself."""
        if claim.in_doubt:
            return
        try:
            await self._ledger.conclude(claim, Wait(delay_s=0, attempts=claim.attempts, cause="handed_back"), None)
        except LedgerUnavailable as down:
            self._guard.ledger_failed(down.cause)


def _attempt(outcome: ConclusiveOutcome, started_at: datetime, duration_s: float) -> Attempt:
    return Attempt(
        started_at=started_at,
        duration_s=duration_s,
        outcome=type(outcome).__name__,
        phase=getattr(outcome, "phase", ""),
        relay=outcome.relay,
        reply=getattr(outcome, "reply", None),
    )
