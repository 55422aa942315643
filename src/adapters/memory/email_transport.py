"""A transport that delivers nowhere and remembers everything."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from application.ports.email_transport import BeforeDot, EmailTransport
from domain.email_address import EmailAddress
from domain.outcome import Accepted, DeliveryOutcome, InDoubt, Phase, Refused, RelayUnavailable, Withheld
from domain.outgoing_email import OutgoingEmail
from domain.reply import Reply

_RELAY = "memory:0"
_ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 kept in memory"), relay=_RELAY)
_UNAVAILABLE = RelayUnavailable(phase=Phase.CONNECT, cause="breaker_open", relay=_RELAY)


class InMemoryEmailTransport(EmailTransport):
    """Gives out `outcomes` one by one, then Accepted.

    `sent` holds every mail it was handed, in order, `delivered` those of them that were accepted. Where
    `is_available` is set to False, mails find no relay and use up no outcome; a probe finds what it is set to.
    """

    is_available = True

    def __init__(self, *, outcomes: Iterable[DeliveryOutcome] = ()) -> None:
        self.sent: list[OutgoingEmail] = []
        self.delivered: list[OutgoingEmail] = []
        self._outcomes = iter(outcomes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def send(self, email: OutgoingEmail, *, before_dot: BeforeDot) -> DeliveryOutcome:
        self.sent.append(email)
        if not self.is_available:
            return _UNAVAILABLE
        outcome = next(self._outcomes, _ACCEPTED)
        if _is_after_the_dot(outcome) and not await before_dot(_RELAY):
            return Withheld(relay=_RELAY)
        if isinstance(outcome, Accepted):
            self.delivered.append(email)
        return outcome

    @property
    def availability(self) -> Mapping[str, bool]:
        return {_RELAY: self.is_available}

    async def probe(self, mail_from: EmailAddress) -> bool:
        return self.is_available


def _is_after_the_dot(outcome: DeliveryOutcome) -> bool:
    return isinstance(outcome, Accepted | InDoubt) or (isinstance(outcome, Refused) and outcome.phase is Phase.DOT)
