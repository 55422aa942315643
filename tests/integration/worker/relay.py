"""A relay that keeps what it accepts and answers RCPT as a test says."""

import threading
from collections import defaultdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.integration.brokers.private_broker import free_ports


class RecordingRelay:
    """Listens on loopback while the context lasts; hooks run in a thread of aiosmtpd's, by its names for them.

    `replies[address]` are answers to the next RCPTs for that address; without one it is accepted.
    """

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.replies: dict[str, list[str]] = defaultdict(list)
        self.asked: list[str] = []
        self.envelopes: list[Envelope] = []
        self._news = threading.Condition(threading.RLock())
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, again after a stop."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Be down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        with self._news:
            self.asked.append(address)
            if self.replies[address]:
                return self.replies[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        with self._news:
            self.envelopes.append(envelope)
            self._news.notify_all()
        return "250 2.0.0 kept"

    @property
    def recipients(self) -> list[str]:
        """Who got a mail, in order of arrival."""
        with self._news:
            return [recipient for envelope in self.envelopes for recipient in envelope.rcpt_tos]

    def wait_for(self, count: int, *, patience_s: float = 20) -> None:
        """Block until so many mails have arrived; raises AssertionError."""
        with self._news:
            arrived = self._news.wait_for(lambda: len(self.envelopes) >= count, patience_s)
            assert arrived, f"{len(self.envelopes)} of {count} mails within {patience_s} s"

    def wait_for_recipients(self, recipients: set[str], *, patience_s: float) -> None:
        """Block until each has a mail; raises AssertionError."""
        with self._news:
            arrived = self._news.wait_for(lambda: recipients <= set(self.recipients), patience_s)
            assert arrived, f"{len(recipients - set(self.recipients))} recipients without a mail after {patience_s} s"

    def mails(self, recipient: str | None = None) -> list[EmailMessage]:
        """All mails, or those of one recipient, in order of arrival."""
        with self._news:
            envelopes = [envelope for envelope in self.envelopes if recipient in (None, *envelope.rcpt_tos)]
        return [_parse(envelope) for envelope in envelopes]

    def mail_to(self, recipient: str) -> EmailMessage:
        """The one mail that a recipient got."""
        (mail,) = self.mails(recipient)
        return mail


def _parse(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
