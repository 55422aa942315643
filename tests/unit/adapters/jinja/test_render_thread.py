"""Work in a thread that can be made to drop it."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from adapters.jinja.render_thread import RenderThread
from tests.unit.adapters.jinja.works import LIMIT_S, endless, spinning


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
