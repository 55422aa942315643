"""Pipelined groups at servers that other people wrote: Postfix and aiosmtpd."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.smtp.mime import compose
from adapters.smtp.relay import Pipelining, Relay, TlsMode
from adapters.smtp.timeouts import Timeouts
from application.failpoints import Failpoint
from domain.email_address import EmailAddress
from domain.failure_reason import FailureKind
from domain.outcome import Accepted, DeliveryOutcome, Phase, Refused, RelayUnavailable, Unsendable
from domain.outgoing_email import OutgoingEmail
from tests.contracts.email_transport import allow, an_email
from tests.integration.brokers.private_broker import free_ports
from tests.integration.smtp.conftest import over
from tests.integration.smtp.postfix import Postfix, start_postfix

# One connection for all of them: what is out of step after one of them shows at the next.
ROUND = ("anna", "unknown", "later", "data", "bob", "dot", "carla")


class Aiosmtpd:
    """Refuses as the tests' Postfix does, but at DATA, and offers PIPELINING, which aiosmtpd can and does not say."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_EHLO(  # noqa: N802  aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        refusals = {"unknown": "550 5.1.1 no such user", "later": "450 4.2.1 come back"}
        if refusal := refusals.get(address.partition("@")[0]):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if envelope.rcpt_tos == ["dot@example.org"]:
            return "554 5.6.0 spam"
        assert isinstance(envelope.original_content, bytes)
        self.taken.append(envelope.original_content)
        return "250 OK"


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    postfix = start_postfix()
    try:
        yield postfix
    finally:
        postfix.destroy()


def at(port: int, pipelining: Pipelining) -> Relay:
    return Relay(host="127.0.0.1", port=port, tls=TlsMode.INSECURE_NONE, pipelining=pipelining)


async def send_all(relay: Relay, emails: Sequence[OutgoingEmail]) -> tuple[list[DeliveryOutcome], int]:
    """Send one after the other, with the patience of a worker; the second is how many connections it took."""
    passed: list[Failpoint] = []
    async with over(relay, timeouts=Timeouts(), reach=passed.append) as transport:
        outcomes = [await transport.send(email, before_dot=allow) for email in emails]
    return outcomes, passed.count(Failpoint.AFTER_CONNECT)


def told(outcome: DeliveryOutcome) -> tuple[type[DeliveryOutcome], Phase | None, int | None]:
    reply = getattr(outcome, "reply", None)
    return type(outcome), getattr(outcome, "phase", None), reply and reply.code


def a_round(first_number: int) -> list[OutgoingEmail]:
    return [an_email(number, rcpt_to=f"{name}@example.org") for number, name in enumerate(ROUND, first_number)]


@pytest.mark.parametrize("pipelining", list(Pipelining))
async def test_postfix_takes_and_refuses_each_mail_of_a_session_by_itself(
    pipelining: Pipelining, postfix: Postfix
) -> None:
    emails, held_before = a_round(1), len(postfix.held())
    outcomes, connections = await send_all(at(postfix.port, pipelining), emails)
    assert [told(outcome) for outcome in outcomes] == [
        (Accepted, None, 250),
        (Refused, Phase.RCPT, 550),
        (Refused, Phase.RCPT, 450),
        (Refused, Phase.DATA, 451),
        (Accepted, None, 250),
        (Refused, Phase.DOT, 554),
        (Accepted, None, 250),
    ]
    held = postfix.held()[held_before:]
    assert [mail[mail.index("From: ") :].replace("\n", "\r\n").encode() for mail in held] == [
        compose(emails[number]) for number in (0, 4, 6)
    ]
    assert connections == 1


async def test_postfix_refuses_our_sender_at_mail_and_it_is_the_relays(postfix: Postfix) -> None:
    email = replace(an_email(), mail_from=EmailAddress(local="refused", domain="example.com"))
    (outcome,), _ = await send_all(at(postfix.port, Pipelining.AUTO), [email])
    assert told(outcome) == (RelayUnavailable, Phase.MAIL, 550)


async def test_a_mail_above_the_size_that_postfix_tells_is_not_offered(postfix: Postfix) -> None:
    emails = [an_email(1, html="x" * 100_000), an_email(2)]
    outcomes, _ = await send_all(at(postfix.port, Pipelining.AUTO), emails)
    assert isinstance(outcomes[0], Unsendable)
    assert outcomes[0].reason.kind is FailureKind.TOO_BIG
    assert isinstance(outcomes[1], Accepted)


@pytest.mark.parametrize("pipelining", list(Pipelining))
async def test_aiosmtpd_takes_and_refuses_each_mail_of_a_session_by_itself(pipelining: Pipelining) -> None:
    handler = Aiosmtpd()
    controller = Controller(handler, hostname="127.0.0.1", port=free_ports(1)[0], enable_SMTPUTF8=True)
    controller.start()
    emails = a_round(1)
    try:
        outcomes, connections = await send_all(at(controller.port, pipelining), emails)
    finally:
        controller.stop()
    assert [told(outcome) for outcome in outcomes] == [
        (Accepted, None, 250),
        (Refused, Phase.RCPT, 550),
        (Refused, Phase.RCPT, 450),
        (Accepted, None, 250),
        (Accepted, None, 250),
        (Refused, Phase.DOT, 554),
        (Accepted, None, 250),
    ]
    assert handler.taken == [compose(emails[number]) for number in (0, 3, 4, 6)]
    assert connections == 1
