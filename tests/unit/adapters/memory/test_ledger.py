"""The ledger in memory keeps the ledger's contract."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.memory.ledger import InMemoryLedger, LedgerStore
from application.ports.ledger import LedgerUnavailable
from tests.contracts.ledger import BODY, KEY, LEASE_S, LedgerContract, LedgerStage, taken
from tests.contracts.ledger_machine import LedgerMachine
from tests.doubles.clock import ManualClock


class MemoryStage(LedgerStage):
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = LedgerStore()
        self.workers = AsyncExitStack()

    async def worker(self) -> InMemoryLedger:
        return await self.workers.enter_async_context(
            InMemoryLedger(clock=self.clock, lease_s=LEASE_S, store=self.store)
        )

    async def shorten_leases(self, by_s: float) -> None:
        for key, row in self.store.rows.items():
            self.store.rows[key] = replace(row, lease_until_s=row.lease_until_s - by_s)
        if by_s >= LEASE_S:
            self.store.prolonged.clear()


@pytest.fixture
async def stage() -> AsyncIterator[MemoryStage]:
    stage = MemoryStage()
    async with stage.workers:
        yield stage


class InMemoryLedgerMachine(LedgerMachine):
    def make_stage(self) -> MemoryStage:
        self._made = MemoryStage()
        return self._made

    async def close_stage(self) -> None:
        await self._made.workers.aclose()


def test_any_order_of_calls_meets_the_model() -> None:
    run_state_machine_as_test(InMemoryLedgerMachine, settings=settings(max_examples=50))


class TestInMemoryLedger(LedgerContract):
    """Runs the contract."""


async def test_a_ledger_that_was_left_does_not_prolong(stage: MemoryStage) -> None:
    async with InMemoryLedger(clock=stage.clock, lease_s=LEASE_S, store=stage.store) as left:
        await taken(left)
    other = await stage.worker()
    await stage.clock.advance(LEASE_S + 1)
    await taken(other)


async def test_while_its_store_is_down_every_method_says_so(stage: MemoryStage) -> None:
    ledger = await stage.worker()
    claim = await taken(ledger)
    stage.store.is_down = True
    for call in (
        ledger.probe(),
        ledger.claim(KEY, body_hash=BODY),
        ledger.mark_dot(claim, relay=""),
        ledger.timeline(KEY),
    ):
        with pytest.raises(LedgerUnavailable):
            await call
