"""What is counted as sent is out of our hands; replies are taken whole and in order."""

import asyncio
import socket
from contextlib import suppress

import pytest

from adapters.clock.system_clock import SystemClock
from adapters.smtp.connection import Connection
from adapters.smtp.mime import compose
from adapters.smtp.opening import Opening
from adapters.smtp.relay import Relay, TlsMode
from adapters.smtp.reply_stream import ReplyStream
from adapters.smtp.tls import verifying_context
from application.failpoints import Failpoint
from tests.contracts.email_transport import allow, an_email
from tests.integration.smtp.conftest import SHORT, Certificates
from tests.integration.smtp.scripted_server import ScriptedServer, Session


async def _stop_reading(session: Session) -> None:
    session.writer.write(b"354 go on\r\n")
    session.writer.transport.pause_reading()  # type: ignore[attr-defined]


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_a_block_that_was_pushed_is_not_held_back_in_this_process(
    mode: TlsMode, certificates: Certificates
) -> None:
    """Else a mail would be in doubt for 10 min although its dot never left."""
    server = ScriptedServer(tls=certificates.good, implicit=mode is TlsMode.IMPLICIT, receive_buffer_bytes=4096)
    async with server.on("DATA", _stop_reading):
        relay = Relay(host="127.0.0.1", port=server.port, tls=mode, ca_file=certificates.ca_file)
        opening = Opening(relay=relay, context=verifying_context(relay.ca_file), timeouts=SHORT, clock=SystemClock())
        connection = await opening.run()
        assert isinstance(connection, Connection)
        stream = connection.stream
        assert (await stream.ask(b"DATA", timeout_s=1.0)).code == 354
        held_back_bytes = []
        with suppress(TimeoutError):
            while True:
                await stream.push(b"x" * 10_000, timeout_s=0.3)
                held_back_bytes.append(stream.transport.get_write_buffer_size())  # type: ignore[union-attr]
        stream.reset()
    assert held_back_bytes
    assert not any(held_back_bytes)


@pytest.mark.parametrize("mode", list(TlsMode))
async def test_the_failpoint_after_the_dot_is_passed_when_the_dot_is_not_held_back_in_this_process(
    mode: TlsMode, certificates: Certificates
) -> None:
    held_back_bytes = []

    def reach(failpoint: Failpoint) -> None:
        if failpoint is Failpoint.AFTER_DOT:
            held_back_bytes.append(connection.stream.transport.get_write_buffer_size())  # type: ignore[union-attr]

    async with ScriptedServer(tls=certificates.good, implicit=mode is TlsMode.IMPLICIT) as server:
        relay = Relay(host="127.0.0.1", port=server.port, tls=mode, ca_file=certificates.ca_file)
        opening = Opening(
            relay=relay, context=verifying_context(relay.ca_file), timeouts=SHORT, clock=SystemClock(), reach=reach
        )
        opened = await opening.run()
        assert isinstance(opened, Connection)
        connection = opened
        await connection.deliver(an_email(), compose(an_email()), allow)
        await connection.leave()
    assert held_back_bytes == [0]


GROUP = b"250 2.1.0 fine\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n554 5.5.1 nobody to send to\r\n"
IN_TWO = [(GROUP[:place], GROUP[place:]) for place in range(1, len(GROUP))]
SPLITS = [(GROUP,), *IN_TWO, tuple(bytes([byte]) for byte in GROUP)]


@pytest.mark.parametrize("after", [b"", b"250 unasked\r\n"])
async def test_replies_to_a_group_come_in_order_wherever_packets_split_them(after: bytes) -> None:
    """And a byte beyond the last of them makes the stream unusable, in the same packet as well."""
    for split in SPLITS:
        ours, theirs = socket.socketpair()
        with theirs:
            _, stream = await asyncio.get_running_loop().create_connection(ReplyStream, sock=ours)
            stream.data_received(b"220 relay.example\r\n")
            assert (await stream.read(timeout_s=1)).code == 220
            stream.send(b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.org>", b"DATA")
            for packet in (*split[:-1], split[-1] + after):
                stream.data_received(packet)
            replies = [await stream.read(timeout_s=1) for _ in range(3)]
            assert [reply.code for reply in replies] == [250, 550, 554]
            assert replies[1].text == "5.1.1 no 5.1.1 such user"
            assert stream.is_usable is not bool(after)
            stream.hang_up()
