"""What every HospitalStore does with whole letters: out, in, and away."""

from dataclasses import replace
from datetime import timedelta

from application.ports.hospital_store import HospitalStore
from domain.audit import Action, Deed
from domain.letter import LetterStatus
from tests.contracts.hospital_store import EVERYTHING, a_mail
from tests.doubles.clock import START, ManualClock

DISCARDED = Deed(action=Action.DISCARDED, by="ada@desk")
WAITING, ARCHIVED = LetterStatus.WAITING, LetterStatus.ARCHIVED


class HospitalRecordsContract:
    """Subclass with the fixtures `store` and `clock`, the clock by which the store dates."""

    async def test_a_letter_that_was_deleted_comes_back_as_it_was(
        self, store: HospitalStore, clock: ManualClock
    ) -> None:
        for number in (1, 2, 3):
            await store.admit(a_mail(number))
        await store.copy(3, a_mail(4), deed=DISCARDED)
        await store.move([2], source=WAITING, target=ARCHIVED, deed=DISCARDED)
        records = [await store.record(number) for number in (1, 2, 3, 4)]
        listed, groups = await store.page(EVERYTHING, limit=9), await store.groups(EVERYTHING)
        await store.move([1, 4], source=WAITING, target=ARCHIVED)
        await clock.advance(1)
        assert await store.purge([1, 2, 3, 4], before=clock.now()) == 4
        assert await store.page(EVERYTHING, limit=9) == []
        for record in records:
            assert record is not None
            assert await store.keep(record) == record.letter.id
            assert await store.keep(record) is None
        assert await store.page(EVERYTHING, limit=9) == listed
        assert await store.groups(EVERYTHING) == groups
        assert [await store.record(number) for number in (1, 2, 3, 4)] == records
        await store.admit(a_mail(5))
        numbers = await store.ids(EVERYTHING)
        # PostgreSQL does not give a number twice, also not one that was given in vain.
        assert (list(numbers[:4]), len(numbers), numbers[-1] > 4) == ([1, 2, 3, 4], 5, True)

    async def test_a_letter_whose_number_is_taken_gets_another(self, store: HospitalStore) -> None:
        await store.admit(a_mail(1))
        record = await store.record(1)
        assert record is not None
        stranger = replace(record, letter=replace(record.letter, key="another-mail"))
        assert await store.keep(stranger) == 2
        kept = await store.record(2)
        assert kept == replace(stranger, letter=replace(stranger.letter, id=2))

    async def test_nobody_has_the_record_of_a_letter_that_never_was(self, store: HospitalStore) -> None:
        assert await store.record(1) is None

    async def test_only_what_was_archived_before_is_deleted(self, store: HospitalStore, clock: ManualClock) -> None:
        for number in (1, 2, 3):
            await store.admit(a_mail(number))
        await store.move([1], source=WAITING, target=ARCHIVED, deed=DISCARDED)
        await clock.advance(60)
        await store.move([2], source=WAITING, target=ARCHIVED)
        limit = START + timedelta(seconds=30)
        assert list(await store.purgeable(limit)) == [1]
        assert list(await store.purgeable(START)) == []
        assert await store.purge([1, 2, 3, 99], before=limit) == 1
        assert list(await store.ids(EVERYTHING)) == [2, 3]
        assert list(await store.history(1)) == []
