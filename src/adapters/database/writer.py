"""The one thread that talks to the database: what waits at the same moment shares a transaction and its fsync."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from adapters.database.database import Database
from adapters.database.errors import spoils_only_one, unavailable
from adapters.database.operations import Operations
from application.ports.clock import Clock
from application.ports.ledger import LedgerUnavailable
from application.ports.observer import Observer
from domain.timing_events import LedgerCommitted

# Longer than the database's own limits (engine.py), which say more; this one also ends what they do not see.
PATIENCE_S = 10.0
_BATCH = 256
# After every key: what runs last may lock many rows, since it waits for none of them (Statements._prolong).
LAST = "~"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Operation:
    order: str
    run: Callable[[Operations], Any]
    done: asyncio.Future[Any]
    even_if_cancelled: bool


_Outcome = tuple[_Operation, object, Exception | None]


class GroupCommitWriter:
    """Executes operations in the order of their keys, so that two workers' transactions cannot wait for each other."""

    def __init__(self, *, database: Database, clock: Clock, observer: Observer) -> None:
        self._database = database
        self._clock = clock
        self._observer = observer
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._waiting: list[_Operation] = []
        self._writing: asyncio.Task[None] | None = None

    async def submit(
        self,
        run: Callable[[Operations], T],
        *,
        order: str,
        patience_s: float = PATIENCE_S,
        even_if_cancelled: bool = False,
    ) -> T:
        """Run it in a transaction and return its result when that is committed; raises LedgerUnavailable.

        Where the caller is cancelled first, it is not run any more, unless `even_if_cancelled` or it was begun.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Operation(order, run, done, even_if_cancelled))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_what_waits())
        try:
            async with asyncio.timeout(patience_s):
                return await done
        except TimeoutError:
            self._database.interrupt()
            raise LedgerUnavailable(f"the database has not answered for {patience_s:.0f} s") from None

    async def close(self) -> None:
        """Finish what waits, and let go of the database; the next operation opens it again."""
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=PATIENCE_S)
        # "can't start new thread": where there never was one, nothing is open.
        with suppress(RuntimeError):
            closing = asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
            await asyncio.wait([closing], timeout=PATIENCE_S)

    async def _write_what_waits(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            began_s = self._clock.monotonic_s()
            try:
                outcomes = await loop.run_in_executor(self._thread, self._write, batch)
            except RuntimeError as error:
                # "can't start new thread": the next batch tries again.
                outcomes = [(operation, None, LedgerUnavailable(str(error))) for operation in batch]
            self._tell(outcomes, self._clock.monotonic_s() - began_s)
            # Who was just told may have a next operation for the next transaction.
            await asyncio.sleep(0)
        self._writing = None

    def _tell(self, outcomes: Sequence[_Outcome], duration_s: float) -> None:
        for operation, result, error in outcomes:
            if operation.done.done():
                continue
            if error is not None:
                operation.done.set_exception(error)
            else:
                operation.done.set_result(result)
        if committed := sum(error is None for _, _, error in outcomes):
            self._observer.notify(LedgerCommitted(operations=committed, duration_s=duration_s))

    def _write(self, batch: Sequence[_Operation]) -> list[_Outcome]:
        # Done before it was run: cancelled, or told that there was no thread.
        wanted = [operation for operation in batch if operation.even_if_cancelled or not operation.done.done()]
        if not wanted:
            return []
        wanted.sort(key=lambda operation: operation.order)
        try:
            return self._commit(wanted)
        except Exception as error:  # noqa: BLE001  told to those who wait for it
            if spoils_only_one(error):
                return self._write_one_by_one(wanted)
            return self._give_up(wanted, error)

    def _write_one_by_one(self, operations: Sequence[_Operation]) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        for operation in operations:
            try:
                outcomes += self._commit([operation])
            except Exception as error:  # noqa: BLE001  told to those who wait for it
                if not spoils_only_one(error):
                    return outcomes + self._give_up(operations[len(outcomes) :], error)
                outcomes.append((operation, None, unavailable(error)))
        return outcomes

    def _give_up(self, operations: Sequence[_Operation], error: Exception) -> list[_Outcome]:
        self._database.close()
        return [(operation, None, unavailable(error)) for operation in operations]

    def _commit(self, operations: Sequence[_Operation]) -> list[_Outcome]:
        with self._database.transaction() as transaction:
            return [(operation, operation.run(transaction), None) for operation in operations]
