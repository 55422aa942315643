"""What is broken off is the work that it is meant for and nothing else, whenever the exception comes."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType

import pytest

from adapters.jinja.render_thread import RenderThread, _BrokenOff
from tests.unit.adapters.jinja.works import LIMIT_S, endless, only_one_left_of, render_threads, spinning


@pytest.fixture
def threads_take_quick_turns() -> Iterator[None]:
    """As if there were a core for each."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(usual_s)


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
