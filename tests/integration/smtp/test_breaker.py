"""A relay that fails again and again is left alone (F25, F30); only a probe ends that."""

import asyncio
from dataclasses import replace

import pytest

from adapters.smtp.relay import TlsMode
from adapters.smtp.transport import SmtpEmailTransport
from domain.breaker import THRESHOLD
from domain.outcome import Accepted, Phase, RelayUnavailable, Unsendable
from domain.worker_events import RelayDown
from tests.contracts.email_transport import MAIL_FROM
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.conftest import SHORT, Certificates, over, plain, settle
from tests.integration.smtp.outages import NO, NOT_NOW, WRONG_PASSWORD, send, send_many, with_login
from tests.integration.smtp.scripted_server import Action, ScriptedServer, Session, close, cut, say, stall


async def _fails_until_open(
    transport: SmtpEmailTransport, server: ScriptedServer, observer: RecordingObserver, phase: Phase
) -> None:
    for _ in range(THRESHOLD):
        assert transport.is_available
        assert isinstance(await send(transport), RelayUnavailable)
    assert not transport.is_available
    before = server.connections
    outcome = await send(transport)
    assert isinstance(outcome, RelayUnavailable)
    assert outcome.cause == "breaker_open"
    assert server.connections == before
    assert observer.only(RelayDown).phase == phase


@pytest.mark.parametrize(
    ("step", "action", "phase"),
    [
        ("CONNECT", say("554 5.7.1 blocked"), Phase.GREETING),
        ("CONNECT", close, Phase.GREETING),
        ("EHLO", NO, Phase.EHLO),
        ("AUTH", cut, Phase.AUTH),
        ("AUTH", say("421 4.3.2 closing"), Phase.AUTH),
        ("MAIL", NOT_NOW, Phase.MAIL),
        ("MAIL", NO, Phase.MAIL),
        ("RCPT", say("421 4.3.2 closing"), Phase.RCPT),
    ],
)
async def test_five_failures_in_a_row_open_it(
    step: str, action: Action, phase: Phase, server: ScriptedServer, observer: RecordingObserver
) -> None:
    server.on(step, *[action] * THRESHOLD)
    async with server, over(with_login(server), observer=observer) as transport:
        await _fails_until_open(transport, server, observer, phase)
    assert server.connections == THRESHOLD


async def test_refused_connects_open_it(server: ScriptedServer, observer: RecordingObserver) -> None:
    async with server:
        relay = plain(server)
    async with over(relay, observer=observer) as transport:
        await _fails_until_open(transport, server, observer, Phase.CONNECT)


@pytest.mark.parametrize("mode", [TlsMode.IMPLICIT, TlsMode.STARTTLS])
async def test_bad_certificates_open_it(mode: TlsMode, certificates: Certificates, observer: RecordingObserver) -> None:
    async with ScriptedServer(tls=certificates.expired, implicit=mode is TlsMode.IMPLICIT) as server:
        relay = replace(with_login(server), tls=mode, ca_file=certificates.ca_file)
        async with over(relay, observer=observer) as transport:
            await _fails_until_open(transport, server, observer, Phase.TLS)
    assert observer.only(RelayDown).cause == "tls_expired"
    assert server.count("AUTH") + server.count("MAIL") == 0


async def test_stalled_handshakes_open_it(
    certificates: Certificates, server: ScriptedServer, observer: RecordingObserver
) -> None:
    server.on("CONNECT", *[stall] * THRESHOLD)
    async with server:
        relay = replace(with_login(server), tls=TlsMode.IMPLICIT, ca_file=certificates.ca_file)
        async with over(relay, observer=observer, timeouts=replace(SHORT, tls_s=0.05)) as transport:
            await _fails_until_open(transport, server, observer, Phase.TLS)
    assert observer.only(RelayDown).cause == "timeout"


async def test_what_gets_past_mail_starts_the_count_anew(server: ScriptedServer) -> None:
    server.on("EHLO", *[cut] * (THRESHOLD - 1)).on("RCPT", say("550 5.1.1 no such user"))
    async with server, over(plain(server)) as transport:
        for _ in range(THRESHOLD):
            await send(transport)
        server.on("MAIL", *[NO] * THRESHOLD)  # the first one is a reused connection's
        for _ in range(THRESHOLD - 1):
            await send(transport)
        assert transport.is_available


async def test_a_mail_that_the_relay_can_never_take_says_nothing_about_the_relay(server: ScriptedServer) -> None:
    # The first of the last two is for the reused connection, which does not count.
    server.on("MAIL", *[NO] * (THRESHOLD - 1), say("552 5.3.4 too big"), NO, NO)
    async with server, over(plain(server)) as transport:
        outcomes = [type(await send(transport)) for _ in range(THRESHOLD)]
        assert outcomes == [*[RelayUnavailable] * (THRESHOLD - 1), Unsendable]
        await send(transport)
        assert not transport.is_available


async def test_a_mail_under_way_when_it_opens_does_not_close_it(server: ScriptedServer) -> None:
    """Its connection is from before: it does not show that a new one would be let in."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def accept_later(session: Session) -> None:
        reached.set()
        await go_on.wait()
        session.writer.write(b"250 2.0.0 queued\r\n")

    server.on("DOT", accept_later).on("AUTH", say("235 2.7.0 welcome"), *[WRONG_PASSWORD] * 9)
    async with server, over(with_login(server)) as transport:
        early = asyncio.create_task(send(transport, 1))
        await reached.wait()
        await send(transport, 2)
        go_on.set()
        assert isinstance(await early, Accepted)
        assert not transport.is_available
        await send(transport, 3)
        await settle()
        assert server.count("QUIT") == 1
    assert server.count("AUTH") == 2


async def test_when_it_opens_no_idle_connection_is_kept(server: ScriptedServer) -> None:
    """F55: each holds a file descriptor, and these may be what is lacking."""
    async with server, over(plain(server), concurrency=THRESHOLD + 3) as transport:
        await send_many(transport, THRESHOLD + 3)
        server.on("MAIL", *[NOT_NOW] * 2 * THRESHOLD)
        for _ in range(THRESHOLD):
            assert server.count("QUIT") == 0
            await send(transport)
        await settle()
        assert server.count("QUIT") == 3


async def test_a_mail_whose_reused_connection_fails_after_it_opened_tries_no_new_one(server: ScriptedServer) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def close_later(session: Session) -> None:
        reached.set()
        await go_on.wait()
        await close(session)

    async with server, over(plain(server)) as transport:
        await send(transport)
        server.on("MAIL", close_later).on("EHLO", *[cut] * THRESHOLD)
        early = asyncio.create_task(send(transport))
        await reached.wait()
        for _ in range(THRESHOLD):
            await send(transport)
        go_on.set()
        outcome = await early
    assert isinstance(outcome, RelayUnavailable)
    assert outcome.cause == "breaker_open"
    assert server.connections == 1 + THRESHOLD


async def test_mails_that_fail_late_do_not_put_the_probe_off(server: ScriptedServer, clock: ManualClock) -> None:
    together = asyncio.Barrier(THRESHOLD * 2)

    async def refuse_together(session: Session) -> None:
        await together.wait()
        await NOT_NOW(session)

    server.on("MAIL", *[refuse_together] * THRESHOLD * 2)
    async with server, over(plain(server), clock=clock) as transport:
        await send_many(transport, THRESHOLD * 2)
        assert not transport.is_available
        await clock.advance(1)
        assert await transport.probe(MAIL_FROM)
