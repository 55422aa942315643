"""Migrations on SQLite, and what the release knows about them."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from adapters.database import migration
from tests.contracts.database_schema import SchemaContract
from tests.contracts.database_stage import DatabaseStage


class TestSqliteSchema(SchemaContract):
    """Runs the contract."""

    @pytest.fixture
    def stage(self, empty: DatabaseStage) -> DatabaseStage:
        return empty


def test_the_release_knows_the_revisions_in_their_order() -> None:
    scripts = ScriptDirectory(str(Path(migration.__file__).with_name("migrations")))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == migration.REVISIONS
