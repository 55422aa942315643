"""The worker's life from its first message to a clean stop."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from adapters.memory.email_transport import InMemoryEmailTransport
from adapters.memory.ledger import InMemoryLedger
from application.ports.message_source import Message, SourceUnusable
from application.use_cases.guard_intake import GuardIntake
from application.use_cases.run_worker import RunWorker
from domain.worker_events import WorkerStopped, WorkerStopping
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver
from tests.doubles.source import ScriptedSource
from tests.unit.application.bench import SENDER

MESSAGES = [Message(body=name.encode()) for name in "abcdef"]


class Bench:
    """A worker whose deliveries are what a test says."""

    def __init__(
        self, deliver: Callable[[Message], Awaitable[None]], *, stop_timeout_s: float = 1.0, concurrency: int = 10
    ) -> None:
        self.source = ScriptedSource(MESSAGES)
        self.observer = RecordingObserver()
        self.stop = asyncio.Event()
        self.clock = ManualClock()
        ledger = InMemoryLedger(clock=self.clock)
        transport = InMemoryEmailTransport()
        guard = GuardIntake(
            source=self.source,
            transport=transport,
            ledger=ledger,
            observer=self.observer,
            clock=self.clock,
            mail_from=SENDER,
        )
        self.worker = RunWorker(
            source=self.source,
            transport=transport,
            ledger=ledger,
            deliver=deliver,
            guard=guard,
            observer=self.observer,
            concurrency=concurrency,
            stop_timeout_s=stop_timeout_s,
        )
        self.running = asyncio.create_task(self.worker(self.stop))

    async def end(self) -> None:
        await asyncio.wait_for(self.running, 2)


async def passes(turns: int = 20) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_every_message_is_delivered_and_the_stop_is_clean() -> None:
    delivered: list[bytes] = []

    async def deliver(message: Message) -> None:
        delivered.append(message.body)

    bench = Bench(deliver)
    await passes()
    assert bench.source.is_open
    bench.stop.set()
    await bench.end()
    assert delivered == [message.body for message in MESSAGES]
    assert bench.observer.only(WorkerStopped).cut_off == 0
    assert not bench.source.is_open


async def test_a_slow_mail_does_not_hold_up_the_others() -> None:
    delivered: list[bytes] = []
    go_on = asyncio.Event()

    async def deliver(message: Message) -> None:
        if message.body == b"a":
            await go_on.wait()
        delivered.append(message.body)

    bench = Bench(deliver)
    await passes()
    assert delivered == [b"b", b"c", b"d", b"e", b"f"]
    assert bench.worker.in_flight == 1
    go_on.set()
    bench.stop.set()
    await bench.end()
    assert bench.worker.in_flight == 0


async def test_what_is_under_way_may_end_within_the_grace() -> None:
    ended: list[bytes] = []
    go_on = asyncio.Event()

    async def deliver(message: Message) -> None:
        await go_on.wait()
        ended.append(message.body)

    bench = Bench(deliver)
    await passes()
    bench.stop.set()
    await passes()
    assert not bench.running.done()
    go_on.set()
    await bench.end()
    assert sorted(ended) == [message.body for message in MESSAGES]
    assert bench.observer.only(WorkerStopping).in_flight == 6


async def test_what_outlasts_the_grace_is_cut_off() -> None:
    cut: list[bytes] = []

    async def deliver(message: Message) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.append(message.body)
            raise

    bench = Bench(deliver, stop_timeout_s=0.01)
    await passes()
    bench.stop.set()
    await bench.end()
    assert sorted(cut) == [message.body for message in MESSAGES]
    assert bench.observer.only(WorkerStopped).cut_off == 6


async def test_a_source_that_can_never_be_used_ends_the_worker_with_its_error() -> None:
    async def deliver(message: Message) -> None:
        return None

    bench = Bench(deliver)
    bench.source.break_off(SourceUnusable("login refused"))
    with pytest.raises(SourceUnusable, match="login refused"):
        await bench.end()
    assert bench.observer.only(WorkerStopped).cut_off == 0


async def test_no_more_than_the_concurrency_are_under_way_however_much_the_source_yields() -> None:
    """After a reconnect the source yields again what is still under way."""
    under_way: set[bytes] = set()
    most = 0
    go_on = asyncio.Event()

    async def deliver(message: Message) -> None:
        nonlocal most
        under_way.add(message.body)
        most = max(most, len(under_way))
        await go_on.wait()
        under_way.discard(message.body)

    bench = Bench(deliver, concurrency=2)
    await passes()
    assert under_way == {b"a", b"b"}
    go_on.set()
    await passes()
    bench.stop.set()
    await bench.end()
    assert most == 2


async def test_what_was_not_begun_at_the_stop_is_handed_back() -> None:
    go_on = asyncio.Event()

    async def deliver(message: Message) -> None:
        await go_on.wait()

    bench = Bench(deliver, concurrency=2)
    await passes()
    bench.stop.set()
    await passes()
    go_on.set()
    await bench.end()
    assert bench.source.verbs == [("hand_back", message) for message in MESSAGES[2:]]


async def test_a_source_that_fails_while_mails_are_under_way_lets_them_end_first() -> None:
    ended: list[bytes] = []
    go_on = asyncio.Event()

    async def deliver(message: Message) -> None:
        await go_on.wait()
        ended.append(message.body)

    bench = Bench(deliver)
    await passes()
    bench.source.break_off(SourceUnusable("login refused"))
    await passes()
    assert not bench.running.done()
    go_on.set()
    with pytest.raises(SourceUnusable):
        await bench.end()
    assert len(ended) == len(MESSAGES)


async def test_a_stop_that_fails_ends_the_worker_with_its_error() -> None:
    """Else it would neither take messages nor end."""

    async def deliver(message: Message) -> None:
        return None

    bench = Bench(deliver)
    bench.source.stop_fails = RuntimeError("cannot stop")
    bench.stop.set()
    with pytest.raises(RuntimeError, match="cannot stop"):
        await bench.end()


async def test_a_source_that_ends_by_itself_is_no_clean_stop() -> None:
    async def deliver(message: Message) -> None:
        return None

    bench = Bench(deliver)
    await bench.source.stop_intake()
    with pytest.raises(RuntimeError, match="ended by itself"):
        await bench.end()


async def test_a_delivery_that_fails_ends_the_worker_with_its_error() -> None:
    """It left a message unsettled, which nobody would ever look at again."""

    async def deliver(message: Message) -> None:
        if message.body == b"c":
            raise KeyError("c")

    bench = Bench(deliver)
    with pytest.raises(KeyError):
        await bench.end()


async def test_hurry_ends_the_grace_at_once() -> None:
    async def deliver(message: Message) -> None:
        await asyncio.Event().wait()

    bench = Bench(deliver, stop_timeout_s=600)
    await passes()
    bench.stop.set()
    await passes()
    bench.worker.hurry()
    await bench.end()
    assert bench.observer.only(WorkerStopped).cut_off == 6
