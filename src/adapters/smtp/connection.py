"""One session with a relay, past the login: takes mails one after the other and knows in which phase it is."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aiosmtplib import SMTPException

from adapters.smtp.mail_limits import lack_told_by, needs_smtputf8, what_is_lacking
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
_START_MAIL_INPUT = 354

_Result = TypeVar("_Result")


class Connection:
    """One mail at a time. What breaks in the middle of one is reset, so that no dot can follow."""

    def __init__(
        self, *, relay: str, stream: ReplyStream, timeouts: Timeouts, opened_at_s: float, clock: Clock, reach: Reach
    ) -> None:
        self.opened_at_s = opened_at_s
        self.mails = 0
        self.stream = stream
        self._relay = relay
        self._timeouts = timeouts
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
            command = self._mail_command(mail_from, smtputf8=mail_from.needs_smtputf8)
            reply = await self._ask(command, self._timeouts.mail_s)
            if reply.is_positive:
                self._envelope_open = True
                await self._clear()
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
        if self._envelope_open and not (reply := await self._clear()).is_positive:
            return self._unavailable(PhaseFailed("reply", reply))
        command = self._mail_command(email.mail_from, size_bytes=len(message), smtputf8=needs_smtputf8(email))
        reply = await self._ask(command, self._timeouts.mail_s)
        if not reply.is_positive:
            return self._refused_at_mail(reply)
        self._envelope_open = True
        self._reach(Failpoint.AFTER_MAIL)
        self._watch.enter(Phase.RCPT)
        reply = await self._ask(b"RCPT TO:<%b>" % str(email.rcpt_to).encode(), self._timeouts.rcpt_s)
        if not reply.is_positive:
            return self._refused(reply)
        self._watch.enter(Phase.DATA)
        reply = await self._ask(b"DATA", self._timeouts.data_s)
        if reply.code != _START_MAIL_INPUT:
            return self._refused(reply)
        self._watch.enter(Phase.BODY)
        for start in range(0, len(message), _BLOCK_BYTES):
            await self.stream.push(message[start : start + _BLOCK_BYTES], timeout_s=self._timeouts.block_s)
            self._reach(Failpoint.IN_BODY)
        return None

    async def _dot(self) -> DeliveryOutcome:
        # A reply that came before the dot cannot be the dot's; and on a lost connection no byte of it may count.
        self.stream.require_usable()
        self._watch.enter(Phase.DOT)
        self.stream.write(b".\r\n")
        self._reach(Failpoint.AFTER_DOT)
        reply = await self.stream.read(timeout_s=self._timeouts.dot_s)
        self._envelope_open = False
        if reply.is_positive:
            return Accepted(reply=reply, relay=self._relay)
        return self._refused(reply)

    async def _clear(self) -> Reply:
        """End a mail that was begun: else the next MAIL would be a 503 (RFC 5321 4.1.4)."""
        reply = await self._ask(b"RSET", self._timeouts.mail_s)
        self._envelope_open = not reply.is_positive
        return reply

    async def _ask(self, command: bytes, timeout_s: float) -> Reply:
        return await self.stream.ask(command, timeout_s=timeout_s)

    def _mail_command(self, mail_from: EmailAddress, *, size_bytes: int = 0, smtputf8: bool) -> bytes:
        command = b"MAIL FROM:<%b>" % str(mail_from).encode()
        if size_bytes and "size" in self.stream.extensions:
            command += b" SIZE=%d" % size_bytes  # RFC 1870 6
        if smtputf8:
            command += b" SMTPUTF8"  # RFC 6531 3.4
            if "8bitmime" in self.stream.extensions:
                command += b" BODY=8BITMIME"  # the address stands in the header as it is (RFC 6152 3)
        return command

    def _refused(self, reply: Reply) -> Refused | RelayUnavailable:
        if reply.code < 400:
            raise PhaseFailed("garbled")
        if reply.code == SERVICE_CLOSING:
            return self._unavailable(PhaseFailed("closing", reply))
        return Refused(phase=self._watch.phase, reply=reply, relay=self._relay)

    def _refused_at_mail(self, reply: Reply) -> Unsendable | RelayUnavailable:
        if lack := lack_told_by(reply):
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
