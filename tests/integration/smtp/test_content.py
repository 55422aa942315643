"""What is written is what arrives: byte for byte, one mail, whatever the lines are (F64)."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.smtp.mime import compose
from adapters.smtp.relay import Relay, TlsMode
from domain.outcome import Accepted
from tests.contracts.email_transport import allow, an_email
from tests.integration.smtp.conftest import Certificates, over, plain
from tests.integration.smtp.scripted_server import ReceivedMail, ScriptedServer

BODIES = {
    "a dot": ".",
    "two dots": "..",
    "a dot between line feeds": "a\n.\nb",
    "a dot between line breaks": "a\r\n.\r\nb",
    "a dot between carriage returns": "a\r.\rb",
    "a smuggled envelope": "a\r\n.\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<y@evil.example>\r\nDATA\r\nhi\r\n.\r\n",
    "mixed smuggling": "a\n.\r\nb\r.\r\nc\r\n.\nd\r\n\x00.\r\n",
    "a carriage return at the end": "a\r",
    "many empty lines": "\r\n" * 500,
    "a line of 5000 characters": "x" * 5000,
    "a line of 5000 dots": "." * 5000,
    "a boundary": "--alt-0\r\n--\r\n",
    "a From line": "From me to you",
    "every character up to U+2FFF": "".join(map(chr, range(1, 0x3000))),
}


def _parts(message: bytes) -> list[str]:
    parsed = message_from_bytes(message, policy=default)
    assert isinstance(parsed, EmailMessage)
    return [part.get_content() for part in parsed.iter_parts()]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_bodies_arrive_byte_for_byte_and_as_one_mail(body: str, server: ScriptedServer) -> None:
    email = an_email(html=body, text=body)
    async with server, over(plain(server)) as transport:
        assert isinstance(await transport.send(email, before_dot=allow), Accepted)
    assert [mail.message for mail in server.mails] == [compose(email)]
    assert _parts(server.mails[0].message) == [body, body]
    assert server.count("DATA") == 1


class Inbox:
    """A handler of aiosmtpd that keeps mails."""

    def __init__(self) -> None:
        self.mails: list[ReceivedMail] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from
        (rcpt_to,) = envelope.rcpt_tos
        self.mails.append(ReceivedMail(envelope.mail_from, rcpt_to, envelope.content))
        return "250 2.0.0 kept"


async def test_aiosmtpd_takes_the_mail_over_starttls_with_smtputf8(certificates: Certificates) -> None:
    """A server that others wrote agrees with us on the dialogue."""
    inbox = Inbox()

    def session() -> SMTP:
        return SMTP(inbox, tls_context=certificates.good, require_starttls=True, enable_SMTPUTF8=True)

    async with await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0) as server:
        relay = Relay(
            host="127.0.0.1",
            port=server.sockets[0].getsockname()[1],
            tls=TlsMode.STARTTLS,
            ca_file=certificates.ca_file,
        )
        async with over(relay) as transport:
            for number in range(3):
                outcome = await transport.send(
                    an_email(number, rcpt_to="zoë@example.org", text=".\r\n..\r\n"), before_dot=allow
                )
                assert isinstance(outcome, Accepted)
    assert len(inbox.mails) == 3
    assert {(mail.mail_from, mail.rcpt_to) for mail in inbox.mails} == {("events@example.com", "zoë@example.org")}
    assert _parts(inbox.mails[0].message)[0] == ".\r\n..\r\n"
    assert "To: zoë@example.org\r\n".encode() in inbox.mails[0].message
