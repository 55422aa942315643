"""What became of one attempt, told by scope first: the mail's own, the relay's, or nobody can say.

DeliveryOutcome
|-- Accepted          the relay took responsibility (any 2yz after the final dot)
|-- Refused           the relay's word on this mail: RCPT, DATA or the final dot
|-- ConnectionLost    after MAIL and before the dot: nothing was delivered
|-- RelayUnavailable  connect, greeting, EHLO, TLS, AUTH or MAIL failed: not this mail's fault
|-- InDoubt           after the dot, before the reply: delivered or not, nobody can say
`-- Unsendable        this relay can never take this mail; nothing was tried
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.failure_reason import FailureReason
from domain.reply import Reply


class Phase(StrEnum):
    """Where in the dialogue an attempt is (RFC 5321 4.1.4), in order."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The relay's 2yz is here; `relay` is its host and port."""

    reply: Reply
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The relay said 4yz or 5yz to RCPT, DATA or the dot."""

    phase: Phase
    reply: Reply
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The connection ended or timed out in RCPT, DATA or BODY; it was reset, so that no dot can follow."""

    phase: Phase
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayUnavailable:
    """The relay failed, not this mail: before RCPT, or by a 421 at any command.

    `cause` is a short constant such as `refused` or `tls_expired`.
    """

    phase: Phase
    cause: str
    relay: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """A byte of the dot may have left and no readable reply came back."""

    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsendable:
    """The relay lacks what this mail needs (SMTPUTF8, SIZE), by its EHLO or by its reply to MAIL."""

    reason: FailureReason
    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """The mail was stopped and the connection reset before the dot: it is another worker's by now, or too late."""

    relay: str


# What a relay or a connection says about the mail; Withheld is our own word.
ConclusiveOutcome = Accepted | Refused | ConnectionLost | RelayUnavailable | InDoubt | Unsendable
DeliveryOutcome = ConclusiveOutcome | Withheld
