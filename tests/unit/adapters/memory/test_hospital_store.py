"""The hospital's store in memory keeps the store's contract."""

import pytest

from adapters.memory.hospital_store import InMemoryHospitalStore
from adapters.memory.replay_jobs import InMemoryReplayJobs
from application.ports.ledger import LedgerUnavailable
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from tests.contracts.hospital_changes import REPLAY, HospitalChangesContract
from tests.contracts.hospital_records import HospitalRecordsContract
from tests.contracts.hospital_store import HospitalStoreContract, a_mail
from tests.contracts.replay_jobs import ReplayJobsContract
from tests.doubles.clock import START, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> InMemoryHospitalStore:
    return InMemoryHospitalStore(clock=clock)


@pytest.fixture
def jobs(clock: ManualClock) -> InMemoryReplayJobs:
    return InMemoryReplayJobs(clock=clock)


class TestInMemoryHospitalStore(
    HospitalStoreContract, HospitalChangesContract, HospitalRecordsContract, ReplayJobsContract
):
    """Runs the contracts."""


async def test_while_it_is_down_every_method_says_so(store: InMemoryHospitalStore, jobs: InMemoryReplayJobs) -> None:
    store.is_down = jobs.is_down = True
    for call in (
        store.admit(a_mail()),
        store.stats(),
        store.groups(LetterFilter()),
        store.page(LetterFilter(), limit=1),
        store.ids(LetterFilter()),
        store.letter(1),
        store.move([1], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED),
        store.claim_replay(1, job=1, deed=REPLAY),
        store.copy(1, a_mail(), deed=REPLAY),
        store.note(1, REPLAY),
        store.history(1),
        store.record(1),
        store.purgeable(START),
        jobs.begin([], by=""),
    ):
        with pytest.raises(LedgerUnavailable):
            await call
