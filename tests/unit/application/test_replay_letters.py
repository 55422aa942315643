"""What is replayed, what is refused, and what is left when a replay ends early."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from adapters.memory.hospital_store import InMemoryHospitalStore
from application.ports.hospital_store import REPLAY_LEASE_S
from application.ports.ledger import LedgerUnavailable
from application.ports.letter_publisher import LetterPublisher
from application.ports.message_source import Message
from application.ports.task_publisher import PublishFailed
from application.use_cases.replay_letters import Replay, ReplayInterrupted, ReplayLetters, ReplayOutcome
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import FailedMail, Letter, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter
from domain.outcome import DeliveryOutcome, InDoubt, Phase, Refused
from domain.reply import Reply
from tests.doubles.codec import NamedTasks
from tests.unit.application.bench import GOOD, RELAY, Bench

REPLAYED, WAITING = LetterStatus.REPLAYED, LetterStatus.WAITING
EVERYTHING = LetterFilter()
REFUSED = Refused(phase=Phase.RCPT, reply=Reply(code=550, text="5.1.1 unknown"), relay=RELAY)


class Outbox(LetterPublisher):
    """Keeps what was published as the worker gets it; `after` runs before the confirm."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        self.messages: list[Message] = []
        self._after = after

    async def publish(self, letter: Letter, contents: LetterContents, *, at: datetime, revives: str) -> None:
        await asyncio.sleep(0)
        self._after()
        self.messages.append(Message(body=contents.body, key=letter.key, revives=revives))

    async def close(self) -> None:
        """Nothing is open."""


class Ward:
    """A store, and a worker whose ledger it asks."""

    def __init__(self, *outcomes: DeliveryOutcome, policy: InDoubtPolicy = InDoubtPolicy.RESEND) -> None:
        self.bench = Bench(*outcomes, in_doubt=policy)
        self.clock = self.bench.clock
        self.store = InMemoryHospitalStore(clock=self.clock)
        self.stop = asyncio.Event()

    async def admit(self, key: str, kind: FailureKind = FailureKind.REFUSED_PERMANENTLY, body: bytes = b"good") -> None:
        await self.store.admit(FailedMail(key=key, body=body, properties='{"headers":{}}', reason=FailureReason(kind)))

    async def replay(
        self,
        outbox: Outbox,
        wanted: LetterFilter = EVERYTHING,
        *,
        in_doubt: bool = False,
        dry_run: bool = False,
        per_s: int | None = None,
    ) -> list[Replay]:
        replay = ReplayLetters(
            store=self.store, ledger=self.bench.ledger, codec=NamedTasks(good=GOOD), publisher=outbox, clock=self.clock
        )
        replays = replay(wanted, stop=self.stop, in_doubt=in_doubt, per_s=per_s, dry_run=dry_run)
        return [each async for each in replays]

    async def ids(self, status: LetterStatus) -> list[int]:
        return list(await self.store.ids(LetterFilter(status=status)))


def outcomes(replays: list[Replay]) -> dict[int, ReplayOutcome]:
    return {each.id: each.outcome for each in replays}


async def test_of_two_replays_at_a_time_each_letter_is_published_by_one() -> None:
    ward, outbox = Ward(), Outbox()
    for number in range(8):
        await ward.admit(f"m-{number}")
    await asyncio.gather(ward.replay(outbox), ward.replay(outbox))
    assert sorted(message.key for message in outbox.messages) == [f"m-{number}" for number in range(8)]
    assert len(await ward.ids(REPLAYED)) == 8


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


async def test_named_by_id_what_would_come_back_is_replayed_and_in_doubt_when_asked_for() -> None:
    ward, outbox = await refusing_ward(), Outbox()
    named = LetterFilter(ids=(1, 2, 3, 4))
    replayed = outcomes(await ward.replay(outbox, named, in_doubt=True))
    assert replayed.pop(1) is ReplayOutcome.ALREADY_SENT
    assert set(replayed.values()) == {ReplayOutcome.REPLAYED}
    assert [(message.key, message.body) for message in outbox.messages] == [
        ("doubt", b"good"),
        ("damaged", b"damaged"),
        ("reused", b"good"),
    ]


@pytest.mark.parametrize("in_doubt", [False, True])
@pytest.mark.parametrize("wanted", [EVERYTHING, LetterFilter(ids=(2, 3, 5)), LetterFilter(key="good")])
async def test_a_dry_run_tells_what_the_command_then_does_and_touches_nothing(
    wanted: LetterFilter, in_doubt: bool
) -> None:
    ward, outbox = await refusing_ward(), Outbox()
    told = await ward.replay(outbox, wanted, in_doubt=in_doubt, dry_run=True)
    assert (outbox.messages, await ward.ids(WAITING)) == ([], [1, 2, 3, 4, 5])
    assert await ward.replay(outbox, wanted, in_doubt=in_doubt) == told
    assert await ward.ids(REPLAYED) == [each.id for each in told if each.outcome is ReplayOutcome.REPLAYED]


async def test_a_rate_paces_what_is_published() -> None:
    ward, outbox = Ward(), Outbox()
    for number in range(3):
        await ward.admit(f"m-{number}")
    replaying = asyncio.create_task(ward.replay(outbox, per_s=4))
    for published in (1, 2, 3):
        await ward.clock.advance(0)
        assert len(outbox.messages) == published
        await ward.clock.advance(0.25)
    assert len(await replaying) == 3
