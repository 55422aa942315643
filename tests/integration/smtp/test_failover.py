"""The next relay where one fails, and the way back."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from adapters.smtp.timeouts import Timeouts
from domain.breaker import THRESHOLD
from domain.outcome import Accepted, ConnectionLost, DeliveryOutcome, RelayUnavailable, Unsendable
from domain.worker_events import RelayBack, RelayDown
from tests.contracts.email_transport import MAIL_FROM, Gate, allow, an_email
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.smtp.conftest import over, plain, settle
from tests.integration.smtp.scripted_server import Action, ScriptedServer, Session, cut, say, stall

DOWN = say("451 4.3.0 down")


def _relay_of(outcome: DeliveryOutcome) -> str:
    assert isinstance(outcome, Accepted)
    return outcome.relay


async def test_the_next_relay_is_tried_when_the_first_is_unavailable() -> None:
    first, second = ScriptedServer().on("MAIL", say("451 4.3.0 down")), ScriptedServer()
    async with first, second, over(plain(first), plain(second)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, Accepted)
    assert outcome.relay == plain(second).name
    assert not first.mails


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("action", [say("550 5.1.1 no"), cut])
async def test_the_next_relay_is_not_tried_for_what_is_the_mails_own(step: str, action: Action) -> None:
    first, second = ScriptedServer().on(step, action), ScriptedServer()
    async with first, second, over(plain(first), plain(second)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert not isinstance(outcome, RelayUnavailable)
    assert second.connections == 0


async def test_the_last_relays_failure_is_told_when_all_are_unavailable() -> None:
    first, second = ScriptedServer().on("EHLO", cut), ScriptedServer().on("MAIL", cut)
    async with first, second, over(plain(first), plain(second)) as transport:
        outcome = await transport.send(an_email(), before_dot=allow)
    assert isinstance(outcome, RelayUnavailable)
    assert outcome.relay == plain(second).name


async def test_while_the_first_relay_is_down_mails_go_through_the_second_and_return_when_it_is_back(
    clock: ManualClock, observer: RecordingObserver
) -> None:
    first, second = ScriptedServer().on("MAIL", *[DOWN] * (THRESHOLD + 1)), ScriptedServer()
    async with first, second, over(plain(first), plain(second), clock=clock, observer=observer) as transport:
        for number in range(THRESHOLD + 3):
            assert _relay_of(await transport.send(an_email(number), before_dot=allow)) == plain(second).name
        assert transport.is_available
        assert first.connections == THRESHOLD
        for pause_s, probes in ((1, 1), (1, 1), (1, 2)):  # the first probe fails, the second is due after 2 s
            await clock.advance(pause_s)
            assert _relay_of(await transport.send(an_email(), before_dot=allow)) == plain(second).name
            await settle()
            assert first.connections == THRESHOLD + probes
        assert not first.mails
        assert _relay_of(await transport.send(an_email(99), before_dot=allow)) == plain(first).name
    assert len(first.mails) == 1
    assert observer.only(RelayDown).relay == plain(first).name
    assert observer.only(RelayBack) == RelayBack(relay=plain(first).name, down_s=3)


async def test_a_second_relay_that_is_down_is_probed_while_the_first_one_takes_all_mails(
    clock: ManualClock, observer: RecordingObserver
) -> None:
    """It must be back before it is needed."""
    first, second = ScriptedServer().on("EHLO", *[cut] * THRESHOLD), ScriptedServer().on("EHLO", *[cut] * THRESHOLD)
    async with first, second, over(plain(first), plain(second), clock=clock, observer=observer) as transport:
        for number in range(THRESHOLD):
            await transport.send(an_email(number), before_dot=allow)
        assert not transport.is_available
        second.on("EHLO", cut)
        await clock.advance(1)
        await transport.probe(MAIL_FROM)
        await settle()
        assert [event.relay for event in observer.of(RelayBack)] == [plain(first).name]
        await clock.advance(2)
        assert _relay_of(await transport.send(an_email(), before_dot=allow)) == plain(first).name
        await settle()
        assert [event.relay for event in observer.of(RelayBack)] == [plain(first).name, plain(second).name]
    assert not second.mails


async def test_it_is_available_while_one_relay_is(clock: ManualClock, observer: RecordingObserver) -> None:
    first, second = ScriptedServer().on("MAIL", *[DOWN] * 99), ScriptedServer().on("MAIL", *[DOWN] * (THRESHOLD + 1))
    async with first, second, over(plain(first), plain(second), clock=clock, observer=observer) as transport:
        seen = []
        for _ in range(THRESHOLD + 1):
            seen.append(transport.is_available)
            await transport.send(an_email(), before_dot=allow)
        assert seen == [*[True] * THRESHOLD, False]
        assert len(observer.of(RelayDown)) == 2
        await clock.advance(1)
        assert not await transport.probe(MAIL_FROM)
        await settle()
        await clock.advance(2)
        await transport.probe(MAIL_FROM)
        await settle()
        assert transport.is_available
        assert _relay_of(await transport.send(an_email(), before_dot=allow)) == plain(second).name


async def test_a_relay_whose_probe_stalls_does_not_hide_that_another_one_is_back(clock: ManualClock) -> None:
    first = ScriptedServer().on("EHLO", *[cut] * THRESHOLD, stall)
    second = ScriptedServer().on("EHLO", *[cut] * THRESHOLD)
    async with first, second, over(plain(first), plain(second), clock=clock) as transport:
        for _ in range(THRESHOLD):
            await transport.send(an_email(), before_dot=allow)
        await clock.advance(1)
        async with asyncio.timeout(0.3):  # the stall lasts 0.5 s
            assert await transport.probe(MAIL_FROM)


async def test_what_one_relay_can_never_take_goes_through_the_next() -> None:
    first, second = ScriptedServer(extensions=("SIZE 500",)), ScriptedServer()
    async with first, second, over(plain(first), plain(second)) as transport:
        assert _relay_of(await transport.send(an_email(), before_dot=allow)) == plain(second).name


async def test_what_one_relay_can_never_take_waits_for_one_that_is_down() -> None:
    down, small = ScriptedServer().on("MAIL", DOWN, DOWN), ScriptedServer(extensions=("SIZE 500",))
    async with down, small:
        for relays in ((plain(down), plain(small)), (plain(small), plain(down))):
            async with over(*relays) as transport:
                outcome = await transport.send(an_email(), before_dot=allow)
            assert isinstance(outcome, RelayUnavailable)
            assert outcome.relay == plain(down).name


async def test_what_no_relay_can_ever_take_is_unsendable() -> None:
    first, second = ScriptedServer(extensions=("SIZE 500",)), ScriptedServer().on("MAIL", say("552 5.3.4 too big"))
    async with first, second, over(plain(first), plain(second)) as transport:
        assert isinstance(await transport.send(an_email(), before_dot=allow), Unsendable)


async def test_the_gate_is_asked_for_each_relay_whose_dot_is_next() -> None:
    gate = Gate()
    first, second = ScriptedServer().on("DOT", say("421 4.3.2 closing")), ScriptedServer()
    async with first, second, over(plain(first), plain(second)) as transport:
        assert _relay_of(await transport.send(an_email(), before_dot=gate)) == plain(second).name
    assert gate.asked == [plain(first).name, plain(second).name]


async def test_weights_spread_the_mails_and_a_failing_relay_loses_its_part_to_the_other() -> None:
    first, second = ScriptedServer(), ScriptedServer()
    async with first, second:
        relays = (replace(plain(first), weight=3), replace(plain(second), weight=1))
        async with over(*relays) as transport:
            for number in range(8):
                await transport.send(an_email(number), before_dot=allow)
            assert (len(first.mails), len(second.mails)) == (6, 2)
            first.on("MAIL", DOWN, DOWN)  # the kept connection, and the new one
            outcomes = [await transport.send(an_email(number), before_dot=allow) for number in range(8, 12)]
    assert {type(outcome) for outcome in outcomes} == {Accepted}
    assert (len(first.mails), len(second.mails)) == (8, 4)


async def test_a_relay_of_weight_0_comes_when_the_others_fail() -> None:
    spare, first = ScriptedServer(), ScriptedServer()
    async with spare, first, over(replace(plain(spare), weight=0), plain(first)) as transport:
        await transport.send(an_email(1), before_dot=allow)
        assert not spare.connections
        first.on("MAIL", DOWN, DOWN)
        assert _relay_of(await transport.send(an_email(2), before_dot=allow)) == plain(spare).name


async def test_a_slow_relay_does_not_hold_up_the_others() -> None:
    """It has its part of the mails that are under way, and no more."""
    answers = asyncio.Event()

    async def wait_then_answer(session: Session) -> None:
        await answers.wait()
        session.say(b"250 2.0.0 queued\r\n")

    slow, quick = ScriptedServer().on("DOT", *[wait_then_answer] * 99), ScriptedServer()
    async with slow, quick:
        relays = (replace(plain(slow), weight=1), replace(plain(quick), weight=1))
        async with over(*relays, concurrency=8, timeouts=Timeouts()) as transport:
            places = asyncio.Semaphore(8)

            async def send(number: int) -> None:
                async with places:
                    await transport.send(an_email(number), before_dot=allow)

            sending = [asyncio.create_task(send(number)) for number in range(100)]
            async with asyncio.timeout(30):
                while len(quick.mails) < 96:
                    await settle()
            answers.set()
            await asyncio.gather(*sending)
    assert slow.dots == 4


async def test_after_a_relay_is_killed_in_mid_stream_the_next_mail_goes_through_the_other_within_2_s() -> None:
    """What it had in hand is lost before the dot, none of it is delivered, and its retry is no duplicate."""
    first, second = ScriptedServer(), ScriptedServer()
    reached = asyncio.Semaphore(0)

    async def hold(session: Session) -> None:
        reached.release()
        await stall(session)

    first.on("DATA", *[hold] * 3)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(second)
        async with first:
            transport = await stack.enter_async_context(over(plain(first), plain(second), timeouts=Timeouts()))
            sending = [asyncio.create_task(transport.send(an_email(number), before_dot=allow)) for number in range(3)]
            for _ in sending:
                await reached.acquire()
        async with asyncio.timeout(2):
            assert {type(outcome) for outcome in await asyncio.gather(*sending)} == {ConnectionLost}
            assert _relay_of(await transport.send(an_email(4), before_dot=allow)) == plain(second).name
    assert not first.mails
    assert len(second.mails) == 1
