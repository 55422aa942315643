"""Replays letters as a job: those that wait when it begins, a few first if so wished, paced, and ended or continued."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from application.ports.clock import Clock
from application.ports.hospital_store import HospitalStore
from application.ports.replay_jobs import ReplayJobs
from application.ports.task_publisher import PublishFailed
from application.use_cases.follow_replays import FollowReplays
from application.use_cases.replay_letter import ReplayLetter
from domain.letter_filter import LetterFilter
from domain.replay import Fate, Replay, ReplayEnd, ReplayPlan

# So much of a delay is made up for afterwards, so that a rate is held over time.
_CATCH_UP_S = 1.0
_LOOK_EVERY_S = 1.0
# Of fewer results no share is worth acting on.
_FEW = 10


class ReplayInterrupted(Exception):
    """The rest, `left` letters, is as it was; `cause` is one line for an operator, without secrets."""

    def __init__(self, cause: str, *, left: int, end: ReplayEnd = ReplayEnd.INTERRUPTED) -> None:
        super().__init__(cause)
        self.cause = cause
        self.left = left
        self.end = end


class ReplayLetters:
    """Each job has its letters from the beginning: what arrives later is not touched."""

    def __init__(
        self, *, store: HospitalStore, jobs: ReplayJobs, replay: ReplayLetter, follow: FollowReplays, clock: Clock
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._replay = replay
        self._follow = follow
        self._clock = clock

    async def preview(self, wanted: LetterFilter, plan: ReplayPlan) -> AsyncIterator[Replay]:
        """Tell what a job of this filter would do now, and touch nothing; raises LedgerUnavailable."""
        for letter_id in await self._store.replayable(wanted):
            yield await self._replay.judge(letter_id, plan)

    async def begin(self, wanted: LetterFilter, *, by: str) -> int:
        """Choose the letters of a job: what waits of a filter now. Raises LedgerUnavailable."""
        return await self._jobs.begin(await self._store.replayable(wanted), by=by)

    async def run(self, job: int, plan: ReplayPlan, *, by: str, stop: asyncio.Event) -> AsyncIterator[Replay]:
        """Replay what is left of a job, and tell each letter as soon as it is settled.

        Raises ReplayInterrupted (no confirm, too many that come back, or `stop`) and LedgerUnavailable.
        """
        ids = await self._jobs.left(job)
        await self._jobs.end(job, None)
        run = _Run(plan=plan, follow=self._follow, clock=self._clock, stop=stop)
        end = ReplayEnd.INTERRUPTED
        try:
            for place, letter_id in enumerate(ids):
                left = len(ids) - place
                await run.may_go_on(left=left)
                try:
                    replay = await self._replay(letter_id, plan, job=job, by=by)
                except PublishFailed as failed:
                    raise ReplayInterrupted(failed.cause, left=left) from failed
                yield replay
                await run.has_sent(replay)
            end = ReplayEnd.FINISHED
        except ReplayInterrupted as interrupted:
            end = interrupted.end
            raise
        finally:
            await self._replay.close()
            await self._jobs.end(job, end)


class _Run:
    def __init__(self, *, plan: ReplayPlan, follow: FollowReplays, clock: Clock, stop: asyncio.Event) -> None:
        self._plan = plan
        self._follow = follow
        self._clock = clock
        self._stop = stop
        self._sent = 0
        self._undecided: list[Replay] = []
        self._fates: Counter[Fate] = Counter()
        self._next_s = self._looked_s = clock.monotonic_s()

    async def may_go_on(self, *, left: int) -> None:
        """Wait for the canary's outcome where it is due, and raise ReplayInterrupted where to end."""
        if self._plan.canary and self._sent == self._plan.canary:
            await self._look()
            while self._undecided and not self._stop.is_set():
                await self._pause(_LOOK_EVERY_S)
                await self._look()
            self._sent += 1  # Not a second time.
            self._judge(left=left, at_least=1)
        elif self._plan.stop_if_failing is not None and self._clock.monotonic_s() - self._looked_s >= _LOOK_EVERY_S:
            await self._look()
            self._judge(left=left, at_least=_FEW)
        if self._stop.is_set():
            raise ReplayInterrupted("stopped", left=left, end=ReplayEnd.STOPPED)

    async def has_sent(self, replay: Replay) -> None:
        """Wait as long as the rate says."""
        if not replay.is_on_its_way:
            return
        self._sent += 1
        self._undecided.append(replay)
        if self._plan.per_s:
            now_s = self._clock.monotonic_s()
            self._next_s = max(self._next_s + 1 / self._plan.per_s, now_s - _CATCH_UP_S)
            await self._pause(self._next_s - now_s)

    async def _look(self) -> None:
        fates = await self._follow.fates(self._undecided)
        self._undecided = [each for each in self._undecided if fates[each.id] is Fate.UNDER_WAY]
        self._fates.update(fate for fate in fates.values() if fate is not Fate.UNDER_WAY)
        self._looked_s = self._clock.monotonic_s()

    def _judge(self, *, left: int, at_least: int) -> None:
        returned, decided = self._fates[Fate.RETURNED], self._fates.total()
        if decided >= at_least and returned > (self._plan.stop_if_failing or 0) * decided:
            cause = f"{returned} of the first {decided} came back"
            raise ReplayInterrupted(cause, left=left, end=ReplayEnd.FAILING)

    async def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        pausing = asyncio.ensure_future(self._clock.sleep(seconds))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({pausing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (pausing, stopping):
                task.cancel()
            await asyncio.gather(pausing, stopping, return_exceptions=True)
