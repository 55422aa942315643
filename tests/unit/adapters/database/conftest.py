"""A new SQLite file for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.database.migration import upgrade
from tests.contracts.database_stage import DatabaseStage


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema in it and nothing else: copying it is faster than migrating."""
    file = tmp_path_factory.mktemp("template") / "takeoff.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
async def stage(empty: DatabaseStage, template: Path, tmp_path: Path) -> DatabaseStage:
    (tmp_path / "var").mkdir()
    shutil.copy(template, tmp_path / "var" / "takeoff.db")
    return empty


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[DatabaseStage]:
    """A stage whose file is not there yet, nor its directory."""
    stage = DatabaseStage(f"sqlite:///{tmp_path}/var/takeoff.db")
    try:
        yield stage
    finally:
        await stage.close()
