"""One server for the whole suite, one database for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contracts.database_stage import DatabaseStage
from tests.integration.database.selection import start_server
from tests.integration.database.server import Server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = start_server()
    try:
        yield server
    finally:
        server.destroy()


@pytest.fixture
async def stage(server: Server) -> AsyncIterator[DatabaseStage]:
    """An empty database on PostgreSQL."""
    name = f"test{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name}")
    stage = DatabaseStage(server.url(name))
    try:
        yield stage
    finally:
        await stage.close()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
