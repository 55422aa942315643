"""An SQLite ledger whose disk or file is out of order: unavailable in bounded time, and well again by itself."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.database.ledger import DatabaseLedger
from application.ports.diagnosis import Severity
from application.ports.ledger import AlreadySent, Claim, LedgerUnavailable
from tests.contracts.database_schema import connected
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import BODY, FINISH, KEY, RELAY, a_try, taken
from tests.integration.database.small_disk import SmallDisk

# SQLite's own patience with others is 3 s.
_BOUND_S = 6.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path)
    disk.mount()
    try:
        yield disk
    finally:
        disk.unmount()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[DatabaseStage]:
    stage = DatabaseStage(f"sqlite:///{tmp_path}/takeoff.db")
    try:
        yield stage
    finally:
        await stage.close()


async def claim_until_unavailable(ledger: DatabaseLedger) -> tuple[list[Claim], str]:
    """Claim until the disk is full; returns what was claimed before, and the cause."""
    claims: list[Claim] = []
    while len(claims) < 10_000:
        try:
            claims.append(await taken(ledger, key=f"mail-{len(claims)}"))
        except LedgerUnavailable as error:
            return claims, error.cause
    pytest.fail("the disk does not fill")


async def test_a_full_disk_stops_writing_and_loses_nothing(disk: SmallDisk, file: DatabaseStage) -> None:
    ledger = await file.worker()
    claim = await taken(ledger)
    disk.fill()
    claims, cause = await claim_until_unavailable(ledger)
    assert cause == "database or disk is full"
    disk.empty()
    await ledger.probe()
    assert await ledger.mark_dot(claim, relay=RELAY)
    assert await ledger.conclude(claim, FINISH, a_try())
    assert await ledger.claim(KEY, body_hash=BODY) == AlreadySent(FINISH)
    for each in claims:
        assert await ledger.timeline(each.key) is not None


async def test_a_disk_that_is_full_from_the_beginning_is_unavailable(disk: SmallDisk, file: DatabaseStage) -> None:
    disk.fill()
    ledger = file.unentered()
    with pytest.raises(LedgerUnavailable, match="full"):
        await ledger.__aenter__()
    disk.empty()
    async with ledger:
        await taken(ledger)


async def test_a_read_only_disk_is_unavailable_and_doctor_says_so(disk: SmallDisk, file: DatabaseStage) -> None:
    async with file.unentered() as ledger:
        await taken(ledger)
    disk.set_read_only(True)
    with pytest.raises(LedgerUnavailable):
        await ledger.__aenter__()
    finding = (await DatabaseDiagnosis(url=file.url).examine())[0]
    assert finding.severity is Severity.ERROR
    disk.set_read_only(False)
    async with ledger:
        assert await ledger.timeline(KEY) is not None


async def test_a_file_that_another_process_locks_is_unavailable_in_bounded_time(file: DatabaseStage) -> None:
    ledger = await file.worker()
    with file.engine.begin():
        began_s = time.monotonic()
        with pytest.raises(LedgerUnavailable, match="database is locked"):
            await ledger.claim(KEY, body_hash=BODY)
        assert time.monotonic() - began_s < _BOUND_S
    await taken(ledger)


async def test_doctor_says_that_a_file_is_locked(file: DatabaseStage) -> None:
    async with file.unentered():
        pass
    with connected(file.url):
        finding = (await DatabaseDiagnosis(url=file.url).examine())[0]
    assert (finding.severity, finding.detail) == (Severity.ERROR, "database is locked")
