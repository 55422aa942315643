"""Ledger, hospital and rate limiter on PostgreSQL keep their contracts."""

import pytest

from adapters.database.hospital_store import DatabaseHospitalStore
from adapters.database.ledger import DatabaseLedger
from adapters.database.rate_limiter import DatabaseRateLimiter
from adapters.database.replay_jobs import DatabaseReplayJobs
from application.ports.hospital_store import HospitalStore
from domain.letter_filter import LetterFilter
from tests.contracts.database_schema import SchemaContract
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.hospital_changes import HospitalChangesContract
from tests.contracts.hospital_filters import WORDS, fill, filled_fake
from tests.contracts.hospital_records import HospitalRecordsContract
from tests.contracts.hospital_store import HospitalStoreContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.ledger_retention import RetentionContract
from tests.contracts.rate_limiter import MakeLimiter, RateLimiterContract
from tests.contracts.replay_jobs import ReplayJobsContract
from tests.doubles.clock import ManualClock


class TestPostgresqlLedger(LedgerContract):
    """Runs the contract."""


class TestPostgresqlRetention(RetentionContract):
    """Runs the contract of the background purge."""


class TestPostgresqlSchema(SchemaContract):
    """Runs the contract of the migrations."""


class TestPostgresqlHospitalStore(
    HospitalStoreContract, HospitalChangesContract, HospitalRecordsContract, ReplayJobsContract
):
    """Runs the contracts."""

    @pytest.fixture
    def clock(self, stage: DatabaseStage) -> ManualClock:
        return stage.clock

    @pytest.fixture
    async def ledger(self, stage: DatabaseStage) -> DatabaseLedger:
        return await stage.worker()

    @pytest.fixture
    def store(self, ledger: DatabaseLedger) -> DatabaseHospitalStore:
        return DatabaseHospitalStore(ledger=ledger)

    @pytest.fixture
    def jobs(self, ledger: DatabaseLedger) -> DatabaseReplayJobs:
        return DatabaseReplayJobs(ledger=ledger)

    async def test_text_with_a_meaning_in_sql_is_only_text(self, store: HospitalStore) -> None:
        await fill(store)
        fake = await filled_fake()
        for word in WORDS:
            for wanted in (LetterFilter(text=word), LetterFilter(key=word), LetterFilter(domains=(word,))):
                assert await store.ids(wanted) == await fake.ids(wanted)


class TestPostgresqlRateLimiter(RateLimiterContract):
    """Runs the contract."""

    @pytest.fixture
    async def limiter(self, stage: DatabaseStage) -> MakeLimiter:
        workers = iter([await stage.worker() for _ in range(3)])
        return lambda limits: DatabaseRateLimiter(ledger=next(workers), limits=limits)
