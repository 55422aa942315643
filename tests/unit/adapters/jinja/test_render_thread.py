"""Work in a thread that can be made to drop it. Limits are short here, and nothing waits longer than they say."""

import asyncio
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import pytest

from adapters.jinja.render_thread import RenderThread, _BrokenOff

LIMIT_S = 0.1


def endless() -> None:
    while True:
        pass


def spinning(for_s: float, result: int) -> Callable[[], int]:
    def work() -> int:
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            pass
        return result

    return work


def render_threads() -> int:
    return sum(thread.name == "render" for thread in threading.enumerate())


async def only_one_left_of(before: int) -> None:
    """Wait until of the threads that were started since then all have ended but the one that serves."""
    async with asyncio.timeout(5):
        while render_threads() > before + 1:  # noqa: ASYNC110  threads set no events of the loop's when they end
            await asyncio.sleep(0.01)


@pytest.fixture
def threads_take_quick_turns() -> Iterator[None]:
    """As if there were a core for each."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(usual_s)


async def test_work_is_done_in_a_thread_of_its_own_and_its_error_is_the_callers() -> None:
    thread = RenderThread()

    assert await thread.run(lambda: threading.current_thread().name) == "render"
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)
    assert await thread.run(lambda: 2) == 2


async def test_endless_work_is_broken_off_while_the_loop_goes_on_and_the_next_is_done() -> None:
    thread = RenderThread(limit_s=LIMIT_S)
    started = time.monotonic()
    running = asyncio.create_task(thread.run(endless))
    beats = 0
    while not running.done():
        await asyncio.sleep(0.005)
        beats += 1

    with pytest.raises(TimeoutError):
        await running
    assert LIMIT_S <= time.monotonic() - started < 2
    assert beats >= 5
    assert await thread.run(lambda: 3) == 3


async def test_the_time_in_the_queue_does_not_count() -> None:
    thread = RenderThread(limit_s=LIMIT_S)

    results = await asyncio.gather(*(thread.run(spinning(LIMIT_S / 2, number)) for number in range(6)))

    assert results == list(range(6))


async def test_work_behind_endless_work_waits_no_longer_than_the_limit() -> None:
    thread = RenderThread(limit_s=LIMIT_S)
    works = [endless, spinning(0, 1), endless, spinning(0, 2)]

    results = await asyncio.gather(*(thread.run(work) for work in works), return_exceptions=True)

    assert [type(result) for result in results] == [TimeoutError, int, TimeoutError, int]


async def test_no_exception_hits_anything_but_the_work_it_was_meant_for(threads_take_quick_turns: None) -> None:
    """Works that end just when they are broken off give their own result or TimeoutError, and leave no thread."""
    limit_s = 0.01
    thread, before = RenderThread(limit_s=limit_s), render_threads()

    outcomes = Counter[str]()
    for_s = limit_s
    for number in range(80):
        # Homes in on the moment, however busy the machine is.
        try:
            assert await thread.run(spinning(for_s, number)) == number
            outcomes["done"] += 1
            for_s *= 1.1
        except TimeoutError:
            outcomes["broken off"] += 1
            for_s *= 0.9
        assert await thread.run(lambda: "next") == "next"

    assert min(outcomes["done"], outcomes["broken off"]) > 0
    await only_one_left_of(before)


async def test_an_exception_that_comes_just_as_the_thread_leaves_ends_nothing_else() -> None:
    """A tracer raises it before the first step of that function, where Python may raise it, too."""
    thread, before = RenderThread(limit_s=LIMIT_S), render_threads()
    hit: list[FrameType] = []

    def interrupt_once(frame: FrameType, _event: str, _arg: object) -> None:
        if frame.f_code is RenderThread._leave.__code__ and not hit:
            hit.append(frame)
            raise _BrokenOff

    usual = threading.gettrace()
    threading.settrace(interrupt_once)
    try:
        # One that comes late on a busy machine hits the tracer itself, which Python then takes off.
        while not hit:
            with pytest.raises(TimeoutError):
                await thread.run(endless)
            await only_one_left_of(before)
    finally:
        threading.settrace(usual)
    assert await thread.run(lambda: 5) == 5


async def test_work_that_swallows_every_exception_is_broken_off_all_the_same() -> None:
    """As Jinja does where it looks for an attribute."""
    thread, before = RenderThread(limit_s=LIMIT_S), render_threads()

    def deaf() -> None:
        while True:
            with suppress(Exception):
                endless()

    with pytest.raises(TimeoutError):
        await thread.run(deaf)
    await only_one_left_of(before)


async def test_work_that_swallows_the_first_exception_is_broken_off_by_the_second() -> None:
    """As a finaliser does that runs at the wrong moment."""
    thread, before = RenderThread(limit_s=LIMIT_S), render_threads()

    def stubborn() -> None:
        try:
            endless()
        except BaseException:  # noqa: BLE001
            endless()

    with pytest.raises(TimeoutError):
        await thread.run(stubborn)
    assert await thread.run(lambda: 4) == 4
    await only_one_left_of(before)


async def test_a_cancelled_caller_leaves_at_once_and_its_endless_work_is_broken_off_all_the_same() -> None:
    thread = RenderThread(limit_s=LIMIT_S)
    began = threading.Event()

    def work() -> None:
        began.set()
        endless()

    caller = asyncio.create_task(thread.run(work))
    await asyncio.to_thread(began.wait)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    assert await thread.run(lambda: 5) == 5


async def test_work_whose_caller_has_left_before_its_turn_is_not_done() -> None:
    thread = RenderThread(limit_s=LIMIT_S)
    done: list[int] = []
    first = asyncio.create_task(thread.run(endless))
    second = asyncio.create_task(thread.run(lambda: done.append(1)))
    await asyncio.sleep(0)
    second.cancel()

    with pytest.raises(TimeoutError):
        await first
    assert await thread.run(lambda: 6) == 6
    assert done == []


async def test_time_in_which_the_whole_process_stood_still_does_not_count() -> None:
    """SIGSTOP, a frozen virtual machine: afterwards the clock says that the render took all that time."""
    thread = RenderThread(limit_s=LIMIT_S)
    go = threading.Event()
    running = asyncio.create_task(thread.run(go.wait))
    await asyncio.sleep(0)
    time.sleep(3 * LIMIT_S)  # noqa: ASYNC251  the loop stands still: that is the case

    await asyncio.sleep(0)
    go.set()
    assert await running


def test_a_process_ends_although_a_render_does_not() -> None:
    program = (
        "import asyncio\n"
        "from adapters.jinja.render_thread import RenderThread\n"
        "async def main():\n"
        "    task = asyncio.create_task(RenderThread(limit_s=60).run(lambda: [None for _ in iter(int, 1)]))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n"
    )

    ended = subprocess.run([sys.executable, "-c", program], timeout=10, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
