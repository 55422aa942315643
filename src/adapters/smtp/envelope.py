"""The commands of a mail before its content, in their order."""

from collections.abc import Mapping
from typing import NamedTuple

from adapters.smtp.mail_limits import needs_smtputf8
from adapters.smtp.timeouts import Timeouts
from domain.email_address import EmailAddress
from domain.outcome import Phase
from domain.outgoing_email import OutgoingEmail
from domain.reply import Reply

RSET = b"RSET"
_START_MAIL_INPUT = 354


class Step(NamedTuple):
    """A command, the phase that it belongs to, and how long its reply may take."""

    phase: Phase
    command: bytes
    timeout_s: float

    def is_granted(self, reply: Reply) -> bool:
        """Whether the mail may go on after this reply."""
        return is_go_ahead(reply) if self.phase is Phase.DATA else reply.is_positive


def envelope(email: OutgoingEmail, size_bytes: int, extensions: Mapping[str, str], timeouts: Timeouts) -> list[Step]:
    """MAIL, RCPT and DATA for one mail at a relay with these extensions."""
    mail = mail_command(email.mail_from, extensions, size_bytes=size_bytes, smtputf8=needs_smtputf8(email))
    return [
        Step(Phase.MAIL, mail, timeouts.mail_s),
        Step(Phase.RCPT, b"RCPT TO:<%b>" % str(email.rcpt_to).encode(), timeouts.rcpt_s),
        Step(Phase.DATA, b"DATA", timeouts.data_s),
    ]


def rset(timeouts: Timeouts) -> Step:
    """End a mail that was begun: else the next MAIL would be a 503 (RFC 5321 4.1.4)."""
    return Step(Phase.MAIL, RSET, timeouts.mail_s)


def mail_command(
    mail_from: EmailAddress, extensions: Mapping[str, str], *, size_bytes: int = 0, smtputf8: bool
) -> bytes:
    """Begin a mail; a size of 0 is not told."""
    command = b"MAIL FROM:<%b>" % str(mail_from).encode()
    if size_bytes and "size" in extensions:
        command += b" SIZE=%d" % size_bytes  # RFC 1870 6
    if smtputf8:
        command += b" SMTPUTF8"  # RFC 6531 3.4
        if "8bitmime" in extensions:
            command += b" BODY=8BITMIME"  # the address stands in the header as it is (RFC 6152 3)
    return command


def is_go_ahead(reply: Reply) -> bool:
    """Whether the relay waits for the content."""
    return reply.code == _START_MAIL_INPUT
