"""Before a connection is known to open, one mail tries for all: a wrong password is sent once (F27)."""

import asyncio
from dataclasses import replace

import pytest

from domain.outcome import Accepted, Phase, RelayUnavailable
from domain.worker_events import RelayDown
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.conftest import SHORT, over, plain
from tests.integration.smtp.outages import WRONG_PASSWORD, send, send_many, with_login
from tests.integration.smtp.scripted_server import GREETING, ScriptedServer, Session, say, stall


async def test_one_refused_login_opens_it_however_many_mails_wait(
    server: ScriptedServer, observer: RecordingObserver
) -> None:
    server.on("AUTH", *[WRONG_PASSWORD] * 20)
    async with server, over(with_login(server), observer=observer) as transport:
        outcomes = await send_many(transport, 20)
        assert not transport.is_available
    assert {type(outcome) for outcome in outcomes} == {RelayUnavailable}
    assert (server.count("AUTH"), server.connections) == (1, 1)
    assert observer.only(RelayDown) == RelayDown(
        relay=plain(server).name, phase=Phase.AUTH, cause="auth_refused", reply_code=535
    )


async def test_a_password_that_is_refused_later_is_sent_once_by_a_burst_too(
    server: ScriptedServer, clock: ManualClock
) -> None:
    async with server, over(with_login(server), clock=clock) as transport:
        await send(transport)
        await clock.advance(60)
        server.on("AUTH", *[WRONG_PASSWORD] * 20)
        await send_many(transport, 20)
    assert server.count("AUTH") == 2


async def test_mails_that_wait_for_the_first_contact_share_its_failure(server: ScriptedServer) -> None:
    """Else a relay that stalls would cost the fifth mail five timeouts, and the next relay would wait for them."""
    server.on("CONNECT", *[stall] * 20)
    async with server, over(plain(server)) as transport:
        outcomes = await send_many(transport, 20)
        assert not transport.is_available
    assert {type(outcome) for outcome in outcomes} == {RelayUnavailable}
    assert server.connections == 1


async def test_after_the_first_contact_connections_open_side_by_side(server: ScriptedServer) -> None:
    together = asyncio.Barrier(3)

    async def greet_together(session: Session) -> None:
        await together.wait()
        await say(GREETING)(session)

    server.on("CONNECT", say(GREETING), *[greet_together] * 3)
    async with server, over(plain(server)) as transport:
        outcomes = await send_many(transport, 4)
    assert {type(outcome) for outcome in outcomes} == {Accepted}


async def test_cancelling_the_first_contact_resets_it_and_the_next_mail_makes_it(server: ScriptedServer) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def wait_for_the_end(session: Session) -> None:
        reached.set()
        try:
            await session.reader.read()
        finally:
            gone.set()

    server.on("CONNECT", wait_for_the_end)
    async with server, over(plain(server), timeouts=replace(SHORT, greeting_s=60)) as transport:
        first, *others = [asyncio.create_task(send(transport, number)) for number in range(3)]
        await reached.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        async with asyncio.timeout(2):
            assert {type(outcome) for outcome in await asyncio.gather(*others)} == {Accepted}
            await gone.wait()
    assert len(server.mails) == 2


async def test_cancelling_a_mail_that_waits_for_the_first_contact_touches_no_other(server: ScriptedServer) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def greet_later(session: Session) -> None:
        reached.set()
        await go_on.wait()
        await say(GREETING)(session)

    server.on("CONNECT", greet_later)
    async with server, over(plain(server)) as transport:
        first, second, third = (asyncio.create_task(send(transport, number)) for number in range(3))
        await reached.wait()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go_on.set()
        assert {type(outcome) for outcome in await asyncio.gather(first, third)} == {Accepted}
    assert len(server.mails) == 2
