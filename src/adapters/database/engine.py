"""From a DATABASE_URL to an engine with one connection on which nothing hangs."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from application.ports.ledger import LedgerUnavailable

# Another process writes for milliseconds; who holds the file longer (a backup, a shell) stops the ledger.
_BUSY_S = 3.0
_CONNECT_S = 3
_STATEMENT_S = 5
# tcp(7) TCP_USER_TIMEOUT: how long what we sent may stay unacknowledged, as on a link that was cut.
_UNACKNOWLEDGED_S = 5
_PRIVATE = 0o600


def open_engine(url: str) -> Engine:
    """Make an engine; it connects when it is used. Raises LedgerUnavailable, OSError where no file can be made."""
    parsed = parse(url)
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)


def parse(url: str) -> URL:
    """Read a DATABASE_URL and choose the driver. Raises LedgerUnavailable, which does not quote it."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerUnavailable("DATABASE_URL is not a URL such as sqlite:///var/takeoff.db") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+pysqlite")
        case "sqlite":
            raise LedgerUnavailable("DATABASE_URL names no file, and a ledger in memory forgets")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise LedgerUnavailable("DATABASE_URL is neither sqlite nor postgresql")


def sqlite_file(url: URL) -> Path:
    """The file of an SQLite URL, absolute."""
    return Path(url.database or "").absolute()


def _sqlite(url: URL) -> Engine:
    file = sqlite_file(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    # Relays' replies name recipients. SQLite gives its -wal and -shm files the same mode. Never open a file that is
    # there: closing any descriptor of it ends the locks that SQLite holds on it (sqlite.org/howtocorrupt.html, 2.2).
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, _PRIVATE))
    engine = _one_connection(url, {"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _one_connection(url: URL, connect_args: dict[str, Any]) -> Engine:
    # Parameters are hidden: they would stand in every traceback.
    return create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True, connect_args=connect_args)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # We begin ourselves: the driver would begin late, and find the database changed since its first read.
    connection.isolation_level = None
    # FULL: in WAL mode only this syncs at every commit (sqlite.org/pragma.html#pragma_synchronous).
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    # A server in a C locale says SQL_ASCII, and psycopg then gives bytes for text.
    arguments = {
        "connect_timeout": _CONNECT_S,
        "tcp_user_timeout": _UNACKNOWLEDGED_S * 1000,
        "client_encoding": "utf8",
    }
    engine = _one_connection(url, arguments)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    # Not as a start-up option, which PgBouncer refuses.
    connection.execute(f"SET statement_timeout = '{_STATEMENT_S}s'")
    connection.commit()
