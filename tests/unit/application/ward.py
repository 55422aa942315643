"""A hospital's store, and a worker whose ledger it asks: what replays are tried on."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import datetime

from adapters.memory.hospital_store import InMemoryHospitalStore
from adapters.memory.replay_jobs import InMemoryReplayJobs
from application.ports.letter_publisher import LetterPublisher
from application.ports.message_source import Message
from application.use_cases.follow_replays import FollowReplays
from application.use_cases.mark_sent import MarkSent
from application.use_cases.read_letter import ReadLetter
from application.use_cases.replay_letter import ReplayLetter
from application.use_cases.replay_letters import ReplayLetters
from domain.email_job import InDoubtPolicy
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import FailedMail, Letter, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter
from domain.outcome import DeliveryOutcome
from domain.replay import Replay, ReplayOutcome, ReplayPlan
from tests.doubles.addresses import SplitAtSign
from tests.doubles.codec import NamedTasks
from tests.unit.application.bench import GOOD, Bench

EVERYTHING = LetterFilter()
NO_PLAN = ReplayPlan()


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
    """Admits letters, and replays them for one operator after the other."""

    def __init__(self, *outcomes: DeliveryOutcome, policy: InDoubtPolicy = InDoubtPolicy.RESEND) -> None:
        self.bench = Bench(*outcomes, in_doubt=policy)
        self.clock = self.bench.clock
        self.store = InMemoryHospitalStore(clock=self.clock)
        self.jobs = InMemoryReplayJobs(clock=self.clock)
        self.follow = FollowReplays(store=self.store, jobs=self.jobs, ledger=self.bench.ledger)
        self.stop = asyncio.Event()
        self._fresh = itertools.count(1)

    async def admit(self, key: str, kind: FailureKind = FailureKind.REFUSED_PERMANENTLY, body: bytes = b"good") -> None:
        await self.store.admit(FailedMail(key=key, body=body, properties='{"headers":{}}', reason=FailureReason(kind)))

    def one(self, outbox: Outbox) -> ReplayLetter:
        codec = NamedTasks(good=GOOD)
        return ReplayLetter(
            store=self.store,
            jobs=self.jobs,
            ledger=self.bench.ledger,
            read=ReadLetter(codec=codec, addresses=SplitAtSign(), ledger=self.bench.ledger),
            publisher=outbox,
            clock=self.clock,
            fresh_key=lambda: f"fresh-{next(self._fresh)}",
        )

    def many(self, outbox: Outbox) -> ReplayLetters:
        return ReplayLetters(
            store=self.store, jobs=self.jobs, replay=self.one(outbox), follow=self.follow, clock=self.clock
        )

    def marker(self) -> MarkSent:
        return MarkSent(store=self.store, replay=self.one(Outbox()))

    async def replay(
        self, outbox: Outbox, wanted: LetterFilter = EVERYTHING, plan: ReplayPlan = NO_PLAN, *, by: str = "ada@desk"
    ) -> list[Replay]:
        job = await self.many(outbox).begin(wanted, by=by)
        return await self.resume(outbox, job, plan, by=by)

    async def resume(
        self, outbox: Outbox, job: int, plan: ReplayPlan = NO_PLAN, *, by: str = "ada@desk"
    ) -> list[Replay]:
        return [each async for each in self.many(outbox).run(job, plan, by=by, stop=self.stop)]

    async def preview(self, wanted: LetterFilter, plan: ReplayPlan) -> list[Replay]:
        return [each async for each in self.many(Outbox()).preview(wanted, plan)]

    async def ids(self, status: LetterStatus) -> list[int]:
        return list(await self.store.ids(LetterFilter(status=status)))


def outcomes(replays: list[Replay]) -> dict[int, ReplayOutcome]:
    """What was done, by letter."""
    return {each.id: each.outcome for each in replays}
