"""One session with a relay, past the login: takes mails one after the other and knows in which phase it is."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from aiosmtplib import SMTPException

from adapters.smtp.envelope import RSET, Step, envelope, is_go_ahead, mail_command, rset
from adapters.smtp.mail_limits import lack_told_by, what_is_lacking
from adapters.smtp.phase_failure import FAILURES, SERVICE_CLOSING, PhaseFailed, translate
from adapters.smtp.phase_watch import PhaseWatch
from adapters.smtp.reply_stream import ReplyStream
from adapters.smtp.timeouts import Timeouts
from application.failpoints import Failpoint, Reach
from application.ports.clock import Clock
from application.ports.email_transport import BeforeDot
from domain.email_address import EmailAddress
from domain.outcome import (
    Accepted,
    ConnectionLost,
    DeliveryOutcome,
    InDoubt,
    Phase,
    Refused,
    RelayUnavailable,
    Unsendable,
    Withheld,
)
from domain.outgoing_email import OutgoingEmail
from domain.reply import Reply
from domain.timing_events import PhaseTime

# Small enough that 3 min a block (RFC 5321 4.5.3.2.5) notices a stall, large enough for most mails to be one.
_BLOCK_BYTES = 64 * 1024

_Result = TypeVar("_Result")


class Connection:
    """One mail at a time. What breaks in the middle of one is reset, so that no dot can follow.

    With `pipelining` the commands of a mail leave in one write; which reply decides is in ADR 15.
    """

    def __init__(
        self,
        *,
        relay: str,
        stream: ReplyStream,
        timeouts: Timeouts,
        opened_at_s: float,
        pipelining: bool,
        clock: Clock,
        reach: Reach,
    ) -> None:
        self.opened_at_s = opened_at_s
        self.mails = 0
        self.stream = stream
        self._relay = relay
        self._timeouts = timeouts
        self._pipelining = pipelining
        self._reach = reach
        self._watch = PhaseWatch(clock=clock, phase=Phase.MAIL)
        self._envelope_open = False

    async def deliver(self, email: OutgoingEmail, message: bytes, before_dot: BeforeDot) -> DeliveryOutcome:
        """Hand over `message`, ready bytes that end in CRLF, under the envelope of `email`."""
        if lack := what_is_lacking(email, message, self.stream.extensions):
            return Unsendable(reason=lack, relay=self._relay)
        self.mails += 1
        self._watch.enter(Phase.MAIL)
        try:
            if failure := await self._watched(self._all_but_the_dot(email, message)):
                return failure
            self._watch.pause()
            if await before_dot(self._relay):
                return await self._watched(self._dot())
        except asyncio.CancelledError:
            self.stream.reset()
            task = asyncio.current_task()
            if self._watch.phase is not Phase.DOT or task is None:
                raise
            task.uncancel()
            return InDoubt(relay=self._relay)
        except BaseException:
            self.stream.reset()
            raise
        self.stream.reset()
        return Withheld(relay=self._relay)

    def times(self) -> tuple[PhaseTime, ...]:
        """How long each phase took of the mail or probe that ended last."""
        return self._watch.take()

    async def probe(self, mail_from: EmailAddress) -> RelayUnavailable | None:
        """Begin a mail from here and take it back; None: it would have been taken."""
        self._watch.enter(Phase.MAIL)
        try:
            command = mail_command(mail_from, self.stream.extensions, smtputf8=mail_from.needs_smtputf8)
            reply = await self.stream.ask(command, timeout_s=self._timeouts.mail_s)
            if reply.is_positive:
                reply = await self.stream.ask(RSET, timeout_s=self._timeouts.mail_s)
                self._envelope_open = not reply.is_positive
                return None
            failed = PhaseFailed("reply", reply)
        except FAILURES as err:
            failed = translate(err)
        except BaseException:
            self.stream.reset()
            raise
        self.stream.reset()
        return self._unavailable(failed)

    async def leave(self) -> None:
        """Say QUIT (RFC 5321 4.1.1.10) and end the connection; never raises."""
        try:
            if self.stream.is_usable:
                await self.stream.ask(b"QUIT", timeout_s=self._timeouts.quit_s)
        except (PhaseFailed, SMTPException, OSError):
            pass  # Nothing depends on the answer.
        finally:
            self.stream.hang_up()

    async def _watched(self, steps: Awaitable[_Result]) -> _Result | DeliveryOutcome:
        """Tell what the network does to us as the outcome of the phase; `before_dot` is not among the steps."""
        try:
            return await steps
        except FAILURES as err:
            self.stream.reset()
            return self._broken(translate(err))

    async def _all_but_the_dot(self, email: OutgoingEmail, message: bytes) -> DeliveryOutcome | None:
        steps = envelope(email, len(message), self.stream.extensions, self._timeouts)
        if failure := await self._converse([rset(self._timeouts), *steps] if self._envelope_open else steps):
            return failure
        self._watch.enter(Phase.BODY)
        for start in range(0, len(message), _BLOCK_BYTES):
            await self.stream.push(message[start : start + _BLOCK_BYTES], timeout_s=self._timeouts.block_s)
            self._reach(Failpoint.IN_BODY)
        return None

    async def _converse(self, steps: Sequence[Step]) -> DeliveryOutcome | None:
        for group in [steps] if self._pipelining else [[step] for step in steps]:
            self._watch.enter(group[0].phase)
            self.stream.send(*(step.command for step in group))
            for number, step in enumerate(group, start=1):
                self._watch.enter(step.phase)
                reply = await self.stream.read(timeout_s=step.timeout_s)
                if not step.is_granted(reply):
                    return await self._conclude(self._turned_down(step, reply), group[number:])
                if step.phase is Phase.MAIL:
                    self._envelope_open = step.command != RSET
                    if self._envelope_open:
                        self._reach(Failpoint.AFTER_MAIL)
        return None

    async def _dot(self) -> DeliveryOutcome:
        # A reply that came before the dot cannot be the dot's; and on a lost connection no byte of it may count.
        self.stream.require_usable()
        self._watch.enter(Phase.DOT)
        self.stream.send(b".")
        self._reach(Failpoint.AFTER_DOT)
        reply = await self.stream.read(timeout_s=self._timeouts.dot_s)
        if reply.is_positive:
            self._envelope_open = False  # a refusal leaves it open in Postfix (smtpd_end_of_data_restrictions)
            return Accepted(reply=reply, relay=self._relay)
        return self._refused(reply)

    async def _conclude(self, outcome: DeliveryOutcome, owed: Sequence[Step]) -> DeliveryOutcome:
        """Read what a group is still owed, where that saves the connection; no content may follow a refusal."""
        if owed and isinstance(outcome, RelayUnavailable):
            self.stream.reset()
            return outcome
        try:
            replies = [await self.stream.read(timeout_s=step.timeout_s) for step in owed]
        except FAILURES:
            self.stream.reset()
        else:
            if any(map(is_go_ahead, replies)):
                self.stream.reset()
        return outcome

    def _refused(self, reply: Reply) -> Refused | RelayUnavailable:
        if reply.code < 400:
            raise PhaseFailed("garbled")
        if reply.code == SERVICE_CLOSING:
            return self._unavailable(PhaseFailed("closing", reply))
        return Refused(phase=self._watch.phase, reply=reply, relay=self._relay)

    def _turned_down(self, step: Step, reply: Reply) -> DeliveryOutcome:
        if step.phase is not Phase.MAIL:
            return self._refused(reply)
        if step.command != RSET and (lack := lack_told_by(reply)):
            return Unsendable(reason=lack, relay=self._relay)
        return self._unavailable(PhaseFailed("reply", reply))

    def _unavailable(self, failed: PhaseFailed) -> RelayUnavailable:
        return RelayUnavailable(phase=self._watch.phase, cause=failed.cause, relay=self._relay, reply=failed.reply)

    def _broken(self, failed: PhaseFailed) -> DeliveryOutcome:
        match self._watch.phase:
            case Phase.MAIL:
                return self._unavailable(failed)
            case Phase.DOT:
                return InDoubt(relay=self._relay)
            case _:
                return ConnectionLost(phase=self._watch.phase, relay=self._relay)
