"""The file of an SQLite ledger."""

import stat
from pathlib import Path

import pytest

from adapters.database.tables import metadata
from application.ports.ledger import LedgerUnavailable
from domain.next_step import Finish
from domain.reply import Reply
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import BODY, KEY, a_try, taken


async def test_it_is_made_with_its_directory_and_only_its_owner_may_read_it(
    empty: DatabaseStage, tmp_path: Path
) -> None:
    """Replies name recipients; the write-ahead log holds the same texts."""
    await taken(await empty.worker())
    files = sorted((tmp_path / "var").iterdir())
    assert [file.name for file in files] == ["takeoff.db", "takeoff.db-shm", "takeoff.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_every_commit_is_synced(empty: DatabaseStage) -> None:
    """WAL with synchronous=NORMAL loses the last commits with the power; FULL is 2."""
    await empty.worker()
    with empty.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


async def test_what_was_written_is_there_for_the_next_process(stage: DatabaseStage) -> None:
    async with stage.unentered() as ledger:
        await taken(ledger)
    async with stage.unentered() as ledger:
        assert await ledger.timeline(KEY) is not None


async def test_a_reply_is_cut_to_2_kb_that_every_database_can_keep(stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    reply = Reply(code=250, text="\0ö" * 2000 + "\udcff")
    await ledger.conclude(await taken(ledger), Finish(attempts=1, reply=reply, relay=""), a_try(reply=reply))
    timeline = await ledger.timeline(KEY)
    assert timeline is not None
    assert timeline.tries[0].reply == Reply(code=250, text="ö" * 1024)


async def test_a_lease_beyond_all_leases_is_over(stage: DatabaseStage) -> None:
    """A clock that was a day ahead when it wrote must not hold a mail for a day."""
    ledger = await stage.worker()
    await taken(ledger)
    await stage.shorten_leases(-86_400)
    await taken(ledger)


async def test_a_file_that_is_no_database_is_unavailable(empty: DatabaseStage, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "takeoff.db").write_text("Dear diary, " * 200)
    with pytest.raises(LedgerUnavailable, match="file is not a database"):
        await empty.worker()


async def test_a_directory_that_cannot_be_made_is_named(empty: DatabaseStage, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(LedgerUnavailable, match=f"{tmp_path}/var"):
        await empty.worker()


async def test_a_database_that_was_deleted_comes_back_after_a_failure(stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    with stage.engine.begin() as connection:
        for table in (*(each.name for each in reversed(metadata.sorted_tables)), "alembic_version"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    with pytest.raises(LedgerUnavailable, match="no such table"):
        await ledger.claim(KEY, body_hash=BODY)
    await taken(ledger)
