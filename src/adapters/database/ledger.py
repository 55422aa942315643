"""The ledger on SQLite or PostgreSQL."""

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self

from adapters.database.database import Database
from adapters.database.migration import REVISIONS
from adapters.database.operations import Operations
from adapters.database.writer import LAST, GroupCommitWriter
from application.ports.clock import Clock
from application.ports.ledger import NO_FAILURE, Claim, ClaimResult, Ledger, LedgerUnavailable, Timeline
from application.ports.observer import Observer
from domain.attempt import Attempt
from domain.idempotency_key import message_id_local
from domain.next_step import NextStep
from domain.worker_events import LedgerMigrated

# Opening may wait for another worker's migration, and make one.
_OPENING_S = 90.0
_PROLONGATIONS_A_LEASE = 3
_PURGE_EVERY_S = 3600.0
_ABOVE_EVERY_ID = 2**63 - 1
# Digits of 4 bits, of 32 that a token has (tables.py); the others are for four billion claims.
_TOKEN_RANDOM = 24


class DatabaseLedger(Ledger):
    """Thread-free for its callers: they await a thread that commits for all of them at once.

    `writer` is for what shares the database with the ledger.
    """

    def __init__(self, *, url: str, lease_s: float, retention_days: float, clock: Clock, observer: Observer) -> None:
        self._lease_s = lease_s
        self._clock = clock
        self._observer = observer
        self._loop: asyncio.AbstractEventLoop | None = None
        database = Database(
            url=url, lease_s=lease_s, retention_days=retention_days, now=clock.now, on_migrated=self._on_migrated
        )
        self.writer = GroupCommitWriter(database=database, clock=clock, observer=observer)
        self._tokens: Iterator[str] = iter(())
        self._mine: dict[str, str] = {}
        self._upkeep: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._tokens = _tokens()
        try:
            await self.writer.submit(Operations.probe, order=LAST, patience_s=_OPENING_S)
        except BaseException:  # raised again; cancelled or not, no thread stays
            await self.writer.close()
            raise
        self._upkeep = [asyncio.create_task(self._keep_leases()), asyncio.create_task(self._keep_small())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._upkeep:
            task.cancel()
        await asyncio.gather(*self._upkeep, return_exceptions=True)
        self._mine.clear()
        await self.writer.close()

    async def probe(self) -> None:
        await self.writer.submit(Operations.probe, order=LAST)

    async def claim(self, key: str, *, body_hash: bytes, revives: str = NO_FAILURE) -> ClaimResult:
        token = next(self._tokens)
        result = await self.writer.submit(lambda on: on.claim(key, token, body_hash, revives=revives), order=key)
        # Here and not before: a claim whose caller was cancelled meanwhile is nobody's, and its lease runs out.
        if isinstance(result, Claim):
            self._mine[token] = key
        return result

    async def mark_dot(self, claim: Claim, *, relay: str) -> bool:
        is_ours = await self.writer.submit(lambda on: on.mark_dot(claim, relay), order=claim.key)
        if not is_ours:
            self._mine.pop(claim.token, None)
        return is_ours

    async def conclude(self, claim: Claim, step: NextStep, attempt: Attempt | None) -> bool:
        try:
            # What became of a mail is a fact, also where nobody waits for its being noted any more.
            written = await self.writer.submit(
                lambda on: on.conclude(claim, step, attempt), order=claim.key, even_if_cancelled=True
            )
        except LedgerUnavailable:
            # It will be repeated; until then the mail stays ours.
            raise
        except BaseException:  # raised again; cancelled or not, the claim is ours no more
            self._mine.pop(claim.token, None)
            raise
        self._mine.pop(claim.token, None)
        return written

    async def timeline(self, key: str) -> Timeline | None:
        return await self.writer.submit(lambda on: on.timeline(key), order=key)

    async def key_of(self, message_id: str) -> str | None:
        before_id = _ABOVE_EVERY_ID
        while rows := await self.writer.submit(partial(Operations.keys, before_id=before_id), order=LAST):
            if key := next((key for _, key in rows if message_id_local(key) == message_id), None):
                return key
            before_id = rows[-1][0]
        return None

    def _on_migrated(self) -> None:
        # On the writer's thread, where an observer is not to be called.
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._observer.notify, LedgerMigrated(schema=REVISIONS[-1]))

    async def _keep_leases(self) -> None:
        while True:
            await self._clock.sleep(self._lease_s / _PROLONGATIONS_A_LEASE)
            # Where it fails nothing is lost yet: the lease has two more of these, and the check at the dot.
            with suppress(LedgerUnavailable):
                await self._prolong(dict(self._mine))

    async def _prolong(self, keys_by_token: dict[str, str]) -> None:
        if keys_by_token:
            await self.writer.submit(lambda on: on.prolong(keys_by_token), order=LAST)

    async def _keep_small(self) -> None:
        while True:
            with suppress(LedgerUnavailable):
                while await self.writer.submit(Operations.purge, order=LAST):
                    pass
            await self._clock.sleep(_PURGE_EVERY_S)


def _tokens() -> Iterator[str]:
    """Name claims differently from all other claims, other workers' included.

    Numbers behind what was drawn once: drawing for each claim took 2.4 % of a busy worker's time.
    """
    drawn = uuid.uuid4().hex[:_TOKEN_RANDOM]
    return (f"{drawn}{number:08x}" for number in itertools.count())
