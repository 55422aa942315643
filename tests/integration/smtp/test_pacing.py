"""Mails leave at the pace that is set, and slower where a relay complains."""

import asyncio

import pytest

from domain.breaker import THRESHOLD
from domain.outcome import Accepted, RelayUnavailable
from domain.rate_limit import RateLimit, RateLimits
from domain.worker_events import RelayDown, RelaySlowed
from tests.contracts.email_transport import allow, an_email
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.integration.rabbitmq.waiting import until
from tests.integration.smtp.conftest import over, plain
from tests.integration.smtp.scripted_server import ScriptedServer, say

QUOTA = RateLimits(limits=(RateLimit.parse("2/h"),))


async def test_mails_wait_for_their_turns(clock: ManualClock) -> None:
    limits = RateLimits(limits=(RateLimit.parse("10/s"),))
    async with ScriptedServer() as server, over(plain(server), clock=clock, limits=limits) as transport:
        sending = [asyncio.create_task(transport.send(an_email(number), before_dot=allow)) for number in range(3)]
        await until(lambda: len(server.mails) == 1 and sum(wait_s < 1 for wait_s in clock.slept) == 2, within_s=5)
        await clock.advance(0.11)
        await until(lambda: len(server.mails) == 2, within_s=5)
        await clock.advance(1)
        assert all(isinstance(outcome, Accepted) for outcome in await asyncio.gather(*sending))


async def test_where_a_quota_is_used_up_the_next_relay_is_taken_and_no_failure_is_counted(
    clock: ManualClock, observer: RecordingObserver
) -> None:
    async with (
        ScriptedServer() as first,
        ScriptedServer() as second,
        over(plain(first), plain(second), clock=clock, observer=observer, limits=QUOTA) as transport,
    ):
        for number in range(4):
            assert isinstance(await transport.send(an_email(number), before_dot=allow), Accepted)
        assert (len(first.mails), len(second.mails)) == (2, 2)
        for number in range(2 * THRESHOLD):
            outcome = await transport.send(an_email(number), before_dot=allow)
            assert isinstance(outcome, RelayUnavailable)
            assert outcome.cause == "rate_limit"
        was_available = transport.is_available
        assert transport.availability == {plain(first).name: True, plain(second).name: True}
        assert observer.of(RelayDown) == []
        await clock.advance(3661)
        assert (was_available, transport.is_available) == (False, True)
        assert isinstance(await transport.send(an_email(), before_dot=allow), Accepted)


@pytest.mark.parametrize("reply", ["451 4.7.0 too many messages, slow down", "450 4.2.1 sending rate exceeded"])
async def test_after_a_complaint_mails_are_spread_and_the_relay_is_told_of(
    clock: ManualClock, observer: RecordingObserver, reply: str
) -> None:
    server = ScriptedServer().on("RCPT", *[say("250 ok")] * 4, say(reply))
    async with server, over(plain(server), clock=clock, observer=observer) as transport:
        for number in range(4):
            assert isinstance(await transport.send(an_email(number), before_dot=allow), Accepted)
            await clock.advance(0.5)
        await transport.send(an_email(), before_dot=allow)
        slowed = observer.only(RelaySlowed)
        assert (slowed.relay, slowed.reply_code) == (plain(server).name, int(reply[:3]))
        sending = [asyncio.create_task(transport.send(an_email(number), before_dot=allow)) for number in range(2)]
        await until(lambda: len(server.mails) == 5, within_s=5)
        await clock.advance(10)
        assert all(isinstance(outcome, Accepted) for outcome in await asyncio.gather(*sending))
