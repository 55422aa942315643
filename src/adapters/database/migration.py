"""Brings the schema to this release; safe when any number of workers do it at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.engine import open_engine
from adapters.database.errors import unavailable, wrapped
from application.ports.ledger import LedgerUnavailable

# Oldest first; kept here, too, since importing Alembic costs a worker's start more than everything else in it.
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
# Any number, as long as every release takes the same.
_ADVISORY_LOCK = 7_241_954_863
# Another worker's migration is awaited this long.
_LOCK_S = 60.0


def upgrade(url: str) -> None:
    """Create or upgrade the schema if need be; blocks. Raises LedgerUnavailable."""
    try:
        engine = open_engine(url)
        try:
            upgrade_with(engine)
        finally:
            engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        raise unavailable(error) from error


def upgrade_with(engine: Engine) -> bool:
    """Do what `upgrade` does, on an open engine; whether there was need. Also raises SQLAlchemyError, OSError."""
    with _locked(engine) as connection:
        if is_current(connection):
            return False
        _run_alembic(connection)
    return True


def is_current(connection: Connection) -> bool:
    """Whether the schema is this release's; raises LedgerUnavailable where it is a later one's."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version is not None and version not in REVISIONS:
        raise LedgerUnavailable(f"the database belongs to a later release (schema {version}): run that one")
    return bool(version == REVISIONS[-1])


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    if engine.dialect.name == "sqlite":
        # Stays in the file; it cannot be switched in a transaction.
        with engine.connect() as connection, wrapped(engine.dialect):
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
    with engine.begin() as connection:
        # SQLite has one writer at a time, and we begin as one (engine.py).
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_S:.0f}s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        yield connection


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  only where there is something to migrate
    from alembic.config import Config  # noqa: PLC0415  as above

    config = Config()
    # The option goes through configparser, for which % is special.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
