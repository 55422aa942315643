"""Giving up is a reset: what we gave up on is never delivered behind our back (F33, F36, F37)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.smtp.relay import Relay, TlsMode
from adapters.smtp.transport import SmtpEmailTransport
from domain.outcome import Accepted, ConnectionLost, DeliveryOutcome, InDoubt, Phase
from domain.outgoing_email import OutgoingEmail
from tests.contracts.email_transport import allow, an_email
from tests.integration.smtp.conftest import Certificates, over
from tests.integration.smtp.scripted_server import Action, ScriptedServer, Session, cut, say, stall

SMALL_BUFFER_BYTES = 4096


class Receiver:
    """Stops reading when it has said 354, and reads on when it is told to."""

    def __init__(self) -> None:
        self.stalled = asyncio.Event()
        self.go_on = asyncio.Event()
        self.read = b""
        self.done = asyncio.Event()

    async def __call__(self, session: Session) -> None:
        session.writer.transport.pause_reading()  # type: ignore[attr-defined]
        self.stalled.set()
        await self.go_on.wait()
        session.writer.transport.resume_reading()  # type: ignore[attr-defined]
        try:
            while data := await session.reader.read(65536):
                self.read += data
        finally:
            self.done.set()


def _of_size(size_bytes: int) -> OutgoingEmail:
    return an_email(html="x" * (size_bytes * 3 // 4))


def _server(mode: TlsMode, certificates: Certificates) -> ScriptedServer:
    return ScriptedServer(
        tls=certificates.good,
        implicit=mode is TlsMode.IMPLICIT,
        receive_buffer_bytes=SMALL_BUFFER_BYTES,
        extensions=(),
    )


@asynccontextmanager
async def _open(server: ScriptedServer, mode: TlsMode, certificates: Certificates) -> AsyncIterator[SmtpEmailTransport]:
    async with server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=mode, ca_file=certificates.ca_file)
        async with over(relay) as transport:
            yield transport


@pytest.mark.parametrize("mode", list(TlsMode))
@pytest.mark.parametrize(
    ("size_bytes", "kind"),
    # 1 MB waits in our own kernel, the dot with it: only the reset takes it back. 8 MB does not fit in there.
    [(1_000_000, InDoubt), (8_000_000, ConnectionLost)],
)
async def test_a_receiver_that_stalls_in_the_body_and_reads_on_never_gets_the_dot(
    size_bytes: int, kind: type[DeliveryOutcome], mode: TlsMode, certificates: Certificates
) -> None:
    receiver = Receiver()
    server = _server(mode, certificates).on("354", receiver)
    async with _open(server, mode, certificates) as transport:
        outcome = await transport.send(_of_size(size_bytes), before_dot=allow)
        receiver.go_on.set()
        await receiver.done.wait()
    assert type(outcome) is kind
    assert len(receiver.read) < size_bytes
    assert not receiver.read.endswith(b".\r\n")
    assert server.dots == 0


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_a_receiver_that_holds_the_whole_mail_and_stalls_leaves_us_in_doubt(
    mode: TlsMode, certificates: Certificates
) -> None:
    """1 kB is in the receiver's kernel at once, the dot included: no reset takes it back, so we must not claim it."""
    receiver = Receiver()
    server = _server(mode, certificates).on("354", receiver)
    async with _open(server, mode, certificates) as transport:
        outcome = await transport.send(_of_size(1000), before_dot=allow)
        receiver.go_on.set()
        await receiver.done.wait()
    assert isinstance(outcome, InDoubt)


@pytest.mark.parametrize("mode", list(TlsMode))
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_cancelling_before_the_dot_raises_and_delivers_nothing(
    step: str, mode: TlsMode, certificates: Certificates
) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def wait_for_the_end(session: Session) -> None:
        reached.set()
        try:
            await session.reader.read()
        finally:
            gone.set()

    server = _server(mode, certificates).on(step, wait_for_the_end)
    async with _open(server, mode, certificates) as transport:
        sending = asyncio.create_task(transport.send(an_email(), before_dot=allow))
        await reached.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await gone.wait()
    assert server.dots == 0


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_cancelling_in_the_body_raises_and_the_receiver_never_gets_the_dot(
    mode: TlsMode, certificates: Certificates
) -> None:
    receiver = Receiver()
    server = _server(mode, certificates).on("354", receiver)
    async with _open(server, mode, certificates) as transport:
        sending = asyncio.create_task(transport.send(_of_size(8_000_000), before_dot=allow))
        await receiver.stalled.wait()
        await asyncio.sleep(0.05)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        receiver.go_on.set()
        await receiver.done.wait()
    assert not receiver.read.endswith(b".\r\n")


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_cancelling_after_the_dot_is_absorbed_and_in_doubt(mode: TlsMode, certificates: Certificates) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def wait_for_the_end(session: Session) -> None:
        reached.set()
        try:
            await session.reader.read()
        finally:
            gone.set()

    server = _server(mode, certificates).on("DOT", wait_for_the_end)
    async with _open(server, mode, certificates) as transport:
        sending = asyncio.create_task(transport.send(an_email(), before_dot=allow))
        await reached.wait()
        sending.cancel()
        assert isinstance(await sending, InDoubt)
        assert sending.cancelling() == 0
        await gone.wait()


async def _early_reply(session: Session) -> None:
    session.writer.write(b"552 5.3.4 too much\r\n")


@pytest.mark.parametrize("action", [cut, _early_reply, say("250 2.0.0 queued")])
async def test_what_a_relay_says_or_does_in_the_body_is_not_the_dots_reply(
    action: Action, certificates: Certificates
) -> None:
    """An early 250 must not pass for an acceptance, nor an early 552 for a refusal of a mail that it did not see."""
    receiver = Receiver()

    async def act_then_read_on(session: Session) -> None:
        await action(session)
        receiver.go_on.set()
        await receiver(session)

    mode = TlsMode.INSECURE_NONE
    server = _server(mode, certificates).on("354", act_then_read_on)
    async with _open(server, mode, certificates) as transport:
        outcome = await transport.send(_of_size(8_000_000), before_dot=allow)
    assert isinstance(outcome, ConnectionLost)
    assert outcome.phase is Phase.BODY
    assert server.dots == 0


async def test_a_reply_after_our_patience_is_in_doubt_and_the_connection_is_not_used_again(
    certificates: Certificates,
) -> None:
    server = _server(TlsMode.INSECURE_NONE, certificates).on("DOT", stall)
    async with _open(server, TlsMode.INSECURE_NONE, certificates) as transport:
        assert isinstance(await transport.send(an_email(1), before_dot=allow), InDoubt)
        assert isinstance(await transport.send(an_email(2), before_dot=allow), Accepted)
    assert server.connections == 2


@pytest.mark.parametrize("kilobytes", [0, 1, 7, 63, 64, 65, 200])
async def test_a_connection_that_dies_at_any_place_in_the_body_is_lost_or_in_doubt_never_accepted(
    kilobytes: int, certificates: Certificates
) -> None:
    async def read_some_then_cut(session: Session) -> None:
        if kilobytes:
            await session.reader.readexactly(kilobytes * 1024)
        await cut(session)

    mode = TlsMode.INSECURE_NONE
    server = _server(mode, certificates).on("354", read_some_then_cut)
    async with _open(server, mode, certificates) as transport:
        outcome = await transport.send(_of_size(300_000), before_dot=allow)
    assert isinstance(outcome, ConnectionLost | InDoubt)
    assert server.dots == 0
