"""The hospital's store in memory keeps the store's contract."""

import pytest

from adapters.memory.hospital_store import InMemoryHospitalStore
from application.ports.ledger import LedgerUnavailable
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter
from tests.contracts.hospital_store import HospitalStoreContract, a_mail
from tests.doubles.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> InMemoryHospitalStore:
    return InMemoryHospitalStore(clock=clock)


class TestInMemoryHospitalStore(HospitalStoreContract):
    """Runs the contract."""


async def test_while_it_is_down_every_method_says_so(store: InMemoryHospitalStore) -> None:
    store.is_down = True
    for call in (
        store.admit(a_mail()),
        store.stats(),
        store.groups(LetterFilter()),
        store.page(LetterFilter(), limit=1),
        store.ids(LetterFilter()),
        store.letter(1),
        store.move([1], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED),
    ):
        with pytest.raises(LedgerUnavailable):
            await call
