"""The memory of replays on SQLite or PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import Row, and_, func, insert, select, update

from adapters.database.ledger import DatabaseLedger
from adapters.database.letter_rows import time_of
from adapters.database.operations import Operations
from adapters.database.rows import fit
from adapters.database.tables import replay, replay_letter
from adapters.database.writer import LAST
from application.ports.replay_jobs import ReplayJobs
from domain.replay import Replay, ReplayEnd, ReplayJob, ReplayOutcome

_ON_THEIR_WAY = [str(ReplayOutcome.REPLAYED), str(ReplayOutcome.SENT_AGAIN)]


class DatabaseReplayJobs(ReplayJobs):
    """Shares the ledger's connection and thread, as the hospital's store does."""

    def __init__(self, *, ledger: DatabaseLedger) -> None:
        self._writer = ledger.writer

    async def begin(self, ids: Sequence[int], *, by: str) -> int:
        return await self._writer.submit(lambda on: _begin(on, ids, by), order=LAST)

    async def note(self, job: int, replay: Replay) -> None:
        await self._writer.submit(lambda on: _note(on, job, replay), order=LAST)

    async def end(self, job: int, how: ReplayEnd | None) -> None:
        await self._writer.submit(lambda on: _end(on, job, how), order=LAST)

    async def left(self, job: int) -> Sequence[int]:
        return await self._writer.submit(lambda on: _left(on, job), order=LAST)

    async def on_their_way(self, job: int) -> Sequence[Replay]:
        return await self._writer.submit(lambda on: _on_their_way(on, job), order=LAST)

    async def jobs(self, *, limit: int) -> Sequence[ReplayJob]:
        return await self._writer.submit(lambda on: _jobs(on, limit), order=LAST)


def _begin(on: Operations, ids: Sequence[int], by: str) -> int:
    values = {"by": fit(by), "begun_at_s": on.now_s}
    number: int = on.connection.execute(insert(replay).values(values).returning(replay.c.id)).scalar_one()
    if ids:
        rows = [{"replay_id": number, "letter_id": each, "revives": ""} for each in ids]
        on.connection.execute(insert(replay_letter), rows)
    return number


def _note(on: Operations, job: int, replay: Replay) -> None:
    change = (
        update(replay_letter)
        .where(replay_letter.c.replay_id == job, replay_letter.c.letter_id == replay.id)
        .values(outcome=str(replay.outcome), revives=replay.revives, sent_as=replay.sent_as)
    )
    on.connection.execute(change)


def _end(on: Operations, job: int, how: ReplayEnd | None) -> None:
    on.connection.execute(update(replay).where(replay.c.id == job).values(ended=str(how) if how else None))


def _left(on: Operations, job: int) -> list[int]:
    is_left = and_(replay_letter.c.replay_id == job, replay_letter.c.outcome.is_(None))
    return list(on.connection.scalars(select(replay_letter.c.letter_id).where(is_left).order_by("letter_id")))


def _on_their_way(on: Operations, job: int) -> list[Replay]:
    is_sent = and_(replay_letter.c.replay_id == job, replay_letter.c.outcome.in_(_ON_THEIR_WAY))
    rows = on.connection.execute(select(replay_letter).where(is_sent).order_by("letter_id"))
    return [
        Replay(id=row.letter_id, outcome=ReplayOutcome(row.outcome), revives=row.revives, sent_as=row.sent_as)
        for row in rows
    ]


def _jobs(on: Operations, limit: int) -> list[ReplayJob]:
    counted = (
        select(
            replay,
            func.count(replay_letter.c.letter_id).label("letters"),
            func.count(replay_letter.c.outcome).label("done"),
        )
        .outerjoin(replay_letter, replay_letter.c.replay_id == replay.c.id)
        .group_by(*replay.c)
        .order_by(replay.c.id.desc())
        .limit(limit)
    )
    return [_job(row) for row in on.connection.execute(counted)]


def _job(row: Row[tuple[object, ...]]) -> ReplayJob:
    return ReplayJob(
        id=row.id,
        by=row.by,
        begun_at=time_of(row.begun_at_s),
        letters=row.letters,
        left=row.letters - row.done,
        end=ReplayEnd(row.ended) if row.ended else None,
    )
