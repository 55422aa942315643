"""What every memory of replays does."""

from application.ports.hospital_store import HospitalStore
from application.ports.replay_jobs import ReplayJobs
from domain.replay import Replay, ReplayEnd, ReplayOutcome
from tests.contracts.hospital_store import a_mail
from tests.doubles.clock import START, ManualClock

SENT = Replay(id=2, outcome=ReplayOutcome.REPLAYED, revives="0123456789abcdef" * 2)
SENT_AGAIN = Replay(id=1, outcome=ReplayOutcome.SENT_AGAIN, sent_as=9)


class ReplayJobsContract:
    """Subclass with the fixtures `store`, `jobs` and `clock`, the clock by which both date."""

    async def test_a_job_keeps_its_letters_and_what_was_done_with_each(
        self, store: HospitalStore, jobs: ReplayJobs, clock: ManualClock
    ) -> None:
        for number in (1, 2, 3, 4):
            await store.admit(a_mail(number))
        job = await jobs.begin([1, 2, 3], by="ada@desk")
        await jobs.note(job, SENT)
        await jobs.note(job, SENT_AGAIN)
        assert list(await jobs.left(job)) == [3]
        assert list(await jobs.on_their_way(job)) == [SENT_AGAIN, SENT]
        (told,) = await jobs.jobs(limit=9)
        assert (told.id, told.by, told.begun_at, told.letters, told.left, told.end) == (
            job,
            "ada@desk",
            START,
            3,
            1,
            None,
        )
        await jobs.note(job, Replay(id=3, outcome=ReplayOutcome.IN_DOUBT))
        assert (list(await jobs.left(job)), len(await jobs.on_their_way(job))) == ([], 2)

    async def test_the_newest_jobs_come_first_and_say_how_they_ended(
        self, store: HospitalStore, jobs: ReplayJobs
    ) -> None:
        await store.admit(a_mail())
        first, second = await jobs.begin([1], by="ada@desk"), await jobs.begin([], by="bob@desk")
        await jobs.end(first, ReplayEnd.FAILING)
        assert [(each.id, each.letters, each.end) for each in await jobs.jobs(limit=9)] == [
            (second, 0, None),
            (first, 1, ReplayEnd.FAILING),
        ]
        await jobs.end(first, None)
        assert [each.end for each in await jobs.jobs(limit=9)] == [None, None]
        assert [each.id for each in await jobs.jobs(limit=1)] == [second]

    async def test_a_job_that_never_was_has_nothing(self, jobs: ReplayJobs) -> None:
        assert (list(await jobs.left(7)), list(await jobs.on_their_way(7)), list(await jobs.jobs(limit=1))) == (
            [],
            [],
            [],
        )
