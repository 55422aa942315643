"""What holds of the migrations on every database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from adapters.database.engine import open_engine
from adapters.database.migration import REVISIONS, upgrade
from adapters.database.tables import metadata
from application.ports.ledger import LedgerUnavailable
from domain.worker_events import LedgerMigrated
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import BODY

_SRC = Path(__file__).parents[2] / "src"
_UPGRADE = """
import sys
from adapters.database.migration import upgrade
upgrade(sys.argv[1])
print("alembic" in sys.modules)
"""
_PROCESS_S = 60.0


class SchemaContract:
    """Subclass with a fixture `stage`, a DatabaseStage whose database is empty."""

    def test_the_migrations_make_exactly_the_tables_that_the_code_uses(self, stage: DatabaseStage) -> None:
        upgrade(stage.url)
        with connected(stage.url) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISIONS[-1]

    def test_five_processes_may_upgrade_at_once(self, stage: DatabaseStage) -> None:
        processes = [start_upgrade(stage.url) for _ in range(5)]
        outputs = [process.communicate(timeout=_PROCESS_S) for process in processes]
        assert [error for _, error in outputs] == [""] * 5
        assert sorted(output.strip() for output, _ in outputs) == ["False"] * 4 + ["True"]

    async def test_a_worker_says_once_that_it_migrated(self, stage: DatabaseStage) -> None:
        for _ in range(2):
            async with stage.unentered():
                assert stage.observer.events == [LedgerMigrated(schema=REVISIONS[-1])]

    def test_a_current_schema_costs_no_import_of_alembic(self, stage: DatabaseStage) -> None:
        upgrade(stage.url)
        assert start_upgrade(stage.url).communicate(timeout=_PROCESS_S) == ("False\n", "")

    async def test_a_later_releases_database_is_refused_with_a_word_for_the_operator(
        self, stage: DatabaseStage
    ) -> None:
        upgrade(stage.url)
        with connected(stage.url) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(LedgerUnavailable, match="later release"):
            upgrade(stage.url)
        with pytest.raises(LedgerUnavailable, match="later release"):
            async with stage.unentered():
                pass

    async def test_a_ledger_that_could_not_be_entered_can_be_entered_later(self, stage: DatabaseStage) -> None:
        upgrade(stage.url)
        with connected(stage.url) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        ledger = stage.unentered()
        with pytest.raises(LedgerUnavailable):
            await ledger.__aenter__()
        with connected(stage.url) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": REVISIONS[-1]})
        async with ledger:
            await ledger.claim("key", body_hash=BODY)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a connection of its own, in a transaction that is committed."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def start_upgrade(url: str) -> subprocess.Popen[str]:
    """Upgrade in a process of its own, which prints whether it imported Alembic."""
    return subprocess.Popen(
        [sys.executable, "-c", _UPGRADE, url],
        env={**os.environ, "PYTHONPATH": str(_SRC)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
