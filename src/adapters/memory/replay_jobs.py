"""The memory of replays in memory: for the unit tests, and for the demo."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from application.ports.clock import Clock
from application.ports.ledger import LedgerUnavailable
from application.ports.replay_jobs import ReplayJobs
from domain.replay import Replay, ReplayEnd, ReplayJob


@dataclass(slots=True, kw_only=True)
class _Job:
    by: str
    begun_at: datetime
    noted: dict[int, Replay | None] = field(default_factory=dict)
    end: ReplayEnd | None = None


class InMemoryReplayJobs(ReplayJobs):
    """While it `is_down` it is unavailable."""

    def __init__(self, *, clock: Clock) -> None:
        self.is_down = False
        self._clock = clock
        self._jobs: list[_Job] = []

    async def begin(self, ids: Sequence[int], *, by: str) -> int:
        self._require()
        self._jobs.append(_Job(by=by, begun_at=self._clock.now(), noted=dict.fromkeys(ids)))
        return len(self._jobs)

    async def note(self, job: int, replay: Replay) -> None:
        self._require()
        self._jobs[job - 1].noted[replay.id] = replay

    async def end(self, job: int, how: ReplayEnd | None) -> None:
        self._require()
        self._jobs[job - 1].end = how

    async def left(self, job: int) -> Sequence[int]:
        self._require()
        return sorted(number for number, replay in self._find(job).items() if replay is None)

    async def on_their_way(self, job: int) -> Sequence[Replay]:
        self._require()
        noted = self._find(job)
        replays = (noted[number] for number in sorted(noted))
        return [replay for replay in replays if replay and replay.is_on_its_way]

    async def jobs(self, *, limit: int) -> Sequence[ReplayJob]:
        self._require()
        numbered = list(enumerate(self._jobs, start=1))
        return [
            ReplayJob(
                id=number,
                by=job.by,
                begun_at=job.begun_at,
                letters=len(job.noted),
                left=sum(replay is None for replay in job.noted.values()),
                end=job.end,
            )
            for number, job in reversed(numbered[-limit:])
        ]

    def _find(self, job: int) -> dict[int, Replay | None]:
        return self._jobs[job - 1].noted if 0 < job <= len(self._jobs) else {}

    def _require(self) -> None:
        if self.is_down:
            raise LedgerUnavailable("switched off")
