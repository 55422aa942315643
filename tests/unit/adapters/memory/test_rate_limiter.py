"""The limiter in memory keeps the contract."""

import pytest

from adapters.memory.rate_limiter import InMemoryRateLimiter, TurnStore
from application.ports.ledger import LedgerUnavailable
from domain.rate_limit import RateLimits
from tests.contracts.rate_limiter import RELAY, MakeLimiter, RateLimiterContract
from tests.doubles.clock import ManualClock


@pytest.fixture
def limiter() -> MakeLimiter:
    store, clock = TurnStore(), ManualClock()
    return lambda limits: InMemoryRateLimiter(limits=limits, clock=clock, store=store)


class TestInMemoryRateLimiter(RateLimiterContract):
    """Runs the contract."""


async def test_while_its_store_is_down_it_says_so() -> None:
    store = TurnStore(is_down=True)
    limiter = InMemoryRateLimiter(limits=RateLimits(), clock=ManualClock(), store=store)
    with pytest.raises(LedgerUnavailable):
        await limiter.reserve(RELAY, 1, within_s=1)
