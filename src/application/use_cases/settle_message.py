"""Makes a decision last: the broker holds the copy or has the acknowledgement, or we hold the message and try again.

States of a message, written here only:

    HELD --its verb succeeded--> SETTLED
    HELD --SettlementRefused, any defect--> HELD     after 1 s, 2 s, ... 30 s; the prefetch slot stays taken, so that
                                                     intake comes to rest by itself while the broker takes nothing
    HELD --MessageGone, cancelled at the end of the grace--> LOST   the broker delivers it again
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import assert_never

from application.ports.clock import Clock
from application.ports.message_source import HospitalLetter, Message, MessageGone, MessageSource, SettlementRefused
from application.ports.observer import Observer
from application.step_watch import StepWatch
from domain.events import Event
from domain.mail_events import (
    DuplicateSuppressed,
    EmailHospitalised,
    EmailRetryScheduled,
    EmailSent,
    EmailWaiting,
    MessageHandedBack,
    SettlementDelayed,
    SettlementLost,
)
from domain.mail_label import MailLabel
from domain.next_step import Finish, HandBack, Hospitalise, Retry, Settlement, Suppress, Wait
from domain.timing_events import Step

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0


class SettleMessage:
    """Turns a settlement into a verb of the source, and the verb's success into an event."""

    def __init__(self, *, source: MessageSource, observer: Observer, clock: Clock) -> None:
        self._source = source
        self._observer = observer
        self._clock = clock
        self._watch = StepWatch(observer=observer, clock=clock)

    async def __call__(self, message: Message, label: MailLabel, settlement: Settlement, *, started_s: float) -> None:
        """Settle, however long it takes; `started_s` is the monotonic time at which the attempt began."""
        settle = self._verb(message, label, settlement)
        try:
            with self._watch(Step.SETTLE):
                await self._until_settled(settle, label)
        except (MessageGone, asyncio.CancelledError) as end:
            self._observer.notify(SettlementLost(key=label.key, step=type(settlement).__name__))
            if isinstance(end, asyncio.CancelledError):
                raise
        else:
            duration_s = self._clock.monotonic_s() - started_s
            self._observer.notify(_event(label, settlement, duration_s=duration_s, now=self._clock.now()))

    async def _until_settled(self, settle: Callable[[], Awaitable[None]], label: MailLabel) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await settle()
            except MessageGone:
                raise
            except Exception as error:  # noqa: BLE001  whatever stands in the way, the message must not be forgotten
                cause = error.cause if isinstance(error, SettlementRefused) else type(error).__name__
                self._observer.notify(SettlementDelayed(key=label.key, cause=cause, delay_s=pause_s))
                await self._clock.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _verb(self, message: Message, label: MailLabel, settlement: Settlement) -> Callable[[], Awaitable[None]]:
        """Fix the verb and its data once, so that a repeated try stores the same copy."""
        now = self._clock.now()
        match settlement:
            case Finish() | Suppress():
                return lambda: self._source.ack(message)
            case HandBack():
                return lambda: self._source.hand_back(message)
            case Retry(attempts=attempts, delay_s=delay_s) | Wait(attempts=attempts, delay_s=delay_s):
                due = now + timedelta(seconds=delay_s)
                return lambda: self._source.postpone(message, key=label.key, attempts=attempts, due=due)
            case Hospitalise():
                letter = HospitalLetter(
                    key=label.key,
                    reason=settlement.reason,
                    attempts=settlement.attempts,
                    failed_at=now,
                    relay=settlement.relay,
                    reply=settlement.reply,
                )
                return lambda: self._source.hospitalise(message, letter)
            case _:
                assert_never(settlement)


def _event(mail: MailLabel, step: Settlement, *, duration_s: float, now: datetime) -> Event:
    match step:
        case Finish():
            return EmailSent(
                mail=mail,
                attempts=step.attempts,
                relay=step.relay,
                reply_code=step.reply.code,
                duration_s=duration_s,
                age_s=_age_s(mail, now),
            )
        case Retry(reply=reply):
            return EmailRetryScheduled(
                mail=mail,
                attempts=step.attempts,
                cause=step.cause,
                relay=step.relay,
                reply_code=reply.code if reply else None,
                enhanced_code=reply.enhanced_code if reply else None,
                delay_s=step.delay_s,
                duration_s=duration_s,
            )
        case Wait(reply=reply):
            return EmailWaiting(
                mail=mail,
                attempts=step.attempts,
                cause=step.cause,
                relay=step.relay,
                reply_code=reply.code if reply else None,
                enhanced_code=reply.enhanced_code if reply else None,
                delay_s=step.delay_s,
                duration_s=duration_s,
            )
        case Hospitalise(reply=reply):
            return EmailHospitalised(
                mail=mail,
                attempts=step.attempts,
                reason=str(step.reason),
                relay=step.relay,
                reply_code=reply.code if reply else None,
                enhanced_code=reply.enhanced_code if reply else None,
                duration_s=duration_s,
            )
        case Suppress():
            return DuplicateSuppressed(mail=mail, attempts=step.attempts, relay=step.relay, duration_s=duration_s)
        case HandBack():
            return MessageHandedBack(key=mail.key, cause=step.cause)
        case _:
            assert_never(step)


def _age_s(mail: MailLabel, now: datetime) -> float | None:
    """Never below 0, since the producer's clock may be ahead of ours."""
    return max((now - mail.wanted_at).total_seconds(), 0.0) if mail.wanted_at else None
