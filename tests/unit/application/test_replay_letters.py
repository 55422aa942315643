"""What is replayed, what is refused, and what is left when a replay ends early."""

import asyncio

import pytest

from application.ports.hospital_store import REPLAY_LEASE_S
from application.ports.ledger import LedgerUnavailable
from application.ports.message_source import Message
from application.ports.task_publisher import PublishFailed
from application.use_cases.replay_letters import ReplayInterrupted
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from domain.outcome import InDoubt, Phase, Refused
from domain.replay import ReplayOutcome, ReplayPlan
from domain.reply import Reply
from tests.unit.application.bench import RELAY
from tests.unit.application.ward import EVERYTHING, Outbox, Ward, outcomes

REPLAYED, WAITING = LetterStatus.REPLAYED, LetterStatus.WAITING
REFUSED = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 unknown"), relay=RELAY)


async def test_of_two_replays_at_a_time_each_letter_is_published_by_one() -> None:
    ward, outbox = Ward(), Outbox()
    for number in range(8):
        await ward.admit(f"m-{number}")
    await asyncio.gather(ward.replay(outbox), ward.replay(outbox))
    assert sorted(message.key for message in outbox.messages) == [f"m-{number}" for number in range(8)]
    assert len(await ward.ids(REPLAYED)) == 8


async def test_who_comes_second_is_told_who_came_first() -> None:
    ward, outbox = Ward(), Outbox()
    await ward.admit("m-1")
    job = await ward.many(outbox).begin(EVERYTHING, by="bob@desk")
    await ward.replay(outbox, by="ada@desk")
    (second,) = await ward.resume(outbox, job, by="bob@desk")
    assert (second.outcome, second.last and str(second.last)) == (
        ReplayOutcome.NOT_WAITING,
        "replayed by ada@desk: replay 2",
    )
    assert len(outbox.messages) == 1


async def test_a_replay_that_dies_before_its_mark_is_repeated_and_the_worker_sends_once() -> None:
    ward = Ward(REFUSED)
    await ward.bench.deliver(Message(body=b"good", key="m-1"))
    await ward.admit("m-1")

    def die() -> None:
        ward.store.is_down = True

    died, repeated = Outbox(after=die), Outbox()
    with pytest.raises(LedgerUnavailable):
        await ward.replay(died)
    ward.store.is_down = False
    assert await ward.ids(LetterStatus.REPLAYING) == [1]
    assert await ward.replay(repeated) == []
    await ward.clock.advance(REPLAY_LEASE_S)
    assert outcomes(await ward.replay(repeated)) == {1: ReplayOutcome.REPLAYED}
    assert died.messages == repeated.messages
    dots_before = ward.bench.transport.dots
    for message in died.messages + repeated.messages:
        await ward.bench.deliver(message)
    assert ward.bench.transport.dots == dots_before + 1
    timeline = await ward.bench.ledger.timeline("m-1")
    assert timeline
    assert timeline.state == "sent"


@pytest.mark.parametrize("known_before", [True, False])
async def test_of_two_copies_of_one_replay_one_is_sent_even_if_it_ends_in_doubt_and_is_held(known_before: bool) -> None:
    """The replay died after its first copy; the second went out while the first was still under way."""
    outcomes_to_come = [REFUSED, InDoubt(relay=RELAY)] if known_before else [InDoubt(relay=RELAY)]
    ward, outbox = Ward(*outcomes_to_come, policy=InDoubtPolicy.HOLD), Outbox()
    if known_before:
        await ward.bench.deliver(Message(body=b"good", key="m-1"))
    await ward.admit("m-1")
    await ward.replay(outbox)
    await ward.store.move([1], source=REPLAYED, target=WAITING)
    await ward.replay(outbox)
    dots_before = ward.bench.transport.dots
    for message in outbox.messages:
        await ward.bench.deliver(message)
    assert (len(outbox.messages), ward.bench.transport.dots) == (2, dots_before + 1)
    timeline = await ward.bench.ledger.timeline("m-1")
    assert timeline
    assert (timeline.state, str(timeline.failure and timeline.failure.reason)) == ("failed", "in_doubt")


async def test_without_a_confirm_the_letter_waits_again_and_the_rest_is_told() -> None:
    ward = Ward()
    for number in range(3):
        await ward.admit(f"m-{number}")
    failures = [None, PublishFailed("away")]

    def fail_second() -> None:
        if failure := failures.pop(0):
            raise failure

    with pytest.raises(ReplayInterrupted) as interrupted:
        await ward.replay(Outbox(after=fail_second))
    assert (interrupted.value.cause, interrupted.value.left) == ("away", 2)
    assert await ward.ids(REPLAYED) == [1]
    assert await ward.ids(WAITING) == [2, 3]


async def test_a_stop_lets_the_letter_in_hand_be_marked_and_leaves_the_others() -> None:
    ward = Ward()
    for number in range(3):
        await ward.admit(f"m-{number}")
    outbox = Outbox(after=ward.stop.set)
    with pytest.raises(ReplayInterrupted) as interrupted:
        await ward.replay(outbox)
    assert interrupted.value.left == 2
    assert (await ward.ids(REPLAYED), await ward.ids(WAITING)) == ([1], [2, 3])


async def refusing_ward() -> Ward:
    ward = Ward()
    await ward.bench.deliver(Message(body=b"good", key="sent"))
    await ward.admit("sent")
    await ward.admit("doubt", FailureKind.IN_DOUBT)
    await ward.admit("damaged", FailureKind.BAD_WIRE, body=b"damaged")
    await ward.admit("reused", FailureKind.KEY_REUSED)
    await ward.admit("good")
    return ward


async def test_what_was_sent_may_have_arrived_or_would_come_back_is_refused_and_waits() -> None:
    ward, outbox = await refusing_ward(), Outbox()
    replays = await ward.replay(outbox)
    assert outcomes(replays) == {
        1: ReplayOutcome.ALREADY_SENT,
        2: ReplayOutcome.IN_DOUBT,
        3: ReplayOutcome.WOULD_RETURN,
        4: ReplayOutcome.WOULD_RETURN,
        5: ReplayOutcome.REPLAYED,
    }
    assert replays[0].reply == Reply(code=250, text="2.0.0 ok")
    assert [message.key for message in outbox.messages] == ["good"]
    assert await ward.ids(WAITING) == [1, 2, 3, 4]


async def test_named_by_id_what_would_come_back_is_replayed() -> None:
    ward, outbox = await refusing_ward(), Outbox()
    replays = await ward.replay(outbox, LetterFilter(ids=(3, 4)), ReplayPlan(even_if_it_returns=True))
    assert set(outcomes(replays).values()) == {ReplayOutcome.REPLAYED}
    published = [(message.key, message.body) for message in outbox.messages]
    assert published == [("damaged", b"damaged"), ("reused", b"good")]


@pytest.mark.parametrize("send_again", [False, True])
@pytest.mark.parametrize("wanted", [EVERYTHING, LetterFilter(ids=(2, 3, 5)), LetterFilter(key="good")])
async def test_a_dry_run_tells_what_the_command_then_does_and_touches_nothing(
    wanted: LetterFilter, send_again: bool
) -> None:
    ward, outbox = await refusing_ward(), Outbox()
    plan = ReplayPlan(send_again=send_again)
    told = await ward.preview(wanted, plan)
    assert (await ward.ids(WAITING), await ward.jobs.jobs(limit=1)) == ([1, 2, 3, 4, 5], [])
    assert outcomes(await ward.replay(outbox, wanted, plan)) == outcomes(told)
    assert len(outbox.messages) == sum(each.is_on_its_way for each in told)
