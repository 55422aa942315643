"""One open database: connection, schema brought up to date, statements compiled."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from adapters.database.engine import open_engine
from adapters.database.errors import wrapped
from adapters.database.migration import upgrade_with
from adapters.database.operations import Operations
from adapters.database.statements import Statements


@dataclass(frozen=True, slots=True)
class _Open:
    engine: Engine
    statements: Statements


class Database:
    """Used by one thread, but for `interrupt`; raises SQLAlchemyError, OSError and LedgerUnavailable.

    `on_migrated` is called on that thread when the schema had to be made or brought up to date, and was.
    """

    def __init__(
        self,
        *,
        url: str,
        lease_s: float,
        retention_days: float,
        now: Callable[[], datetime],
        on_migrated: Callable[[], None],
    ) -> None:
        self._url = url
        self._lease_s = lease_s
        self._retention_s = timedelta(days=retention_days).total_seconds()
        self._now = now
        self._on_migrated = on_migrated
        self._opened: _Open | None = None
        self._link: socket.socket | None = None

    @contextmanager
    def transaction(self) -> Iterator[Operations]:
        """Begin, and commit at the end; opens the database where it is closed."""
        if self._opened is None:
            self._opened = self._open()
        engine = self._opened.engine
        with engine.begin() as connection, wrapped(engine.dialect):
            yield Operations(connection=connection, statements=self._opened.statements, now=self._now())

    def close(self) -> None:
        """End the connection; the next transaction makes a new one."""
        if self._opened is not None:
            self._opened.engine.dispose()
            self._opened = None
        if self._link is not None:
            self._link.close()
            self._link = None

    def interrupt(self) -> None:
        """End the wait for a server that is frozen: it answers neither the statement nor a request to cancel it."""
        link = self._link
        if link is not None:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _open(self) -> _Open:
        engine = open_engine(self._url)
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", self._keep_link)
        try:
            if upgrade_with(engine):
                self._on_migrated()
        except BaseException:  # raised again; cancelled or not, nothing stays open
            engine.dispose()
            raise
        statements = Statements(dialect=engine.dialect, lease_s=self._lease_s, retention_s=self._retention_s)
        return _Open(engine, statements)

    def _keep_link(self, connection: DBAPIConnection, _record: object) -> None:
        if self._link is not None:
            self._link.close()
        # A descriptor of our own: the driver may close its own at any moment, and the number be used again.
        self._link = socket.socket(fileno=os.dup(connection.fileno()))
