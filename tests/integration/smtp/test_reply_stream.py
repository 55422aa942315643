"""What is counted as sent is out of our hands."""

from contextlib import suppress

import pytest

from adapters.clock.system_clock import SystemClock
from adapters.smtp.connection import Connection
from adapters.smtp.mime import compose
from adapters.smtp.opening import Opening
from adapters.smtp.relay import Relay, TlsMode
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
