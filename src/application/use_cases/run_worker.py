"""The worker's life: take messages, deliver many at a time, stop cleanly.

States, written here only:

    RUNNING --stop is set--> DRAINING         no more messages; what was not begun goes back to the queue
    RUNNING --the source, the guard or a delivery fails--> DRAINING       and the error is raised at the end
    DRAINING --all deliveries ended--> STOPPED
    DRAINING --grace over, or hurry--> CUTTING    deliveries are cancelled: before the dot they are reset, handed back
    CUTTING --all ended, or 15 s over--> STOPPED
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from application.ports.email_transport import EmailTransport
from application.ports.ledger import Ledger
from application.ports.message_source import Message, MessageGone, MessageSource
from application.ports.observer import Observer
from application.use_cases.guard_intake import GuardIntake
from domain.worker_events import WorkerStopped, WorkerStopping

# A delivery that is cut off needs one reset, one write and one call to the broker, whose own deadline is 10 s.
_CUTTING_S = 15.0


class RunWorker:
    """Delivers at most `concurrency` mails at a time.

    The source's prefetch alone does not bound them: after a reconnect it yields again what is still under way.
    """

    def __init__(
        self,
        *,
        source: MessageSource,
        transport: EmailTransport,
        ledger: Ledger,
        deliver: Callable[[Message], Awaitable[None]],
        guard: GuardIntake,
        observer: Observer,
        concurrency: int,
        stop_timeout_s: float,
    ) -> None:
        self._source = source
        self._transport = transport
        self._ledger = ledger
        self._deliver = deliver
        self._guard = guard
        self._observer = observer
        self._slots = asyncio.Semaphore(concurrency)
        self._stop_timeout_s = stop_timeout_s
        self._running: set[asyncio.Task[None]] = set()
        self._defects: asyncio.Queue[BaseException] = asyncio.Queue()
        self._hurried = asyncio.Event()
        self._is_draining = False

    async def __call__(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then drain. Raises what ended the work, SourceUnusable among others."""
        async with self._ledger, self._transport, self._source:
            stopping = asyncio.create_task(self._stop_intake_when(stop))
            work = [
                stopping,
                asyncio.create_task(self._take_messages()),
                asyncio.create_task(self._guard.run()),
                asyncio.create_task(self._await_defect()),
            ]
            try:
                done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._is_draining = True
                await self._drain()
                await _end(*work)
            for task in done:
                task.result()
            if not stop.is_set():
                raise RuntimeError("the source ended by itself")

    @property
    def in_flight(self) -> int:
        """How many messages were taken and are neither settled nor handed back."""
        return len(self._running)

    def hurry(self) -> None:
        """End the grace of a stop at once."""
        self._hurried.set()

    async def _stop_intake_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_draining = True
        await self._source.stop_intake()

    async def _take_messages(self) -> None:
        async for message in self._source.messages():
            task = asyncio.create_task(self._run(message))
            self._running.add(task)
            task.add_done_callback(self._on_end)

    async def _run(self, message: Message) -> None:
        async with self._slots:
            if not self._is_draining:
                await self._deliver(message)
                return
        with suppress(MessageGone):
            await self._source.hand_back(message)

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._defects.put_nowait(error)

    async def _await_defect(self) -> None:
        """A delivery that fails has left its message unsettled: only an end of the process returns it to the queue."""
        raise await self._defects.get()

    async def _drain(self) -> None:
        self._observer.notify(WorkerStopping(in_flight=len(self._running), grace_s=self._stop_timeout_s))
        await self._grace()
        cut_off = len(self._running)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_CUTTING_S)
        self._observer.notify(WorkerStopped(cut_off=cut_off))

    async def _grace(self) -> None:
        """Wait until the deliveries have ended, the time is over, or somebody is in a hurry."""
        hurried = asyncio.create_task(self._hurried.wait())
        try:
            async with asyncio.timeout(self._stop_timeout_s):
                while self._running and not hurried.done():
                    await asyncio.wait({hurried, *self._running}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            pass
        finally:
            hurried.cancel()


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
