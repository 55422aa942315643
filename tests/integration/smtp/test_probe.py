"""A relay that is down is asked with care whether it is back, and no mail is risked for it."""

import asyncio
from dataclasses import replace

import pytest

from domain.breaker import THRESHOLD
from domain.outcome import Accepted, RelayUnavailable
from domain.worker_events import RelayBack, RelayDown
from tests.contracts.email_transport import MAIL_FROM
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.conftest import SHORT, over, plain, settle
from tests.integration.smtp.outages import NO, NOT_NOW, WRONG_PASSWORD, down, send, with_login
from tests.integration.smtp.scripted_server import GREETING, Action, ScriptedServer, Session, say


async def test_a_probe_that_succeeds_closes_it_and_leaves_a_connection_and_no_mail(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> None:
    async with down(server, clock, observer) as transport:
        await clock.advance(1.5)
        assert await transport.probe(MAIL_FROM)
        assert transport.is_available
        assert [line.split()[0] for line in server.log] == ["EHLO", "AUTH", "MAIL", "RSET"]
        assert "MAIL FROM:<events@example.com>" in server.log
        assert not server.mails
        assert isinstance(await send(transport), Accepted)
        assert await transport.probe(MAIL_FROM)
        assert (server.connections, server.count("RSET"), len(server.mails)) == (1, 1, 1)
    assert observer.only(RelayBack) == RelayBack(relay=plain(server).name, down_s=1.5)
    assert len(observer.of(RelayDown)) == 1


async def test_probes_come_less_and_less_often_but_once_a_minute_at_least(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> None:
    times_s = []
    async with down(server, clock, observer) as transport:
        server.on("MAIL", *[NO] * 9)
        for second in range(1, 190):
            await clock.advance(1)
            before = server.connections
            assert not await transport.probe(MAIL_FROM)
            await send(transport)
            times_s.extend([second] * (server.connections - before))
    assert times_s == [1, 3, 7, 15, 31, 63, 123, 183]
    assert len(observer.of(RelayDown)) == 1
    assert not observer.of(RelayBack)


async def test_a_mail_at_an_open_breaker_starts_the_probe_that_is_due_and_does_not_wait_for_it(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> None:
    async with down(server, clock, observer) as transport:
        await clock.advance(1)
        assert isinstance(await send(transport), RelayUnavailable)
        await settle()
        assert transport.is_available
        assert isinstance(await send(transport), Accepted)
    assert server.connections == 1


async def test_there_is_one_probe_at_a_time(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> None:
    go_on = asyncio.Event()

    async def greet_later(session: Session) -> None:
        await go_on.wait()
        await say(GREETING)(session)

    server.on("CONNECT", *[say(GREETING)] * THRESHOLD, greet_later)
    async with down(server, clock, observer) as transport:
        await clock.advance(1)
        probes = [asyncio.create_task(transport.probe(MAIL_FROM)) for _ in range(5)]
        await settle()
        await clock.advance(100)
        await send(transport)
        probes.append(asyncio.create_task(transport.probe(MAIL_FROM)))
        await settle()
        go_on.set()
        assert await asyncio.gather(*probes) == [True] * 6
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "action", "seconds_to_the_next"),
    [
        ("MAIL", NO, 0),  # 2 s from its begin are over
        ("AUTH", WRONG_PASSWORD, 60),
    ],
)
async def test_pauses_count_from_a_probes_begin_but_a_refused_logins_from_its_end(
    step: str, action: Action, seconds_to_the_next: int, server: ScriptedServer, clock: ManualClock
) -> None:
    """A probe may itself take half a minute: counted from its end, a relay would be back unnoticed for too long."""

    async def take_long(session: Session) -> None:
        await clock.advance(10)
        await action(session)

    async with down(server, clock, RecordingObserver()) as transport:
        server.on(step, take_long)
        await clock.advance(1)
        assert not await transport.probe(MAIL_FROM)
        waited_s = 0
        while not await transport.probe(MAIL_FROM):
            await clock.advance(1)
            waited_s += 1
    assert waited_s == seconds_to_the_next


async def test_a_relay_that_refuses_to_take_the_question_back_is_back_all_the_same(
    server: ScriptedServer, clock: ManualClock, observer: RecordingObserver
) -> None:
    server.on("RSET", say("502 5.5.1 what?"))
    async with down(server, clock, observer) as transport:
        await clock.advance(1)
        assert await transport.probe(MAIL_FROM)
        assert isinstance(await send(transport), Accepted)
    assert server.count("RSET") == 2  # the mail's own, since the first one left MAIL in force


async def test_leaving_ends_a_probe_at_once(server: ScriptedServer, clock: ManualClock) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def wait_for_the_end(session: Session) -> None:
        reached.set()
        try:
            await session.reader.read()
        finally:
            gone.set()

    server.on("MAIL", *[NOT_NOW] * THRESHOLD, wait_for_the_end)
    async with server, asyncio.timeout(5):
        async with over(plain(server), clock=clock, timeouts=replace(SHORT, mail_s=60)) as transport:
            for _ in range(THRESHOLD):
                await send(transport)
            await clock.advance(1)
            await send(transport)
            await reached.wait()
        await gone.wait()


async def test_a_refused_login_is_tried_once_a_minute(server: ScriptedServer, clock: ManualClock) -> None:
    server.on("AUTH", *[WRONG_PASSWORD] * 20)
    async with server, over(with_login(server), clock=clock) as transport:
        await send(transport)
        for _ in range(59):
            await clock.advance(1)
            assert not await transport.probe(MAIL_FROM)
            await send(transport)
        assert server.count("AUTH") == 1
        for expected in (2, 3):
            await clock.advance(60)
            await transport.probe(MAIL_FROM)
            assert server.count("AUTH") == expected
