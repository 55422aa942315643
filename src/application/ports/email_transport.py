"""The way out: hands one mail to a relay and says what became of it."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from domain.email_address import EmailAddress
from domain.outcome import DeliveryOutcome
from domain.outgoing_email import OutgoingEmail

BeforeDot = Callable[[str], Awaitable[bool]]


class EmailTransport(Protocol):
    """Sends mails, any number at a time.

    Every failure of a relay or of the network is an outcome, never an exception. Only where a relay's rate limit cannot
    be looked up `send` raises LedgerUnavailable, before anything left. Cancelling `send` before the
    final dot resets the connection, so that nothing is delivered, and raises CancelledError; once a byte of the
    dot may have left, `send` absorbs the cancellation and returns InDoubt.
    """

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End idle connections politely; sends must have ended."""

    @abstractmethod
    async def send(self, email: OutgoingEmail, *, before_dot: BeforeDot) -> DeliveryOutcome:
        """Try once. The envelope is exactly `email.mail_from` and `email.rcpt_to`.

        `before_dot` is awaited with the relay's name when everything but the final dot has left; where it answers
        False or raises, the connection is reset, and the outcome is Withheld or its exception.
        """

    @property
    @abstractmethod
    def is_available(self) -> bool:
        """Whether some relay takes mails, as far as is known; where not, `send` answers RelayUnavailable at once."""

    @property
    @abstractmethod
    def availability(self) -> Mapping[str, bool]:
        """Which relays work, by their names; one may still take no mails because of a limit."""

    @abstractmethod
    async def probe(self, mail_from: EmailAddress) -> bool:
        """Ask each failed relay whose time has come whether it would take a mail from here, and send none.

        Returns `is_available`. Never raises; calling it often does no harm, since each relay has its own pace.
        """
