"""An intake that looks alive and gets nothing is replaced, and in the end given up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.rabbitmq.errors import BrokerError, Forbidden
from adapters.rabbitmq.watchdog import IntakeWatchdog
from application.ports.message_source import SourceStuck
from tests.doubles.clock import ManualClock

LOOK_S = 10.0


class ScriptedIntake:
    """A queue with `ready` messages, or an error when it is asked; `restarts` counts."""

    def __init__(self) -> None:
        self.ready = 0
        self.error: BrokerError | None = None
        self.received = 0
        self.has_room = True
        self.restarts = 0

    async def count_ready(self) -> int:
        if self.error is not None:
            raise self.error
        return self.ready

    def restart(self, cause: str) -> None:
        assert "none arrives" in cause
        self.restarts += 1


class Watch:
    def __init__(self) -> None:
        self.intake = ScriptedIntake()
        self._clock = ManualClock()
        watchdog = IntakeWatchdog(
            received=lambda: self.intake.received,
            has_room=lambda: self.intake.has_room,
            count_ready=self.intake.count_ready,
            restart=self.intake.restart,
            clock=self._clock,
        )
        self.running = asyncio.create_task(watchdog.run())

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self._clock.advance(LOOK_S)


@asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    watch = Watch()
    yield watch
    watch.running.cancel()
    await asyncio.wait([watch.running])


async def test_an_empty_queue_is_no_reason_for_anything() -> None:
    async with watching() as watch:
        await watch.look(100)
        assert (watch.intake.restarts, watch.running.done()) == (0, False)


async def test_the_second_look_in_vain_restarts() -> None:
    async with watching() as watch:
        watch.intake.ready = 1
        await watch.look()
        assert watch.intake.restarts == 0
        await watch.look()
        assert watch.intake.restarts == 1


async def test_a_backlog_that_flows_is_left_alone() -> None:
    async with watching() as watch:
        watch.intake.ready = 10_000
        for _ in range(100):
            watch.intake.received += 1
            await watch.look()
        assert watch.intake.restarts == 0


async def test_without_a_free_slot_nothing_can_arrive() -> None:
    """Nor while paused, nor while there is no connection."""
    async with watching() as watch:
        watch.intake.ready, watch.intake.has_room = 10, False
        await watch.look(100)
        assert watch.intake.restarts == 0


@pytest.mark.parametrize("interruption", ["an arrival", "no slot", "no answer", "an empty queue"])
async def test_two_looks_in_vain_must_follow_one_another(interruption: str) -> None:
    async with watching() as watch:
        intake = watch.intake
        for _ in range(20):
            intake.ready, intake.has_room, intake.error = 1, True, None
            await watch.look()
            match interruption:
                case "an arrival":
                    intake.received += 1
                case "no slot":
                    intake.has_room = False
                case "no answer":
                    intake.error = BrokerError("an alarm")
                case _:
                    intake.ready = 0
            await watch.look()
        assert intake.restarts == 0


async def test_three_restarts_in_a_row_that_do_not_help_are_the_end() -> None:
    async with watching() as watch:
        watch.intake.ready = 1
        await watch.look(7)
        assert (watch.intake.restarts, watch.running.done()) == (3, False)
        await watch.look()
        with pytest.raises(SourceStuck, match="3 new connections did not help"):
            await watch.running


async def test_a_restart_that_helps_ends_the_row() -> None:
    async with watching() as watch:
        for _ in range(5):
            watch.intake.ready = 1
            await watch.look(6)
            watch.intake.received += 1
            await watch.look()
        assert (watch.intake.restarts, watch.running.done()) == (15, False)


async def test_what_cannot_be_asked_does_not_end_the_row() -> None:
    """A restart takes a while, in which there is no slot to look at."""
    async with watching() as watch:
        watch.intake.ready = 1
        for _ in range(4):
            watch.intake.has_room = False
            await watch.look()
            watch.intake.has_room = True
            await watch.look(2)
        assert watch.running.done()


async def test_who_may_not_look_does_not_watch() -> None:
    async with watching() as watch:
        watch.intake.error = Forbidden("ACCESS_REFUSED")
        await watch.look()
        assert watch.running.done()
        assert watch.running.exception() is None
