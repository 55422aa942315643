"""What every HospitalStore does where operators change something."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from application.ports.hospital_store import REPLAY_LEASE_S, Admission, HospitalStore
from domain.audit import Action, AuditEntry, Deed
from domain.letter import LetterContents, LetterStatus
from domain.letter_filter import LetterFilter
from tests.contracts.hospital_store import EVERYTHING, a_mail
from tests.doubles.clock import START, ManualClock

REPLAY = Deed(action=Action.REPLAYED, by="ada@desk", text="replay 1")
EDIT = Deed(action=Action.EDITED, by="ada@desk", text="to")


class HospitalChangesContract:
    """Subclass with the fixtures `store` and `clock`, the clock by which the store dates."""

    async def test_a_letter_is_moved_from_the_status_that_it_has(self, store: HospitalStore) -> None:
        for number in (1, 2, 3):
            await store.admit(a_mail(number))
        waiting, archived = LetterStatus.WAITING, LetterStatus.ARCHIVED
        assert list(await store.move([3, 1, 1, 99], source=waiting, target=archived)) == [1, 3]
        assert list(await store.move([1, 2], source=waiting, target=archived)) == [2]
        assert list(await store.move([1], source=archived, target=waiting)) == [1]
        assert list(await store.ids(LetterFilter(status=waiting))) == [1]

    async def test_any_number_of_letters_is_moved(self, store: HospitalStore) -> None:
        await store.admit(a_mail())
        ids = range(1, 2001)
        assert list(await store.move(ids, source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)) == [1]

    async def test_a_replay_claims_what_waits_and_only_one_does(self, store: HospitalStore) -> None:
        for number in (1, 2):
            await store.admit(a_mail(number))
        await store.move([2], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)
        assert list(await store.replayable(EVERYTHING)) == [1]
        claims = [store.claim_replay(1, job=job, deed=REPLAY) for job in (1, 2, 3)]
        assert sorted(await asyncio.gather(*claims)) == [False, False, True]
        assert not await store.claim_replay(2, job=1, deed=REPLAY)
        assert not await store.claim_replay(3, job=1, deed=REPLAY)
        assert list(await store.replayable(EVERYTHING)) == []
        assert list(await store.ids(LetterFilter(status=LetterStatus.REPLAYING))) == [1]

    async def test_a_dead_replays_letter_is_claimed_again_once(self, store: HospitalStore, clock: ManualClock) -> None:
        await store.admit(a_mail())
        assert await store.claim_replay(1, job=1, deed=REPLAY)
        await clock.advance(REPLAY_LEASE_S - 1)
        assert not await store.claim_replay(1, job=2, deed=REPLAY)
        await clock.advance(2)
        assert list(await store.replayable(LetterFilter(key="mail-1"))) == [1]
        assert list(await store.replayable(LetterFilter(key="mail-2"))) == []
        assert await store.claim_replay(1, job=2, deed=REPLAY)
        assert not await store.claim_replay(1, job=3, deed=REPLAY)

    async def test_a_mail_that_fails_after_its_replay_is_the_same_letter(
        self, store: HospitalStore, clock: ManualClock
    ) -> None:
        await store.admit(a_mail())
        assert await store.claim_replay(1, job=1, deed=REPLAY)
        assert await store.admit(a_mail()) is Admission.KNOWN
        await store.move([1], source=LetterStatus.REPLAYING, target=LetterStatus.REPLAYED)
        again = a_mail(failed_at=clock.now() + timedelta(seconds=1))
        assert await store.admit(again) is Admission.RETURNED
        (letter,) = await store.page(EVERYTHING, limit=9)
        assert (letter.id, letter.status, letter.returned) == (1, LetterStatus.WAITING, 1)

    async def test_a_job_that_is_continued_takes_its_letter_up_at_once(self, store: HospitalStore) -> None:
        await store.admit(a_mail())
        assert await store.claim_replay(1, job=7, deed=REPLAY)
        assert not await store.claim_replay(1, job=8, deed=REPLAY)
        assert await store.claim_replay(1, job=7, deed=REPLAY)
        await store.move([1], source=LetterStatus.REPLAYING, target=LetterStatus.REPLAYED)
        assert not await store.claim_replay(1, job=7, deed=REPLAY)

    async def test_a_copy_takes_the_place_of_its_original_which_is_kept_as_it_was(
        self, store: HospitalStore, clock: ManualClock
    ) -> None:
        original = a_mail()
        await store.admit(original)
        await clock.advance(60)
        changed = replace(original, key="fresh", body=b"edited", domain="example.com")
        assert await store.copy(1, changed, deed=EDIT) == 2
        assert await store.copy(1, replace(changed, key="other"), deed=EDIT) is None
        assert list(await store.ids(EVERYTHING)) == [1, 2]
        old, new = await store.letter(1), await store.letter(2)
        assert old is not None
        assert new is not None
        assert (old[0].status, old[1]) == (
            LetterStatus.ARCHIVED,
            LetterContents(body=original.body, properties=original.properties),
        )
        assert (new[0].status, new[0].key, new[0].original, new[1].body) == (
            LetterStatus.WAITING,
            "fresh",
            1,
            b"edited",
        )
        assert (old[0].original, new[0].domain, new[0].admitted_at) == (None, "example.com", clock.now())
        assert [str(entry) for entry in await store.history(1)] == ["edited by ada@desk: as letter 2; to"]
        assert [str(entry) for entry in await store.history(2)] == ["edited by ada@desk: from letter 1; to"]

    async def test_the_history_tells_what_was_done_by_whom_and_when(
        self, store: HospitalStore, clock: ManualClock
    ) -> None:
        await store.admit(a_mail())
        await store.admit(a_mail(2))
        discarded, noted = (
            Deed(action=action, by="bob@desk", text="é'; --") for action in (Action.DISCARDED, Action.NOTED)
        )
        moved = await store.move([1, 9], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED, deed=discarded)
        assert list(moved) == [1]
        await clock.advance(1)
        assert await store.note(1, noted)
        assert not await store.note(9, noted)
        assert list(await store.history(1)) == [
            AuditEntry(at=START, deed=discarded),
            AuditEntry(at=START + timedelta(seconds=1), deed=noted),
        ]
        assert list(await store.history(2)) == list(await store.history(9)) == []
        assert not await store.move([1], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED, deed=discarded)
        assert len(await store.history(1)) == 2

    async def test_the_history_stays_when_a_mail_returns(self, store: HospitalStore, clock: ManualClock) -> None:
        await store.admit(a_mail())
        assert await store.claim_replay(1, job=1, deed=REPLAY)
        await clock.advance(1)
        assert await store.admit(a_mail(failed_at=clock.now())) is Admission.RETURNED
        assert [entry.deed for entry in await store.history(1)] == [REPLAY]
