"""What the relay has when the ledger is asked, and what becomes of it when the answer is no."""

import asyncio

import pytest

from adapters.smtp.mime import compose
from adapters.smtp.relay import Relay, TlsMode
from application.ports.email_transport import BeforeDot
from domain.outcome import Accepted, ConnectionLost, Phase, Withheld
from domain.outgoing_email import OutgoingEmail
from tests.contracts.email_transport import Gate, an_email
from tests.integration.smtp.conftest import Certificates, over, plain
from tests.integration.smtp.scripted_server import Hangup, ScriptedServer, Session, cut

END = b"\r\n.\r\n"


class Listener:
    """Takes the body as it comes; `gone` is set when the client is."""

    def __init__(self) -> None:
        self.read = b""
        self.grown = asyncio.Event()
        self.gone = asyncio.Event()

    async def __call__(self, session: Session) -> None:
        try:
            while data := await session.reader.read(65536):
                self.read += data
                self.grown.set()
                if self.read.endswith(END):
                    session.writer.write(b"250 2.0.0 queued\r\n")
        finally:
            self.gone.set()
        raise Hangup

    async def has(self, data: bytes) -> None:
        """Wait until exactly this has come."""
        async with asyncio.timeout(2):
            while self.read != data:
                await self.grown.wait()
                self.grown.clear()


def _of_size(size_bytes: int) -> OutgoingEmail:
    return an_email(html="x" * (size_bytes * 3 // 4))


@pytest.mark.parametrize("mode", list(TlsMode))
@pytest.mark.parametrize("size_bytes", [1000, 500_000])
async def test_when_the_gate_is_asked_the_relay_has_all_but_the_dot(
    size_bytes: int, mode: TlsMode, certificates: Certificates
) -> None:
    email, listener, asked = _of_size(size_bytes), Listener(), []

    async def before_dot(relay: str) -> bool:
        asked.append(relay)
        await listener.has(compose(email))
        return True

    server = ScriptedServer(tls=certificates.good, implicit=mode is TlsMode.IMPLICIT).on("354", listener)
    async with server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=mode, ca_file=certificates.ca_file)
        async with over(relay) as transport:
            assert isinstance(await transport.send(email, before_dot=before_dot), Accepted)
    assert asked == [relay.name]
    assert listener.read.startswith(compose(email) + b".\r\n")


@pytest.mark.parametrize("gate", [Gate(False), Gate(RuntimeError())])
async def test_a_withheld_dot_never_follows(gate: BeforeDot, server: ScriptedServer) -> None:
    """And the connection is gone, or the next mail would be taken for the rest of the body."""
    listener = Listener()
    server.on("354", listener)
    async with server, over(plain(server)) as transport:
        (outcome,) = await asyncio.gather(transport.send(an_email(), before_dot=gate), return_exceptions=True)
        async with asyncio.timeout(2):
            await listener.gone.wait()
    assert isinstance(outcome, Withheld | RuntimeError)
    assert not listener.read.endswith(END)
    assert server.connections == 1


async def test_a_connection_that_breaks_while_the_gate_is_asked_is_lost_before_the_dot(server: ScriptedServer) -> None:
    async def before_dot(relay: str) -> bool:
        await asyncio.sleep(0.05)
        return bool(relay)

    async def read_and_cut(session: Session) -> None:
        await session.reader.read(1)
        await cut(session)

    server.on("354", read_and_cut)
    async with server, over(plain(server)) as transport:
        outcome = await transport.send(an_email(), before_dot=before_dot)
    assert outcome == ConnectionLost(phase=Phase.BODY, relay=plain(server).name)


async def test_the_gate_is_not_asked_for_what_the_relay_can_never_take(server: ScriptedServer) -> None:
    server.extensions, gate = ("SIZE 500",), Gate()
    async with server, over(plain(server)) as transport:
        await transport.send(an_email(), before_dot=gate)
    assert not gate.asked
