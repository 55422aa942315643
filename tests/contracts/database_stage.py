"""One database that several ledgers share, seen from beside them."""

from contextlib import AsyncExitStack

from sqlalchemy import Engine, update

from adapters.database.engine import open_engine
from adapters.database.ledger import DatabaseLedger
from adapters.database.tables import mail
from tests.contracts.ledger import LEASE_S, LedgerStage
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver

RETENTION_DAYS = 30.0


class DatabaseStage(LedgerStage):
    """Enter it; `engine` is a connection of its own."""

    def __init__(self, url: str) -> None:
        self.clock = ManualClock()
        self.observer = RecordingObserver()
        self.url = url
        self._workers = AsyncExitStack()
        self._engine: Engine | None = None

    async def worker(self) -> DatabaseLedger:
        return await self._workers.enter_async_context(self.unentered())

    def unentered(self) -> DatabaseLedger:
        """Make a ledger for the test to enter."""
        return DatabaseLedger(
            url=self.url, lease_s=LEASE_S, retention_days=RETENTION_DAYS, clock=self.clock, observer=self.observer
        )

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self.url)
        return self._engine

    async def shorten_leases(self, by_s: float) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(mail).values(lease_until_s=mail.c.lease_until_s - by_s))

    async def age(self, key: str, days: float) -> None:
        """Let a mail have been unchanged for so much longer."""
        with self.engine.begin() as connection:
            earlier = mail.c.updated_at_s - days * 86_400
            connection.execute(update(mail).values(updated_at_s=earlier).where(mail.c.key == key))

    async def close(self) -> None:
        """Let all ledgers be left."""
        await self._workers.aclose()
        if self._engine is not None:
            self._engine.dispose()
