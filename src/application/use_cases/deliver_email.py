"""The way of one task, top to bottom: decode -> claim -> attempt (render, send, decide, record) -> settle."""

import asyncio
import hashlib

from application.failpoints import Failpoint, Reach
from application.ports.clock import Clock
from application.ports.ledger import (
    AlreadyFailed,
    AlreadySent,
    Claim,
    HeldElsewhere,
    KeyReused,
    Ledger,
    LedgerUnavailable,
)
from application.ports.message_source import Message, MessageGone, MessageSource
from application.ports.observer import Observer
from application.step_watch import StepWatch
from application.use_cases.attempt_email import AttemptEmail
from application.use_cases.domain_lanes import DomainLanes
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.prepare_email import Decided, PrepareEmail, Readable
from application.use_cases.settle_message import SettleMessage
from domain.failure_reason import FailureKind, FailureReason
from domain.mail_events import DeliveryFailedUnexpectedly, MessageHandedBack, MessageReceived
from domain.mail_label import MailLabel
from domain.next_step import HandBack, Hospitalise, Settlement, Suppress, Wait
from domain.timing_events import Step

# A mail held elsewhere is looked at again when that delivery has ended or its lease is over, whichever comes first.
_LONGEST_WAIT_S = 15.0
_AFTER_LEASE_S = 1.0
# A domain that stalls does so for longer than a moment; meanwhile each of its mails is a copy in the broker so often.
_LANE_WAIT_S = 4.0


class DeliverEmail:
    """Brings one message to its end: sent, waiting in the broker, in the hospital, or returned for another worker."""

    def __init__(
        self,
        *,
        source: MessageSource,
        prepare: PrepareEmail,
        ledger: Ledger,
        attempt: AttemptEmail,
        settle: SettleMessage,
        guard: GuardIntake,
        lanes: DomainLanes,
        observer: Observer,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self._source = source
        self._prepare = prepare
        self._ledger = ledger
        self._attempt = attempt
        self._settle = settle
        self._guard = guard
        self._lanes = lanes
        self._observer = observer
        self._clock = clock
        self._reach = reach
        self._watch = StepWatch(observer=observer, clock=clock)

    async def __call__(self, message: Message) -> None:
        """Deliver and settle; raises nothing but CancelledError, and then the message was handed back or is settled."""
        self._reach(Failpoint.AFTER_RECEIVE)
        started_s = self._clock.monotonic_s()
        self._observer.notify(
            MessageReceived(redelivered=message.redelivered, is_replay=bool(message.revives), trace=message.trace)
        )
        label = MailLabel(key=message.key)
        settlement: Settlement
        try:
            read = self._prepare.read(message)
            label = read.label
            if isinstance(read, Decided):
                settlement = read.step
            else:
                async with self._lanes.enter(read.task.to) as is_free:
                    label, settlement = await self._deliver(message, read) if is_free else self._queued(message, read)
        except asyncio.CancelledError:
            await self._hand_back(message, label)
            raise
        except Exception as error:  # noqa: BLE001  a defect of ours must neither stop the others nor lose this mail
            self._observer.notify(DeliveryFailedUnexpectedly(key=label.key, error=error))
            settlement = Hospitalise(reason=FailureReason(FailureKind.INTERNAL_ERROR), attempts=message.attempts)
        await self._settle(message, label, settlement, started_s=started_s)
        self._reach(Failpoint.AFTER_ACK)

    def _queued(self, message: Message, read: Readable) -> tuple[MailLabel, Settlement]:
        return read.label, Wait(delay_s=_LANE_WAIT_S, attempts=message.attempts, cause="domain_busy")

    async def _deliver(self, message: Message, read: Readable) -> tuple[MailLabel, Settlement]:
        body_hash = hashlib.sha256(message.body).digest()
        try:
            with self._watch(Step.CLAIM):
                claimed = await self._ledger.claim(read.label.key, body_hash=body_hash, revives=message.revives)
        except LedgerUnavailable as down:
            self._guard.ledger_failed(down.cause)
            return read.label, HandBack(cause="ledger_unavailable")
        match claimed:
            case Claim():
                self._reach(Failpoint.AFTER_CLAIM)
                return await self._attempt(read, claimed)
            case AlreadySent(finish=finish):
                return read.label, Suppress(attempts=finish.attempts, relay=finish.relay)
            case AlreadyFailed(letter=letter):
                return read.label, letter
            case HeldElsewhere(lease_left_s=left_s):
                delay_s = min(left_s + _AFTER_LEASE_S, _LONGEST_WAIT_S)
                return read.label, Wait(delay_s=delay_s, attempts=message.attempts, cause="held_elsewhere")
            case KeyReused():
                return read.label, Hospitalise(reason=FailureReason(FailureKind.KEY_REUSED), attempts=0)

    async def _hand_back(self, message: Message, label: MailLabel) -> None:
        try:
            await self._source.hand_back(message)
        except MessageGone:
            return
        self._observer.notify(MessageHandedBack(key=label.key, cause="stopping"))
