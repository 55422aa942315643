"""A replay is a job: a canary first, paced, ended where too much comes back, continued where it was left."""

import asyncio

import pytest

from application.use_cases.replay_letters import ReplayInterrupted
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from domain.outcome import DeliveryOutcome, Phase, Refused
from domain.replay import Fate, ReplayEnd, ReplayPlan
from domain.reply import Reply
from tests.unit.application.bench import ACCEPTED, RELAY
from tests.unit.application.ward import EVERYTHING, Outbox, Ward

REFUSED = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 unknown"), relay=RELAY)


async def full_ward(letters: int, *results: DeliveryOutcome) -> Ward:
    ward = Ward(*results)
    for number in range(letters):
        await ward.admit(f"m-{number}")
    return ward


async def deliver(ward: Ward, outbox: Outbox) -> None:
    """Let the worker have what was published since the last time."""
    while outbox.messages:
        await ward.bench.deliver(outbox.messages.pop(0))


async def end_of(ward: Ward, job: int = 1) -> tuple[int, ReplayEnd | None]:
    told = next(each for each in await ward.jobs.jobs(limit=99) if each.id == job)
    return told.left, told.end


async def test_what_arrives_later_is_not_touched() -> None:
    ward, outbox = await full_ward(2), Outbox()
    job = await ward.many(outbox).begin(EVERYTHING, by="ada@desk")
    await ward.admit("late")
    assert len(await ward.resume(outbox, job)) == 2
    assert await ward.ids(LetterStatus.WAITING) == [3]
    assert await end_of(ward) == (0, ReplayEnd.FINISHED)


async def test_the_others_follow_once_the_canary_was_sent() -> None:
    ward, outbox = await full_ward(5), Outbox()
    replaying = asyncio.create_task(ward.replay(outbox, plan=ReplayPlan(canary=2)))
    await ward.clock.advance(60)
    assert len(outbox.messages) == 2
    await deliver(ward, outbox)
    await ward.clock.advance(1)
    assert len(await replaying) == 5


async def test_a_canary_that_comes_back_ends_the_job_and_leaves_the_others() -> None:
    ward, outbox = await full_ward(5, ACCEPTED, REFUSED), Outbox()
    replaying = asyncio.create_task(ward.replay(outbox, plan=ReplayPlan(canary=2)))
    await ward.clock.advance(0)
    await deliver(ward, outbox)
    await ward.clock.advance(1)
    with pytest.raises(ReplayInterrupted) as interrupted:
        await replaying
    assert (interrupted.value.cause, interrupted.value.left) == ("1 of the first 2 came back", 3)
    assert await ward.ids(LetterStatus.WAITING) == [3, 4, 5]
    assert await end_of(ward) == (3, ReplayEnd.FAILING)


async def test_a_stop_ends_the_wait_for_the_canary() -> None:
    ward, outbox = await full_ward(5), Outbox()
    replaying = asyncio.create_task(ward.replay(outbox, plan=ReplayPlan(canary=2)))
    await ward.clock.advance(3)
    ward.stop.set()
    with pytest.raises(ReplayInterrupted):
        await replaying
    assert await end_of(ward) == (3, ReplayEnd.STOPPED)


@pytest.mark.parametrize(("share", "sent"), [(0.2, 10), (0.5, 30)])
async def test_it_stops_where_more_than_the_share_comes_back(share: float, sent: int) -> None:
    results: list[DeliveryOutcome] = [REFUSED, ACCEPTED, ACCEPTED]
    ward, outbox = await full_ward(30, *results * 10), Outbox()
    published = 0

    async def work() -> None:
        nonlocal published
        while True:
            published += len(outbox.messages)
            await deliver(ward, outbox)
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    replaying = asyncio.create_task(ward.replay(outbox, plan=ReplayPlan(per_s=1, stop_if_failing=share)))
    await ward.clock.advance(40)
    working.cancel()
    await asyncio.gather(replaying, return_exceptions=True)
    assert published == sent
    assert await end_of(ward) == (30 - sent, ReplayEnd.FAILING if sent < 30 else ReplayEnd.FINISHED)


async def test_a_rate_is_held_over_time_whatever_a_letter_takes() -> None:
    ward = await full_ward(200)
    slow = iter([0.0] * 10 + [0.4] + [0.0] * 500)

    class SlowOnce(Outbox):
        async def publish(self, *arguments: object, **named: object) -> None:
            if pause_s := next(slow):
                await ward.clock.sleep(pause_s)
            await super().publish(*arguments, **named)  # type: ignore[arg-type]

    outbox = SlowOnce()
    replaying = asyncio.create_task(ward.replay(outbox, plan=ReplayPlan(per_s=50)))
    for second in (1, 2, 3, 4):
        for _ in range(20):
            await ward.clock.advance(0.05)
        assert abs(len(outbox.messages) - 50 * second) <= 2
    await ward.clock.advance(1)
    assert len(await replaying) == 200


async def test_a_job_that_was_stopped_goes_on_with_what_it_had_left() -> None:
    ward = await full_ward(4)
    outbox = Outbox(after=ward.stop.set)
    with pytest.raises(ReplayInterrupted):
        await ward.replay(outbox)
    ward.stop.clear()
    await ward.admit("late")
    rest = Outbox()
    assert [each.id for each in await ward.resume(rest, 1)] == [2, 3, 4]
    assert [message.key for message in outbox.messages + rest.messages] == ["m-0", "m-1", "m-2", "m-3"]
    assert await ward.ids(LetterStatus.WAITING) == [5]


async def test_a_job_that_died_over_a_letter_takes_it_up_at_once() -> None:
    ward = await full_ward(2)
    died, rest = Outbox(after=lambda: setattr(ward.store, "is_down", True)), Outbox()
    with pytest.raises(Exception, match="switched off"):
        await ward.replay(died)
    ward.store.is_down = False
    assert await ward.ids(LetterStatus.REPLAYING) == [1]
    assert [each.id for each in await ward.resume(rest, 1)] == [1, 2]
    for message in died.messages + rest.messages:
        await ward.bench.deliver(message)
    assert ward.bench.transport.dots == 2


async def test_the_status_tells_what_was_sent_came_back_and_is_under_way() -> None:
    ward, outbox = await full_ward(4, ACCEPTED, REFUSED), Outbox()
    await ward.replay(outbox, LetterFilter(ids=(1, 2, 3)))
    outbox.messages.pop()
    await deliver(ward, outbox)
    (status,) = await ward.follow.latest(limit=9)
    assert (status.job.letters, status.job.left, status.job.by) == (3, 0, "ada@desk")
    assert status.fates == {Fate.SENT: 1, Fate.RETURNED: 1, Fate.UNDER_WAY: 1}
