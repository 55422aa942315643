"""The limiter on SQLite keeps the contract."""

import pytest

from adapters.database.rate_limiter import DatabaseRateLimiter
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.rate_limiter import MakeLimiter, RateLimiterContract


@pytest.fixture
async def limiter(stage: DatabaseStage) -> MakeLimiter:
    workers = iter([await stage.worker() for _ in range(3)])
    return lambda limits: DatabaseRateLimiter(ledger=next(workers), limits=limits)


class TestSqliteRateLimiter(RateLimiterContract):
    """Runs the contract."""
