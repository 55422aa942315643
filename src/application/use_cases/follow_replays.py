"""What became of mails that were replayed, as ledger and hospital know it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.ports.hospital_store import HospitalStore
from application.ports.ledger import Ledger, Timeline
from application.ports.replay_jobs import ReplayJobs
from domain.letter import Letter, LetterStatus
from domain.letter_filter import LetterFilter
from domain.replay import Fate, Replay, ReplayJob

_AT_ONCE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayStatus:
    """A job with the fates of what it has sent."""

    job: ReplayJob
    fates: Mapping[Fate, int]


class FollowReplays:
    """Raises LedgerUnavailable."""

    def __init__(self, *, store: HospitalStore, jobs: ReplayJobs, ledger: Ledger) -> None:
        self._store = store
        self._jobs = jobs
        self._ledger = ledger

    async def latest(self, *, limit: int) -> Sequence[ReplayStatus]:
        """Follow the newest jobs, the newest first."""
        return [await self._status(job) for job in await self._jobs.jobs(limit=limit)]

    async def fates(self, replays: Sequence[Replay]) -> Mapping[int, Fate]:
        """Find what became of letters, by their numbers."""
        found: dict[int, Fate] = {}
        for start in range(0, len(replays), _AT_ONCE):
            some = replays[start : start + _AT_ONCE]
            by_id = {each.sent_as or each.id: each for each in some}
            letters = await self._store.page(LetterFilter(ids=tuple(by_id)), limit=len(by_id))
            timelines = await asyncio.gather(*(self._ledger.timeline(letter.key) for letter in letters))
            for letter, timeline in zip(letters, timelines, strict=True):
                replay = by_id[letter.id]
                found[replay.id] = _fate(letter, timeline, replay.revives)
        return found

    async def _status(self, job: ReplayJob) -> ReplayStatus:
        fates = await self.fates(await self._jobs.on_their_way(job.id))
        counts = Counter(fates.values())
        return ReplayStatus(job=job, fates={fate: counts[fate] for fate in Fate})


def _fate(letter: Letter, timeline: Timeline | None, revived: str) -> Fate:
    if timeline and timeline.state == "sent":
        return Fate.SENT
    has_failed_again = bool(timeline and timeline.failure and timeline.failed_claim != revived)
    return Fate.RETURNED if has_failed_again or letter.status is LetterStatus.WAITING else Fate.UNDER_WAY
