"""Group commit: who waits at the same moment shares a transaction, and nothing else."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from sqlalchemy import Connection, event

from adapters.database.database import Database
from adapters.database.operations import Operations
from adapters.database.writer import GroupCommitWriter
from application.ports.ledger import NO_FAILURE, Claim, ClaimResult, LedgerUnavailable
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import BODY, FINISH, KEY, LEASE_S, state_of, taken
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver


def _unexpected() -> None:
    raise AssertionError("the schema is current")


@pytest.fixture
def database(stage: DatabaseStage) -> Database:
    return Database(url=stage.url, lease_s=LEASE_S, retention_days=30, now=stage.clock.now, on_migrated=_unexpected)


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[GroupCommitWriter]:
    writer = GroupCommitWriter(database=database, clock=ManualClock(), observer=RecordingObserver())
    await writer.submit(Operations.probe, order="")
    yield writer
    await writer.close()


class Gate:
    """An operation that keeps the thread busy until it is opened."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self.reached = threading.Event()

    def __call__(self, on: Operations) -> None:
        self.reached.set()
        assert self._opened.wait(10)

    def open(self) -> None:
        self._opened.set()


async def held_up(writer: GroupCommitWriter) -> tuple[Gate, asyncio.Task[None]]:
    """Keep the writer busy, so that what is submitted next waits."""
    gate = Gate()
    busy = asyncio.create_task(writer.submit(gate, order=""))
    await asyncio.to_thread(gate.reached.wait, 10)
    return gate, busy


def claim(key: str) -> Callable[[Operations], ClaimResult]:
    """Make an operation that claims a mail, under its key as token."""
    return lambda on: on.claim(key, key, BODY, revives=NO_FAILURE)


async def test_what_waits_at_the_same_moment_is_committed_at_once(
    writer: GroupCommitWriter, database: Database
) -> None:
    commits: list[Connection] = []
    assert database._opened is not None
    event.listen(database._opened.engine, "commit", commits.append)
    gate, busy = await held_up(writer)
    waiting = [asyncio.create_task(writer.submit(claim(str(number)), order=str(number))) for number in range(50)]
    await asyncio.sleep(0)
    gate.open()
    results = await asyncio.gather(busy, *waiting)
    assert all(isinstance(result, Claim) for result in results[1:])
    assert len(commits) == 2


async def test_operations_run_in_the_order_of_their_keys(writer: GroupCommitWriter) -> None:
    """Two transactions that lock rows in one order cannot wait for each other."""
    ran: list[str] = []
    gate, busy = await held_up(writer)
    waiting = [asyncio.create_task(writer.submit(partial(_note, ran, key), order=key)) for key in "dacb"]
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(busy, *waiting)
    assert ran == ["a", "b", "c", "d"]


def _note(ran: list[str], key: str, _: Operations) -> None:
    ran.append(key)


def break_down(_: Operations) -> None:
    raise ZeroDivisionError


def write_nonsense(on: Operations) -> None:
    on._cursor.execute("INSERT INTO mail (key) VALUES ('secret')")


async def test_an_operation_that_fails_fails_alone(writer: GroupCommitWriter) -> None:
    results = await asyncio.gather(
        writer.submit(claim("1"), order="1"),
        writer.submit(break_down, order="2"),
        writer.submit(write_nonsense, order="3"),
        writer.submit(claim("4"), order="4"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Claim, ZeroDivisionError, LedgerUnavailable, Claim]
    assert "secret" not in str(results[2])
    held = await asyncio.gather(writer.submit(claim("1"), order="1"), writer.submit(claim("4"), order="4"))
    assert not any(isinstance(result, Claim) for result in held)


async def test_a_database_that_hangs_is_unavailable_in_bounded_time(writer: GroupCommitWriter) -> None:
    gate, busy = await held_up(writer)
    with pytest.raises(LedgerUnavailable, match="not answered"):
        await writer.submit(Operations.probe, order="", patience_s=0.01)
    gate.open()
    await busy
    await writer.submit(Operations.probe, order="")


async def test_a_claim_that_is_cancelled_before_it_is_written_takes_nothing(stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    claiming = asyncio.create_task(ledger.claim(KEY, body_hash=BODY))
    await asyncio.sleep(0)
    claiming.cancel()
    await asyncio.gather(claiming, return_exceptions=True)
    assert await ledger.timeline(KEY) is None


async def test_a_claim_that_is_cancelled_while_it_is_written_is_not_prolonged(stage: DatabaseStage) -> None:
    ledger, other = await stage.worker(), await stage.worker()
    await ledger.probe()  # nothing waits before the claim any more
    with stage.engine.begin():
        claiming = asyncio.create_task(ledger.claim(KEY, body_hash=BODY))
        await asyncio.sleep(0.3)  # the thread waits for the file's lock by now
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
    assert await state_of(ledger) == "sending"
    await stage.clock.advance(LEASE_S + 1)
    await ledger.probe()
    await taken(other)


async def test_a_conclusion_that_is_cancelled_is_written_all_the_same(stage: DatabaseStage) -> None:
    """The relay's word is a fact, also where nobody waits for its being noted."""
    ledger = await stage.worker()
    claim = await taken(ledger)
    concluding = asyncio.create_task(ledger.conclude(claim, FINISH, None))
    await asyncio.sleep(0)
    concluding.cancel()
    await asyncio.gather(concluding, return_exceptions=True)
    assert await state_of(ledger) == "sent"
